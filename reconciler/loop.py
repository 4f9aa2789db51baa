"""The loop: when to ask Git for a new commit, and which workers to hand it to; runs until it is stopped."""

import threading
from collections.abc import Callable

from compiler.errors import RosterError, TargetError, UsageError
from compiler.fleet import environment_names, why_none
from reconciler.backoff import Backoff
from reconciler.declared_environment import declared_environment
from reconciler.fetch import fetch
from reconciler.metrics import Metrics
from reconciler.settings import Settings, seconds_of
from reconciler.source.revision import Revision
from reconciler.worker import Surroundings, Worker

DEFAULT_INTERVAL = 30.0
FETCH_TIMEOUT = 60.0
LAST_WRITE_SECONDS = 30.0
"""How long a stopping loop waits for writes that are under way."""


def loop(
    settings: Settings,
    environments: tuple[str, ...],
    stop: threading.Event,
    say: Callable[[str, str], None],
    metrics: Metrics,
    *,
    push_notes: bool = False,
) -> None:
    """Keep the environments (all of the fleet if none is named) equal to the source's ref until `stop` is set.

    `say` prints a line: what it is about, and what is said. Raises UsageError if the very first fetch shows that what
    was asked for makes no sense; whatever goes wrong later is said, waited out and tried again. Raises TargetError if a
    worker dies.
    """
    around = Surroundings(settings=settings, stop=stop, say=say, metrics=metrics, push_notes=push_notes)
    _Loop(around, environments).run()


class _Loop:
    def __init__(self, around: Surroundings, environments: tuple[str, ...]) -> None:
        self._around = around
        self._named = environments
        self._workers: dict[str, Worker] = {}
        self._known: Revision | None = None
        self._interval = DEFAULT_INTERVAL
        self._backoff = Backoff(first=2.0)
        self._trouble = ""

    def run(self) -> None:
        """Ask, hand over, wait, until stopped; then let the workers finish what they are writing."""
        try:
            while not self._around.stop.is_set():
                self._around.stop.wait(self._poll())
                self._demand_workers()
        finally:
            self._around.stop.set()
            for worker in self._workers.values():
                worker.wake()
            for worker in self._workers.values():
                worker.join(LAST_WRITE_SECONDS)

    def _demand_workers(self) -> None:
        """Raise TargetError if a worker died of a defect: a process that only seems to work is worse than none."""
        dead = sorted(name for name, worker in self._workers.items() if not worker.is_alive())
        if dead and not self._around.stop.is_set():
            raise TargetError(f"{dead[0]} is no longer worked on: its worker has died", "start `roster run` again")

    def _poll(self) -> float:
        """Ask once; the seconds until the next time."""
        settings = self._around.settings
        try:
            revision = fetch(settings.source, settings.mirrors, FETCH_TIMEOUT)
            if revision != self._known:
                self._hand_over(revision)
        except RosterError as error:
            return self._failed(error)
        self._around.metrics.fetched(True)
        if self._trouble:
            self._around.say(settings.source.shown, "the repository answers again")
            self._trouble = ""
            for worker in self._workers.values():
                worker.offer(revision)
        self._backoff.succeeded()
        return self._interval

    def _hand_over(self, revision: Revision) -> None:
        """A new commit: every environment that it declares gets it, with a worker of its own."""
        tree = revision.tree()
        declared = environment_names(tree)
        names = self._named or declared
        if self._known is None:
            self._check(revision, names, declared)
        intervals = (_interval(revision, name) for name in names if name in declared)
        self._interval = min(intervals, default=DEFAULT_INTERVAL)
        for name in (*names, *(self._workers.keys() - set(names))):
            if name not in self._workers:
                self._workers[name] = Worker(name, self._around)
                self._workers[name].start()
            self._workers[name].offer(revision)
        self._known = revision

    def _check(self, revision: Revision, names: tuple[str, ...], declared: tuple[str, ...]) -> None:
        unknown = [name for name in names if name not in declared]
        if unknown or not names:
            why = why_none(revision.tree(), unknown[0]) if unknown else "there is no environment"
            raise UsageError(f"{revision.short}: {why}", f"there are: {', '.join(declared)}" if declared else "")

    def _failed(self, error: RosterError) -> float:
        """Say it once, have it told on the targets, and wait longer each time."""
        if isinstance(error, UsageError) and self._known is None:
            raise error
        self._around.metrics.fetched(False)
        seconds = self._backoff.failed()
        if error.message != self._trouble:
            self._trouble = error.message
            self._around.say(self._around.settings.source.shown, f"{error.message}; trying again")
            for worker in self._workers.values():
                worker.offer_trouble(error.message)
        return seconds


def _interval(revision: Revision, name: str) -> float:
    """How often an environment wants Git to be asked; the default while its own file is wrong."""
    try:
        return seconds_of(declared_environment(revision.tree(), name).sync.interval) or DEFAULT_INTERVAL
    except UsageError:
        return DEFAULT_INTERVAL
