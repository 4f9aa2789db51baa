"""A bundle, outcomes and healths in -> the EnvironmentStatus: the words for people. No I/O, no clock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.bundle import Bundle
from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.change import Plan
from reconciler.health import Health, State, worst
from reconciler.outcome import WRONG, Happened, Outcome
from reconciler.records.report_spec import SpecParts, report_spec
from reconciler.status import FALSE, TRUE, UNKNOWN, Condition, Counts, EnvironmentStatus, SpecStatus
from reconciler.unit import Pass

APPLIED = (Happened.CREATED, Happened.UPDATED, Happened.RECREATED)
ACTED = frozenset({*APPLIED, Happened.DELETED, Happened.TERMINATING, *WRONG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """What one pass did and found."""

    plan: Plan
    """What was to be done."""
    outcomes: tuple[Outcome, ...]
    """What was done, one an object."""
    healths: Mapping[ObjectKey, Health]
    """How each object of the bundle is; an object that was not applied may be missing."""
    halted: bool = False
    """True if the pass was ended early on request."""


def report(
    which: Pass, bundle: Bundle, happenings: Happenings, previous: EnvironmentStatus | None = None
) -> EnvironmentStatus:
    """How the environment and each of its specs are; `previous` keeps what a pass that did nothing must not change."""
    specs = _specs(bundle, happenings)
    wrong = [outcome for outcome in happenings.outcomes if outcome.happened in WRONG]
    state = worst(Health(spec.health) for spec in specs).state if specs else State.HEALTHY
    acted = any(outcome.happened in ACTED for outcome in happenings.outcomes) or previous is None
    settled = not wrong and not happenings.halted
    phase = "Failed" if wrong else "Pending" if happenings.halted else "Running"
    return EnvironmentStatus(
        fleet=which.unit.fleet,
        environment=which.unit.environment,
        phase=phase,
        health=State.DEGRADED if wrong else state,
        attempted=which.revision,
        applied=which.revision if settled else (previous.applied if previous else ""),
        bundle_digest=bundle.digest if settled else (previous.bundle_digest if previous else ""),
        plan_digest=happenings.plan.digest if acted or previous is None else previous.plan_digest,
        counts=_counts(happenings.outcomes) if acted or previous is None else previous.counts,
        last_error=_error(wrong),
        conditions=(_ready(state, specs), _synced(wrong, happenings.halted)),
        specs=specs,
    )


def _specs(bundle: Bundle, happenings: Happenings) -> tuple[SpecStatus, ...]:
    """One status for each spec that has a record or an object, those that others refer to known first."""
    parts = _parts(bundle, happenings)
    alone = {spec: report_spec(spec, part, ()) for spec, part in parts.items()}
    whole = [
        report_spec(spec, part, tuple(alone[other] for other in bundle.references.get(spec, ()) if other in alone))
        for spec, part in parts.items()
    ]
    return tuple(sorted(whole, key=lambda status: status.spec))


def _parts(bundle: Bundle, happenings: Happenings) -> dict[SpecKey, SpecParts]:
    healths: dict[SpecKey, dict[ObjectKey, Health]] = {record.spec: {} for record in bundle.records}
    for item in bundle.objects:
        mine = healths.setdefault(item.spec, {})
        if item.key in happenings.healths:
            mine[item.key] = happenings.healths[item.key]
    wrong: dict[SpecKey, list[Outcome]] = {}
    for outcome in happenings.outcomes:
        if outcome.happened in WRONG:
            wrong.setdefault(outcome.spec, []).append(outcome)
    return {spec: SpecParts(mine, tuple(wrong.get(spec, ()))) for spec, mine in healths.items()}


def _counts(outcomes: Iterable[Outcome]) -> Counts:
    count = Counter(outcome.happened for outcome in outcomes)
    return Counts(
        applied=sum(count[happened] for happened in APPLIED),
        unchanged=count[Happened.UNCHANGED],
        deleted=count[Happened.DELETED] + count[Happened.TERMINATING],
        kept=count[Happened.KEPT],
        held=count[Happened.HELD],
        failed=count[Happened.FAILED],
        skipped=count[Happened.SKIPPED],
    )


def _error(wrong: list[Outcome]) -> str:
    if not wrong:
        return ""
    roots = [outcome for outcome in wrong if outcome.happened is not Happened.SKIPPED] or wrong
    first = roots[0]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return f"{first.key} {first.happened.value}: {first.sentence}{more}"


def _ready(state: State, specs: tuple[SpecStatus, ...]) -> Condition:
    if state in (State.HEALTHY, State.UNKNOWN):
        return Condition("Ready", TRUE if state is State.HEALTHY else UNKNOWN, state.value)
    unwell = [spec for spec in specs if spec.health is state]
    message = f"{unwell[0].spec}: {unwell[0].message}" + (f" (and {len(unwell) - 1} more)" if len(unwell) > 1 else "")
    return Condition("Ready", FALSE, state.value, message)


def _synced(wrong: list[Outcome], halted: bool) -> Condition:
    if wrong:
        return Condition("Synced", FALSE, "NotApplied", _error(wrong))
    if halted:
        return Condition("Synced", UNKNOWN, "Ended", "the pass was ended early")
    return Condition("Synced", TRUE, "Applied")
