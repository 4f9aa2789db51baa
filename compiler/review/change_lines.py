"""Change lines: one field that changed -> the lines that say so; a long text as a unified diff, no credential ever."""

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from compiler.kube_object import canonical
from compiler.mask import HIDDEN, mask, masked
from compiler.reports.excerpt import printable
from compiler.review.fields import FieldChange

WIDEST = 60
"""Longest value that is shown whole, in characters."""
WIDEST_LINE = 160
"""Longest line of a text diff, in characters."""
MOST_LINES = 30
"""Longest text diff, in lines."""


def change_lines(change: FieldChange, *, brief: bool = False) -> tuple[str, ...]:
    """The headline, `path: before -> after`, and for a text of several lines its diff unless `brief`."""
    if change.is_order:
        return (f"~ {change.path}: order {', '.join(map(str, change.before))} -> {', '.join(map(str, change.after))}",)
    if change.is_new:
        return (f"+ {change.path}: {_shown(change.after, change)}",)
    if change.is_gone:
        return (f"- {change.path}: {_shown(change.before, change)}",)
    if is_text(change):
        diff = tuple(_diff(change.before, change.after))
        lines = sum(line[:1] in "+-" for line in diff)
        headline = f"~ {change.path} changed ({lines} line{'' if lines == 1 else 's'})"
        return (headline,) if brief else (headline, *_cut(diff))
    before, after = _shown(change.before, change), _shown(change.after, change)
    return (f"~ {change.path}: {before} -> {after}{_why_alike(change, before, after)}",)


def is_text(change: FieldChange) -> bool:
    """Whether both sides are texts, and one has several lines or is too long for one."""
    sides = (change.before, change.after)
    return all(isinstance(side, str) for side in sides) and any("\n" in side or len(side) > WIDEST for side in sides)


def _shown(value: Any, change: FieldChange) -> str:
    """The value on one line, cropped."""
    safe = masked(value, change.name)
    text = safe if isinstance(safe, str) and safe and safe == safe.strip() else canonical(safe).decode()
    text = printable(text.replace("\n", "\\n"))
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _why_alike(change: FieldChange, before: str, after: str) -> str:
    """A remark where two values look the same."""
    if before != after:
        return ""
    kinds = [type(side).__name__ for side in (change.before, change.after)]
    return (
        " (not shown)" if HIDDEN in before else " (further on)" if kinds[0] == kinds[1] else f" ({' -> '.join(kinds)})"
    )


def _diff(before: str, after: str) -> Iterator[str]:
    """The lines of the unified diff, without its head."""
    lines = difflib.unified_diff(mask(before).split("\n"), mask(after).split("\n"), lineterm="", n=1)
    for line in islice(lines, 2, None):
        yield "⋮" if line.startswith("@@") else line


def _cut(diff: tuple[str, ...]) -> Iterator[str]:
    edges = [index for index, line in enumerate(diff) if line.strip() and line != "⋮"]
    body = diff[edges[0] : edges[-1] + 1] if edges else ()
    for line in body[:MOST_LINES]:
        shown = printable(line)
        yield shown if len(shown) <= WIDEST_LINE else f"{shown[: WIDEST_LINE - 1]}…"
    if len(body) > MOST_LINES:
        yield f"… {len(body) - MOST_LINES} more lines"
