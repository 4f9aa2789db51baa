"""Matrix text: rows -> one table for each spec, as text for a terminal, as Markdown, or as JSON."""

import json
from collections.abc import Iterable
from itertools import groupby

from compiler.explaining.why_text import shown
from compiler.mask import masked
from compiler.review.matrix import WHOLE, Cell, Row

VERSION = 1
_WIDEST = 40


def text(rows: tuple[Row, ...], environments: tuple[str, ...]) -> str:
    """For each spec its name, and below it a line for each field."""
    blocks = []
    for spec, group in groupby(rows, key=lambda row: row.spec):
        table = [("", *environments), *(_line(row) for row in group)]
        widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
        blocks.append("\n".join((spec, *(f"  {line}".rstrip() for line in lines))))
    return "\n\n".join((*blocks, summary(rows, environments))) + "\n"


def markdown(rows: tuple[Row, ...], environments: tuple[str, ...]) -> str:
    """The same as Markdown tables."""
    blocks = [f"### {' and '.join(environments)}"]
    for spec, group in groupby(rows, key=lambda row: row.spec):
        head = [f"| field | {' | '.join(environments)} |", "| --- " * (len(environments) + 1) + "|"]
        lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in _line(row)) + " |" for row in group]
        blocks.append("\n".join((f"**{spec}**\n", *head, *lines)))
    return "\n\n".join((*blocks, summary(rows, environments))) + "\n"


def document(rows: tuple[Row, ...], environments: tuple[str, ...]) -> str:
    """The same as a JSON document; its `version` grows when a field changes its meaning."""
    plain = [
        {"spec": row.spec, "field": row.field, "values": [_plain(cell, row) for cell in row.cells]} for row in rows
    ]
    return json.dumps({"version": VERSION, "environments": environments, "rows": plain}, indent=2) + "\n"


def summary(rows: Iterable[Row], environments: tuple[str, ...]) -> str:
    """One line: how much differs."""
    several = list(rows)
    if not several:
        return f"{' and '.join(environments)} do not differ."
    specs = len({row.spec for row in several})
    fields = sum(row.field != WHOLE for row in several)
    return f"{fields} field{'s'[: fields != 1]} in {specs} spec{'s'[: specs != 1]} differ."


def _line(row: Row) -> tuple[str, ...]:
    field = "declared" if row.field == WHOLE else row.field.removeprefix("spec.")
    return (field, *(_shown(cell, row) for cell in row.cells))


def _shown(cell: Cell, row: Row) -> str:
    if not cell.is_set:
        return "-"
    place = f"{cell.place.path}:{cell.place.line}" if cell.place is not None else ""
    note = f"{cell.note}, {place}" if cell.note and place else cell.note or place
    return f"({note})" if row.field == WHOLE else f"{_value(cell, row)} ({note})"


def _value(cell: Cell, row: Row) -> str:
    line, more, _ = shown(cell.value, row.field).rstrip("\n").partition("\n")
    return line if len(line) <= _WIDEST and not more else f"{line[: _WIDEST - 1]}…"


def _plain(cell: Cell, row: Row) -> dict[str, object]:
    place = cell.place
    return {
        "environment": cell.environment,
        "set": cell.is_set,
        "value": masked(cell.value, row.field.rpartition(".")[2]),
        "place": None if place is None else {"file": place.path, "line": place.line, "column": place.column},
        "note": cell.note,
    }
