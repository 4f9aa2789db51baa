"""The catalogue: every code that is raised has an entry, an example that triggers it, its whole text, and a mend that works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.catalogue import CATALOGUE
from compiler.catalogue.entry import Entry
from compiler.catalogue.example import Files, example, fleet
from compiler.diagnostic import Severity
from compiler.explaining.explain_code import catalogue_page
from compiler.pipeline import compile_environment
from compiler.reports import text
from compiler.reports.allow import allow
from compiler.reports.findings import Findings
from compiler.reports.gather import gather
from compiler.trees.folder import FolderTree
from tests.golden import Golden

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).parent / "catalogue"
"""For each code the whole text that its example is told with, `CODE.txt`."""
TODAY = "2026-11-21"
CODE = re.compile(r'"(R\d{4})"')
DOTTED_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def raised() -> Iterator[str]:
    """Every code that stands in the code, the catalogue apart."""
    for wing in ("compiler", "reconciler"):
        for path in sorted((ROOT / wing).rglob("*.py")):
            if "catalogue" not in path.parts:
                yield from CODE.findall(path.read_text())


def validated(root: Path, files: Files) -> tuple[Findings, FolderTree]:
    """What is found in the environment of the small fleet with some files laid over it."""
    for path, file in {**fleet(), **files}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.link:
            place.symlink_to(file.link)
        else:
            place.write_bytes(file.content)
    tree = FolderTree(root)
    return allow(gather([compile_environment(tree, "dev")]), tree, TODAY), tree


def test_every_code_that_is_raised_has_an_entry() -> None:
    assert set(raised()) - set(CATALOGUE) == set()


def test_every_entry_is_raised() -> None:
    assert set(CATALOGUE) - set(raised()) == set()


def test_codes_are_in_order_and_names_are_unique() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert len({entry.name for entry in CATALOGUE.values()}) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_an_entry_says_what_why_and_how(entry: Entry) -> None:
    assert DOTTED_NAME.fullmatch(entry.name)
    assert entry.title
    assert not entry.title.endswith(".")
    assert entry.explanation.endswith(".")
    assert entry.remedy.endswith(".")


def test_the_fleet_of_the_examples_is_right(tmp_path: Path) -> None:
    findings, _ = validated(tmp_path, {})
    assert (findings.diagnostics, findings.failed) == ((), ())


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_example_is_told_with_its_whole_text(code: str, tmp_path: Path, golden: Golden) -> None:
    findings, tree = validated(tmp_path, example(code).mistake)
    told = [item.severity for item in findings.diagnostics if item.code == code]
    assert told, f"the example of {code} yields {[item.code for item in findings.diagnostics]}"
    assert bool(findings.failed) == (Severity.ERROR in [item.severity for item in findings.diagnostics])
    golden(EXPECTED, {f"{code}.txt": text.render(findings, tree, limit=None)})


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_mend_compiles_without_the_code(code: str, tmp_path: Path) -> None:
    findings, _ = validated(tmp_path, example(code).mended)
    assert findings.failed == (), findings.diagnostics
    assert code not in [item.code for item in findings.diagnostics]


def test_no_example_and_no_text_is_left_of_a_code_that_is_gone() -> None:
    examples = {path.stem for path in (ROOT / "compiler/catalogue/examples").iterdir()}
    assert examples == {*CATALOGUE, "fleet"}
    assert {path.stem for path in EXPECTED.iterdir()} == set(CATALOGUE)


def test_the_page_of_all_codes_is_made_of_the_catalogue(golden: Golden) -> None:
    golden(ROOT / "compiler/catalogue", {"README.md": catalogue_page()})
