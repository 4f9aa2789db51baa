"""Golden files: `--update-golden` writes anew what tests expect; the run then fails, so that nobody trusts it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Golden = Callable[[Path, Mapping[str, str]], None]
"""Compares texts with the files of these names in a folder, or writes the files; an empty text is no file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected files anew; the run then fails")


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Golden:
    def compare(folder: Path, texts: Mapping[str, str]) -> None:
        there = {name: (folder / name).read_text() if (folder / name).exists() else "" for name in texts}
        if pytestconfig.getoption("update_golden"):
            _write(folder, texts)
            changed = sorted(name for name in texts if texts[name] != there[name])
            pytest.fail(f"written anew, {', '.join(changed) or 'nothing'} changed: read it, and run without the option")
        assert texts == there

    return compare


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if text:
            (folder / name).write_text(text)
        else:
            (folder / name).unlink(missing_ok=True)
