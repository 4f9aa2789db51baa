"""Text: what was written to a folder, or what differs there -> the lines that a person reads."""

from collections.abc import Iterable

from compiler.rendered.difference import Mismatch
from compiler.rendered.file_plan import FilePlan, Obstacle

MOST = 10
"""How many files are named."""


def wrote(environment: str, place: str, plan: FilePlan) -> str:
    """`rendered/prod holds prod: 3 files written, 1 removed, 12 unchanged`."""
    counts = f"{_files(len(plan.writes))} written, {len(plan.deletes)} removed, {plan.unchanged} unchanged"
    return f"{place} holds {environment}: {counts}\n"


def in_the_way(place: str, plan: FilePlan) -> tuple[str, str]:
    """What stands in the way, so that nothing was written, and what to do."""
    fact = f"nothing was written to {place}: files in the way are not Roster's, or no longer"
    remedy = "move them away, and what was edited in them into the specs; then run it again"
    return f"{fact}\n{_obstacles(plan.in_the_way)}", remedy


def left(place: str, plan: FilePlan) -> tuple[str, str]:
    """What should be gone and stays, and what to do."""
    fact = f"files that no spec makes any more are left in {place}"
    return f"{fact}\n{_obstacles(plan.left)}", "remove them if nobody needs them, and run it again"


def _obstacles(found: Iterable[Obstacle]) -> str:
    """Each file and why it is left, a line each."""
    lines = [f"  {item.path} {item.reason}" for item in found]
    return "\n".join([*lines[:MOST], *([f"  and {len(lines) - MOST} more"] if len(lines) > MOST else [])])


def equal(environment: str, place: str, count: int) -> str:
    """`rendered/prod holds prod as its specs compile: 16 files`."""
    return f"{place} holds {environment} as its specs compile: {_files(count)}\n"


def mismatch(environment: str, place: str, found: Mismatch, command: str) -> str:
    """The first file with its first field, why it differs, how many others do, and what to do."""
    first, others = found.first, found.paths[1:]
    lines = [
        f"{place} is not what {environment} compiles to: {_files(len(found.paths))} differ{_s(len(found.paths))}",
        f"  {first.path}",
        *(f"      {line}" for line in first.lines),
        f"    {first.cause}",
    ]
    if others:
        more = f", … ({len(others) - MOST} more)" if len(others) > MOST else ""
        lines.append(f"  also {', '.join(others[:MOST])}{more}")
    return "\n".join([*lines, f"  = help: {first.remedy.format(command=command)}"]) + "\n"


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _s(count: int) -> str:
    return "s" if count == 1 else ""
