"""status_text: what targets told of their environments in, tables for people out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reconciler.health import State
from reconciler.status import Condition, EnvironmentStatus, SpecStatus

WELL = frozenset({State.HEALTHY, State.SUSPENDED})
HEADINGS = ("HEALTH", "READY", "SINCE")
_CODES = {
    State.HEALTHY: "32",
    State.SUSPENDED: "36",
    State.UNKNOWN: "35",
    State.PROGRESSING: "33",
    State.DEGRADED: "1;31",
}
LENGTHS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one environment."""

    environment: str
    """Its name."""
    title: str
    """What to call the target."""
    status: EnvironmentStatus | None
    """What the last pass wrote there; None if none ever did, or the target could not be asked."""
    error: str = ""
    """Why the target could not be asked."""
    help: str = ""
    """What to do about it."""

    @property
    def synced(self) -> bool:
        """True if the last pass did everything it should."""
        status = self.status
        return status is not None and not status.last_error and status.attempted == status.applied

    @property
    def well(self) -> bool:
        """True if it is synced and healthy."""
        return self.synced and self.status is not None and self.status.health in WELL


def status_text(told: Sequence[Told], head: str, now: datetime, *, colour: bool = False) -> str:
    """One paragraph an environment; `head` is the commit that it is compared with."""
    blocks = ["\n".join(_environment(each, head, now, colour)) for each in told]
    return "\n\n".join(blocks) + "\n" if blocks else "the fleet declares no environment\n"


def _environment(told: Told, head: str, now: datetime, colour: bool) -> Iterator[str]:
    """The headline, and a table of the specs of each kind."""
    status = told.status
    if status is None:
        yield f"{told.environment}  {'Unknown' if told.error else 'Never synced'}"
        yield f"  x {told.error}" if told.error else f"  next: roster sync {told.environment}"
        yield from [f"  = help: {told.help}"] if told.help else []
        return
    ready = next((condition for condition in status.conditions if condition.type == "Ready"), None)
    word = "Synced" if told.synced else "Out of sync"
    age = f"   {_age(ready, now)} ago" if ready is not None and ready.since else ""
    commit = status.applied or status.attempted
    yield f"{told.environment} @ {commit[:7]}  {word}, {_painted(status.health, colour)}{age}   {told.title}"
    yield from [f"  x {status.last_error}"] if status.last_error else []
    yield from [f"  {status.attempted[:7]} is not applied"] if status.attempted != status.applied else []
    yield from [f"  {head[:7]} is not synced yet"] if head != status.attempted else []
    for kind, specs in groupby(status.specs, key=lambda spec: spec.spec.kind):
        yield from _table(kind, tuple(specs), now, colour)


def _table(kind: str, specs: tuple[SpecStatus, ...], now: datetime, colour: bool) -> Iterator[str]:
    """One row a spec, and below one that is not well the parts that are to blame."""
    rows = [_row(spec, now) for spec in specs]
    headings: tuple[str, ...] = (kind.upper(), *HEADINGS)
    if not any(row[2] for row in rows):
        headings, rows = _without_ready(headings), [_without_ready(row) for row in rows]
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    yield ""
    yield _line(headings, widths)
    for spec, row in zip(specs, rows, strict=True):
        line = _line(row, widths)
        message = f"   {spec.message}" if spec.message and spec.health is not State.HEALTHY else ""
        yield line.replace(f" {row[1]}", f" {_painted(spec.health, colour)}", 1) + message
        for condition in spec.conditions:
            if condition.status == "False" and condition.type != "Ready" and condition.message != spec.message:
                yield f"  x {condition.type.removesuffix('Ready')}  {condition.message or condition.reason}"


def _without_ready(row: tuple[str, ...]) -> tuple[str, ...]:
    return (*row[:2], *row[3:])


def _row(spec: SpecStatus, now: datetime) -> tuple[str, ...]:
    name = f"{spec.spec.name} {spec.spec.version}".rstrip()
    ready = f"{spec.replicas.ready}/{spec.replicas.desired}" if spec.replicas is not None else ""
    since = next((condition for condition in spec.conditions if condition.type == "Ready"), None)
    return name, spec.health.value, ready, _age(since, now) if since is not None else ""


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _age(condition: Condition, now: datetime) -> str:
    """`40s`, `6m`, `2d`: since when the condition has been what it is."""
    if not condition.since:
        return ""
    seconds = max(0, int((now - datetime.fromisoformat(condition.since)).total_seconds()))
    return next((f"{seconds // length}{unit}" for length, unit in LENGTHS if seconds >= length), "0s")


def _painted(state: State, colour: bool) -> str:
    return f"\x1b[{_CODES[state]}m{state.value}\x1b[0m" if colour else state.value
