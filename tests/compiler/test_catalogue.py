"""The catalogue and the code say the same: no code is raised without an entry, and no entry is never raised."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.catalogue import CATALOGUE
from compiler.catalogue.entry import Entry

ROOT = Path(__file__).parents[2]
CODE = re.compile(r'"(R\d{4})"')
DOTTED_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def raised() -> Iterator[str]:
    """Every code that stands in the code, the catalogue apart."""
    for wing in ("compiler", "reconciler"):
        for path in sorted((ROOT / wing).rglob("*.py")):
            if "catalogue" not in path.parts:
                yield from CODE.findall(path.read_text())


def test_every_code_that_is_raised_has_an_entry() -> None:
    assert set(raised()) - set(CATALOGUE) == set()


def test_every_entry_is_raised() -> None:
    assert set(CATALOGUE) - set(raised()) == set()


def test_codes_are_in_order_and_names_are_unique() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert len({entry.name for entry in CATALOGUE.values()}) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_an_entry_says_what_why_how_and_shows_it(entry: Entry) -> None:
    assert DOTTED_NAME.fullmatch(entry.name)
    assert entry.title
    assert not entry.title.endswith(".")
    assert entry.explanation.endswith(".")
    assert entry.remedy.endswith(".")
    assert entry.example.strip() == entry.example
