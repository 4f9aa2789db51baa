"""Explain a code: an entry of the catalogue -> what it means, an example of the mistake and its mend, as plain text."""

import textwrap
from collections.abc import Iterator
from difflib import SequenceMatcher

from compiler.catalogue import CATALOGUE
from compiler.catalogue.entry import Entry
from compiler.catalogue.example import Example, File, example

WIDTH = 100
"""Characters in a line."""
_MOST_LINES = 30
"""Lines of a file that are shown; longer ones are made of repeated words."""
_FIRST_LINES = 3


def explain_code(entry: Entry) -> str:
    """What the code means, why it is told, and how to mend it, with an example."""
    return "\n".join(
        (
            f"{entry.code} {entry.name} ({entry.severity.value})",
            f"{entry.title}.",
            "",
            *textwrap.wrap(entry.explanation, WIDTH, break_on_hyphens=False),
            "",
            "To mend it:",
            *textwrap.wrap(entry.remedy, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False),
            "",
            "An example of the mistake (-) and of its mend (+):",
            *(f"  {line}" for line in example_lines(example(entry.code))),
            "",
        )
    )


def list_codes() -> str:
    """Every code with its title, one a line."""
    return "".join(f"  {entry.code}  {entry.title}\n" for entry in CATALOGUE.values())


def catalogue_page() -> str:
    """The page that lists the codes for people who read the repository: compiler/catalogue/README.md."""
    rows = (
        f"| {entry.code} | {entry.severity.value} | {entry.title} | {entry.remedy} |" for entry in CATALOGUE.values()
    )
    head = (
        "# The codes of messages\n\nMade of the catalogue; `roster explain CODE` shows an example of each and its mend."
    )
    return "\n".join((head, "", "| code | | what is wrong | to mend it |", "| --- | --- | --- | --- |", *rows, ""))


def example_lines(shown: Example) -> Iterator[str]:
    """Each file of an example: its path, and its lines, those that differ marked."""
    for path in sorted({*shown.mistake, *shown.mended}):
        mistake, mended = shown.mistake.get(path), shown.mended.get(path)
        yield path
        for mark, line in _compared(_lines(mistake), _lines(mended)):
            yield f"  {mark} {line}".rstrip()


def _compared(mistake: list[str], mended: list[str]) -> Iterator[tuple[str, str]]:
    for kind, start, end, other_start, other_end in SequenceMatcher(None, mistake, mended, False).get_opcodes():
        if kind == "equal":
            yield from ((" ", line) for line in mistake[start:end])
        else:
            yield from (("-", line) for line in mistake[start:end])
            yield from (("+", line) for line in mended[other_start:other_end])


def _lines(file: File | None) -> list[str]:
    """The lines of a file as they can be shown; none of one that is not there."""
    if file is None:
        return []
    if file.link:
        return [f"(a symbolic link to {file.link})"]
    text = file.content.decode("utf-8", "replace")
    lines = [textwrap.shorten(line, WIDTH) if len(line) > WIDTH else line for line in text.splitlines()]
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_FIRST_LINES], f"... and so on, {len(file.content):,} bytes in all"]
