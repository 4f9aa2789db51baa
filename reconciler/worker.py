"""Worker: the newest revision in, one environment kept equal to it for as long as the loop runs."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from compiler.bundle import Bundle
from compiler.errors import RosterError, UsageError
from compiler.kinds.environment import Target as TargetSpec
from reconciler.backoff import Backoff
from reconciler.bounded_compiler import BoundedCompiler, Outcome
from reconciler.connect import connect
from reconciler.errors import LeaseHeld
from reconciler.metrics import Metrics
from reconciler.outcome import Happened
from reconciler.picture import Picture
from reconciler.reconcile import reconcile
from reconciler.records.publish_failure import publish_failure
from reconciler.reports.report_text import is_well, problems, summary, verdict
from reconciler.request import Report, Request
from reconciler.settings import Settings, holder, seconds_of
from reconciler.source.note_pass import note_pass
from reconciler.source.revision import Revision
from reconciler.target import Named, Target
from reconciler.unit import Pass, Unit

SETTLE_SECONDS = 30.0
"""How long a pass for a new commit waits for health before it prunes; after that the watch sees how it goes on."""
RETRY_SECONDS = 60.0
"""How often something is tried again that only a person can mend: an error in the specs, a missing kubeconfig."""
LEASE_SECONDS = 10.0
"""How often it is asked whether an environment that another works on is free."""
ACTED = frozenset(Happened) - {Happened.UNCHANGED, Happened.KEPT, Happened.HELD, Happened.SKIPPED, Happened.FAILED}
FIGHT_SECONDS = 30.0
"""Drift that comes back sooner than this is corrected with growing pauses: somebody else keeps changing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all workers of one loop share."""

    settings: Settings
    """Where commits and targets are."""
    stop: threading.Event
    """Set when everything is to end."""
    say: Callable[[str, str], None]
    """Print one line: what it is about, and what is said."""
    metrics: Metrics
    """Counts what happens."""
    push_notes: bool = False
    """True if Git notes are pushed to where the commits came from."""
    cores: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    """So many environments are compiled at once."""


@dataclass(frozen=True, slots=True)
class Work:
    """A revision, compiled and with its target at hand."""

    revision: Revision
    """The commit."""
    bundle: Bundle
    """What it compiles to."""
    target: Target
    """Where it belongs."""
    interval: float
    """Seconds between two looks at a target where nothing seems to happen."""

    @property
    def which(self) -> Pass:
        """The pass by name."""
        return Pass(Unit(self.bundle.fleet, self.bundle.environment), self.revision.commit)


class Worker(threading.Thread):
    """A thread for one environment; everything it knows it can find out again from Git and the target."""

    def __init__(self, environment: str, around: Surroundings) -> None:
        """Make the worker of an environment; `start` starts it."""
        super().__init__(name=f"worker-{environment}", daemon=True)
        self.environment = environment
        self._around = around
        self._compiler = BoundedCompiler(environment)
        self._bell = threading.Event()
        self._wanted: Revision | None = None
        self._trouble = ""
        self._told = ""
        self._said = ""
        self._work: Work | None = None
        self._connected: tuple[object, Target] | None = None
        self._settled = False
        self._well = False
        self._backoff = Backoff(most=15.0)
        self._fight = Backoff()
        self._drifted_at = 0.0

    def offer(self, revision: Revision) -> None:
        """Hand over the newest revision; a pass that only waits for health is ended for it."""
        self._trouble = ""
        self._wanted = revision
        self._bell.set()

    def offer_trouble(self, sentence: str) -> None:
        """Hand over why there is no newer revision, to be told on the target."""
        self._trouble = sentence
        self._bell.set()

    def run(self) -> None:
        """Work until the loop stops."""
        with closing(self._compiler):
            while not self._around.stop.is_set():
                self._bell.clear()
                try:
                    self._turn()
                except LeaseHeld as error:
                    self._say_once(f"left to another: {error.message}")
                    self._wait(LEASE_SECONDS)
                except RosterError as error:
                    self._fail(error)

    def _turn(self) -> None:
        """One pass, and then watch until something happens."""
        if self._wanted is None:
            self._wait(RETRY_SECONDS)
            return
        work = self._prepared(self._wanted)
        fresh = self._work is None or self._work.revision != work.revision
        self._work = work
        answers_again = bool(self._told) and not self._trouble
        if fresh or answers_again or not self._settled:
            self._settled = self._pass(work, SETTLE_SECONDS if fresh else 0.0)
        if not self._settled:
            self._wait(self._backoff.failed())
            return
        self._backoff.succeeded()
        if self._trouble:
            self._tell(self._trouble)
        while not self._stirred() and self._rest(work):
            continue

    def _prepared(self, revision: Revision) -> Work:
        """The revision compiled, or the work as it is if that has been done. Raises UsageError for errors in specs."""
        if self._work is not None and self._work.revision == revision:
            return self._work
        with self._around.cores:
            outcome = self._compiler.compile(revision)
        if outcome.bundle is None:
            self._say_once(f"the specs at {revision.short} have errors\n{outcome.findings}")
            raise UsageError(f"the specs at {revision.short} have errors; the target stays as it is")
        return self._at_target(revision, outcome, outcome.bundle)

    def _at_target(self, revision: Revision, outcome: Outcome, bundle: Bundle) -> Work:
        declared = TargetSpec.model_validate(outcome.environment["target"])
        if self._connected is None or self._connected[0] != declared:
            self._connected = declared, connect(declared, self._around.settings)
        return Work(revision, bundle, self._connected[1], seconds_of(outcome.environment["sync"]["interval"]))

    def _pass(self, work: Work, settle_seconds: float) -> bool:
        """One whole pass under the lease; True if everything was done that the plan said."""
        started = time.monotonic()
        unit = work.which.unit
        with work.target.lease(unit, holder("run")) as lease:
            request = Request(
                which=work.which, bundle=work.bundle, settle_seconds=settle_seconds, halted=self._pre_empted
            )
            report = reconcile(request, work.target, lease)
        self._well = is_well(report)
        took = time.monotonic() - started
        self._around.metrics.passed(self.environment, "synced" if report.converged else "out-of-sync", took, self._well)
        self._report(work, report, took)
        return report.converged

    def _report(self, work: Work, report: Report, took: float) -> None:
        """Say what happened, unless nothing did, or just what has been said before."""
        same = "\n".join((verdict(report), work.revision.commit, *problems(report)))
        acted = any(outcome.happened in ACTED for outcome in report.outcomes)
        if acted or same != self._said or self._told:
            lines = [summary(report, took).partition("  ")[2].strip(), *problems(report)]
            self._around.say(str(work.which), "\n".join(lines))
        self._said, self._told = same, ""
        source = self._around.settings.source
        warning = note_pass(report, work.revision, source, push=self._around.push_notes)
        if warning:
            self._around.say(str(work.which), f"warning: {warning}")

    def _rest(self, work: Work) -> bool:
        """Watch the target until something is to be done; True if it was time for another look, and all was well."""
        due = time.monotonic() + work.interval
        picture = Picture(work.target.runs_workloads)
        wanted = [Named(item.key, item.api_version) for item in work.bundle.objects]
        with closing(work.target.scenes(work.which.unit, wanted)) as scenes:  # type: ignore[type-var]
            for scene in scenes:
                if self._stirred():
                    return False
                changed = picture.changed(scene)
                if changed:
                    self._settled = False
                    self._around.metrics.drifted(self.environment, len(changed))
                    self._pause_in_a_fight()
                    return False
                if time.monotonic() > due:
                    self._settled = self._well and self._as_planned(work)
                    return self._settled
        return False

    def _as_planned(self, work: Work) -> bool:
        """True if another look finds nothing to do; a look writes nothing."""
        request = Request(which=work.which, bundle=work.bundle)
        return reconcile(request, work.target).plan.empty

    def _pause_in_a_fight(self) -> None:
        now = time.monotonic()
        if now - self._drifted_at < FIGHT_SECONDS:
            self._wait(self._fight.failed())
        else:
            self._fight.succeeded()
        self._drifted_at = time.monotonic()

    def _fail(self, error: RosterError) -> None:
        """Say a failure once, tell it on the target, and wait before the next attempt."""
        self._around.metrics.passed(self.environment, "failed", 0.0, False)
        self._settled = False
        self._say_once(f"{error.message}; trying again")
        if isinstance(error, UsageError):
            self._tell(error.message)
            self._wait(RETRY_SECONDS)
        else:
            self._wait(self._backoff.failed())

    def _tell(self, sentence: str) -> None:
        """Write on the target why it is not what Git says; what cannot be told there has been said by us already."""
        work = self._work
        if work is None or self._told == sentence:
            return
        self._told = sentence
        try:
            with work.target.lease(work.which.unit, holder("run")):
                publish_failure(work.target, work.which, sentence)
        except RosterError as error:
            self._around.say(str(work.which), f"this could not be told on the target: {error.message}")

    def _say_once(self, text: str) -> None:
        """Say something unless it is what was said last."""
        if self._said != text:
            self._said = text
            self._around.say(str(self._work.which) if self._work else self.environment, text)

    def _wait(self, seconds: float) -> None:
        """Until the bell rings, the loop stops, or the time is up."""
        end = time.monotonic() + seconds
        while not self._stirred() and time.monotonic() < end:
            self._bell.wait(min(1.0, seconds))

    def _stirred(self) -> bool:
        return self._around.stop.is_set() or self._bell.is_set()

    def _pre_empted(self) -> bool:
        """True if a pass should end early: the loop stops, or there is a newer revision."""
        newer = self._work is not None and self._wanted is not None and self._wanted != self._work.revision
        return self._around.stop.is_set() or newer

    def wake(self) -> None:
        """Ring the bell, so that a stop is noticed at once."""
        self._bell.set()
