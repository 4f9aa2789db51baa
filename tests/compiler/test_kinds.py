"""What each kind becomes: one folder a case, a small fleet with the objects or the findings that are expected of it."""

from pathlib import Path

import pytest

from compiler.compiled import Compiled
from compiler.emit import emit
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from tests.golden import Golden

FOLDER = Path(__file__).parent / "kinds"
CASES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*") if path.is_dir())


def objects(compiled: Compiled) -> str:
    """Every object that a spec of the case became, the Namespace of its environment left out."""
    if compiled.bundle is None:
        return ""
    return emit(item.data for item in compiled.bundle.objects if item.spec.kind != "Environment")


def findings(compiled: Compiled) -> str:
    """Every finding, two lines each."""
    return "".join(
        f"{item.severity} {item.code} {item.span} {item.field}\n    {item.message}"
        + (f" ({item.label})" if item.label else "")
        + (f"; {item.help}\n" if item.help else "\n")
        for item in compiled.diagnostics
    )


@pytest.mark.parametrize("case", CASES)
def test_a_case_becomes_what_is_expected(case: str, golden: Golden) -> None:
    compiled = compile_environment(FolderTree(FOLDER / case), "dev")
    golden(FOLDER / case, {"expected.diagnostics": findings(compiled), "expected.yaml": objects(compiled)})


def test_there_are_cases() -> None:
    assert {case.partition("/")[0] for case in CASES} >= {"provider", "prompt_pack", "tool_registry"}
