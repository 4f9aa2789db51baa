"""Progress: outcomes and healths of a pass as they come in, lines for people out; the wing's only door to rich.

On a terminal every object that moves has one line, which changes until the object is well; elsewhere each step is a
plain line of its own.
"""

import sys
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from compiler.kube_object import ObjectKey
from reconciler.health import Health, State
from reconciler.outcome import WRONG, Happened, Outcome

SILENT = frozenset({Happened.UNCHANGED, Happened.KEPT})
SIGNS = {
    Happened.CREATED: "+",
    Happened.UPDATED: "~",
    Happened.RECREATED: "±",
    Happened.DELETED: "-",
    Happened.TERMINATING: "-",
    Happened.HELD: "!",
    Happened.FAILED: "x",
    Happened.SKIPPED: "x",
}


class PlainProgress:
    """A line for each step, as it happens."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` prints one line; it is called from several threads, one at a time."""
        self._say = say
        self._lock = threading.Lock()
        self._told: dict[ObjectKey, tuple[State, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def outcome(self, outcome: Outcome) -> None:
        """One object was dealt with."""
        if outcome.happened not in SILENT:
            with self._lock:
                self._say(line_of(outcome))

    def health(self, healths: Mapping[ObjectKey, Health]) -> None:
        """How the objects are now; those that are well from the start are not mentioned."""
        with self._lock:
            for key, health in sorted(healths.items()):
                now = (health.state, health.sentence)
                before = self._told.get(key)
                if before == now or (before is None and health.state is State.HEALTHY):
                    continue
                self._told[key] = now
                self._say(health_line(key, health))


class LiveProgress(PlainProgress):
    """One line an object, changing in place, for a terminal."""

    def __init__(self) -> None:
        """Draw on standard output."""
        from rich.console import Console
        from rich.live import Live

        super().__init__(lambda _: None)
        self._lines: dict[ObjectKey, str] = {}
        self._live = Live(console=Console(file=sys.stdout, highlight=False), refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def outcome(self, outcome: Outcome) -> None:
        """One object was dealt with: it has a line from now on."""
        if outcome.happened not in SILENT:
            self._draw(outcome.key, line_of(outcome))

    def health(self, healths: Mapping[ObjectKey, Health]) -> None:
        """How the objects are now: lines of those that are being waited for change."""
        for key, health in sorted(healths.items()):
            if key in self._lines or health.state is not State.HEALTHY:
                self._draw(key, health_line(key, health))

    def _draw(self, key: ObjectKey, line: str) -> None:
        from rich.text import Text

        with self._lock:
            self._lines[key] = line
            self._live.update(Text("\n".join(self._lines.values())))


def progress(*, live: bool, say: Callable[[str], None]) -> PlainProgress:
    """Lines that change in place if `live`, else lines that `say` prints."""
    return LiveProgress() if live else PlainProgress(say)


def line_of(outcome: Outcome) -> str:
    """`+ Deployment/support created`, with the reason where there is one."""
    sentence = f": {outcome.sentence}" if outcome.sentence else ""
    return f"  {SIGNS.get(outcome.happened, '=')} {outcome.key} {outcome.happened.value}{sentence}"


def health_line(key: ObjectKey, health: Health) -> str:
    """`Deployment/support Progressing: 1 of 3 replicas ready`."""
    sentence = f": {health.sentence}" if health.sentence else ""
    return f"    {key} {health.state.value}{sentence}"


def is_wrong(outcome: Outcome) -> bool:
    """True for what makes a sync end with exit code 3."""
    return outcome.happened in WRONG
