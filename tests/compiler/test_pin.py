"""The pin of an environment: another Roster refuses, in one sentence at its line, before anything else is said."""

from pathlib import Path

import pytest

from compiler import __version__
from compiler.diagnostic import Diagnostic
from compiler.memo import Memo
from compiler.pin import pin
from compiler.pipeline import compile_environment
from compiler.read import read
from compiler.trees.folder import FolderTree
from tests.compiler.small_fleet import ENVIRONMENT


def fleet(place: Path, base: str, own: str, other: str = "") -> FolderTree:
    files = {
        "environments/base/environment.yaml": ENVIRONMENT.replace("NAME", "base") + "  abstract: true\n" + base,
        "environments/dev/environment.yaml": ENVIRONMENT.replace("NAME", "dev") + "  bases: [../base]\n" + own,
        "environments/dev/agents.yaml": other,
    }
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    return FolderTree(place)


def found(tree: FolderTree, version: str) -> tuple[Diagnostic, ...]:
    return pin(read(tree, "dev", Memo())[0], version)


@pytest.mark.parametrize(
    ("wanted", "version", "takes"),
    [
        (">=0.1,<0.2", "0.1.0", True),
        (">=0.1,<0.2", "0.1.9", True),
        (">=0.1,<0.2", "0.2.0", False),
        (">=0.1,<0.2", "0.2.0.dev1", False),
        (">=0.1", "0.2.0rc1", True),
        ("==0.1.*", "0.1.7", True),
        ("~=0.1.4", "0.1.3", False),
        ("!=0.1.3", "0.1.3", False),
    ],
)
def test_a_range_takes_a_version_as_pip_reads_it(tmp_path: Path, wanted: str, version: str, takes: bool) -> None:
    assert (found(fleet(tmp_path, "", f"  compiler: '{wanted}'\n"), version) == ()) == takes


def test_an_environment_without_a_pin_takes_every_roster(tmp_path: Path) -> None:
    assert found(fleet(tmp_path, "", ""), "99.0") == ()


def test_the_highest_layer_that_sets_it_decides_and_is_shown(tmp_path: Path) -> None:
    pinned, other = "  compiler: '>=1'\n", "  compiler: '>=2'\n"
    assert [str(item.span) for item in found(fleet(tmp_path, pinned, ""), "0.1")] == [
        "environments/base/environment.yaml:9:13"
    ]
    assert [str(item.span) for item in found(fleet(tmp_path, pinned, other), "1.5")] == [
        "environments/dev/environment.yaml:9:13"
    ]
    assert found(fleet(tmp_path, other, pinned), "1.5") == ()


def test_a_refusal_is_the_only_thing_said(tmp_path: Path) -> None:
    """Whatever else this Roster finds, the one that is wanted may see it in another way."""
    tree = fleet(tmp_path, "", "  compiler: '>=9'\n  tomorrow: {}\n", "nonsense: [")
    (item,) = compile_environment(tree, "dev").diagnostics
    assert (item.code, item.message, item.field, item.help) == (
        "R0120",
        f"environment dev is compiled by Roster >=9, and this is Roster {__version__}",
        "spec.compiler",
        "use a Roster >=9; `roster diff --compiler WHEEL` shows what another one would change",
    )


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("'0.1'", "R0307", "0.1 is no range of versions"),
        ("'newest'", "R0307", "newest is no range of versions"),
        ("''", "R0307", "an empty range takes every version"),
        ("0.1", "R0302", "compiler: it must be text; quote the value"),
    ],
)
def test_what_is_no_range_is_told_at_its_line(tmp_path: Path, written: str, code: str, message: str) -> None:
    (item,) = compile_environment(fleet(tmp_path, "", f"  compiler: {written}\n"), "dev").diagnostics
    assert (item.code, str(item.span)) == (code, "environments/dev/environment.yaml:9:13")
    assert message in item.message


def test_a_pin_can_be_set_aside_to_try_another_roster(tmp_path: Path) -> None:
    assert compile_environment(fleet(tmp_path, "", "  compiler: '>=9'\n"), "dev", version=None).bundle is not None
    assert compile_environment(fleet(tmp_path, "", "  compiler: '>=9'\n"), "dev", version="9.1").bundle is not None
