"""report_text: what came of one pass in, the lines that sum it up for people, and the text of its Git note, out."""

from collections.abc import Iterator

from reconciler.health import State
from reconciler.outcome import WRONG
from reconciler.request import Report
from reconciler.status import EnvironmentStatus

WELL = frozenset({State.HEALTHY, State.SUSPENDED})


def summary(report: Report, seconds: float | None = None) -> str:
    """`prod @ 9f1c2ab  Synced, Healthy   3 applied, 214 unchanged, 0 deleted   in 2.1 s`."""
    which = report.which
    took = f"   in {seconds:.1f} s" if seconds is not None else ""
    return f"{which.unit.environment} @ {which.revision[:7]}  {verdict(report)}   {counted(report)}{took}"


def verdict(report: Report) -> str:
    """`Synced, Healthy`."""
    health = f", {report.status.health.value}" if report.status is not None else ""
    return ("Synced" if report.converged else "Out of sync") + health


def counted(report: Report) -> str:
    """`3 applied, 214 unchanged, 0 deleted`, and what else there is."""
    happened = [outcome.happened.value for outcome in report.outcomes]
    applied = sum(happened.count(word) for word in ("created", "updated", "recreated"))
    deleted = sum(happened.count(word) for word in ("deleted", "terminating"))
    parts = [f"{applied:,} applied", f"{happened.count('unchanged'):,} unchanged", f"{deleted:,} deleted"]
    parts += [f"{happened.count(word):,} {word}" for word in ("kept", "held", "failed", "skipped") if word in happened]
    return ", ".join(parts)


def problems(report: Report) -> Iterator[str]:
    """What a person must know beside the summary: what was not done, who is not well, and warnings."""
    for outcome in report.outcomes:
        if outcome.happened in WRONG:
            yield f"  x {outcome.key} {outcome.happened.value}: {outcome.sentence or 'no reason given'}"
        yield from (f"  ! {note}" for note in outcome.notes)
    if report.status is not None:
        yield from unwell(report.status)
    yield from (f"warning: {warning}" for warning in report.warnings)
    if report.halted:
        yield "stopped on request: nothing was pruned, and the next sync goes on from here"


def unwell(status: EnvironmentStatus) -> Iterator[str]:
    """The specs that are not well, with the sentence that says why."""
    for spec in status.specs:
        if spec.health in (State.DEGRADED, State.PROGRESSING):
            replicas = f"  {spec.replicas.ready}/{spec.replicas.desired}" if spec.replicas else ""
            sign = "x" if spec.health is State.DEGRADED else "~"
            yield f"  {sign} {spec.spec.kind} {spec.spec.name}  {spec.health.value}{replicas}  {spec.message}".rstrip()


def is_well(report: Report) -> bool:
    """True if everything was done and everything is healthy."""
    return report.converged and (report.status is None or report.status.health in WELL)


def note_text(report: Report) -> str:
    """The Git note of a pass: the verdict first, then what it was about."""
    status = report.status
    lines = [verdict(report), counted(report)]
    lines += [f"bundle {status.bundle_digest}", f"plan {status.plan_digest}"] if status is not None else []
    lines += list(problems(report))
    return "\n".join(line.rstrip() for line in lines) + "\n"
