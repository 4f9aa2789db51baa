"""Allowance: a comment in a file that allows one warning at one line, for a reason, and perhaps until a day.

    # roster: allow R0606 until 2027-01-31: the mesh team's operator knows the kind

It stands at the end of the line that the warning is about, or on a line of its own above it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.span import LINE_END, Span
from compiler.yaml_nodes import Unreadable, scalar_spans

FORM = "# roster: allow R0606 until 2027-01-31: REASON"
"""How it is written; `until` and the day may be left out."""
_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*roster:\s*(?P<words>.*?)\s*$")
_WORDS = re.compile(
    r"allow\s+(?P<code>R\d{4})(?:\s+until\s+(?P<until>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])))?\s*:\s*(?P<reason>\S.*)"
)
_NO_CONTENT = re.compile(r"\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class Allowance:
    """One comment."""

    span: Span
    """Where the comment stands."""
    line: int
    """The line that it speaks of."""
    code: str = ""
    """The code that it allows; empty if the comment is not written as one must be."""
    until: str = ""
    """The last day on which it holds, `2027-01-31`; empty if it has no end."""
    reason: str = ""
    """Why it is allowed."""


def allowances(path: str, content: bytes) -> tuple[Allowance, ...]:
    """The allowances of one YAML file; none where it cannot be read."""
    if b"roster:" not in content:
        return ()
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
        values = scalar_spans(content)
    except (UnicodeDecodeError, Unreadable):
        return ()
    lines = LINE_END.split(text)
    return tuple(
        _allowance(path, lines, number, found)
        for number, line in enumerate(lines, start=1)
        for found in _COMMENT.finditer(line)
        if not any(start <= (number, found.start() + 1) < end for start, end in values)
    )


def _allowance(path: str, lines: list[str], number: int, found: re.Match[str]) -> Allowance:
    span = Span(path, number, found.start() + 1, max(1, len(found[0])))
    alone = not lines[number - 1][: found.start()].strip()
    line = next(_content_after(lines, number), number) if alone else number
    said = _WORDS.fullmatch(found["words"])
    return (
        Allowance(span, line)
        if said is None
        else Allowance(span, line, said["code"], said["until"] or "", said["reason"])
    )


def _content_after(lines: list[str], number: int) -> Iterator[int]:
    return (index for index, line in enumerate(lines[number:], number + 1) if not _NO_CONTENT.match(line))
