"""Why text: explanations -> what a person reads: the value, and below it the lines that it came by."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.explaining.authorship import Authorship
from compiler.explaining.why import Explanation, Link, Role
from compiler.mask import masked
from compiler.span import Span

Lines = Mapping[Span, str]
"""Place in a template -> the text of that line."""
Authors = Mapping[Span, Authorship]
"""Place in a spec -> who wrote that line."""
_WIDEST = 60


def why_text(explanations: Iterable[Explanation], lines: Lines, authors: Authors) -> str:
    """The value, then a line each for template and layers; of several fields, each under its name."""
    several = list(explanations)
    return "\n".join(_block(item, lines, authors, named=len(several) > 1) for item in several)


def _block(item: Explanation, lines: Lines, authors: Authors, *, named: bool) -> str:
    value = shown(item.value, item.field)
    rows = [_row(link, item, lines, authors) for link in item.links]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    table = ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join((f"{item.field}: {value}" if named else value, *(line.rstrip() for line in table))) + "\n"


def _row(link: Link, item: Explanation, lines: Lines, authors: Authors) -> tuple[str, str, str, str, str]:
    author = authors.get(link.place) if link.place is not None else None
    place = "" if link.place is None else "--set" if link.note == "--set" else str(link.place)
    if link.role is Role.TEMPLATE and link.place is not None:
        return f"{link.place.path}:{link.place.line}", _cut(lines.get(link.place, "")), "", "", ""
    told = (author.commit, author.date, author.name) if author is not None else ("", "", "")
    return place or "-", _said(link, item), *told


def _said(link: Link, item: Explanation) -> str:
    """What a line says, as far as it is not the value itself."""
    words = [link.note] if link.note not in ("", "--set") else []
    same = link.value == item.value or link.value is None
    if link.field and link.role is not Role.DEFAULT and not (same or isinstance(link.value, dict)):
        words.append(shown(link.value, link.field))
    elif isinstance(link.value, dict) or not same:
        words.append(link.field)
    if link.role is Role.OVERRIDDEN:
        words.append("the same" if same else "overridden")
    return _cut(", ".join(words))


def shown(value: Any, field: str) -> str:
    """A value on one line, without what looks like a credential."""
    hidden = masked(value, field.rpartition(".")[2])
    return hidden if isinstance(hidden, str) else json.dumps(hidden, ensure_ascii=False)


def _cut(text: str) -> str:
    line, more, _ = text.strip().partition("\n")
    return line if len(line) <= _WIDEST and not more else f"{line[: _WIDEST - 1]}…"
