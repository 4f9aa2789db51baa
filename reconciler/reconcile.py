"""One pass: a bundle and a target in, a Report out; look -> plan -> apply -> settle -> prune -> report -> publish.

Read this first. Fetching and compiling come before it and are the caller's: see `fetch.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.apply import WRITES, apply
from reconciler.bounds import Bounds
from reconciler.change import Action, Change, Plan
from reconciler.deciding.standing import Standing
from reconciler.deciding.untouched import untouched
from reconciler.errors import LeaseHeld, StaleInventory, Unreachable
from reconciler.health import Health
from reconciler.inventory import Inventory, Owned, widened
from reconciler.look import look
from reconciler.narrow import coming, narrow
from reconciler.observation import Observations, Present, Refused, Unreadable
from reconciler.outcome import WRONG, Happened, Outcome
from reconciler.plan import plan
from reconciler.prune import prune
from reconciler.publish import Edition, publish
from reconciler.records.record_kinds import RECORD_KINDS
from reconciler.records.status_form import statuses_of
from reconciler.report import Happenings, report
from reconciler.request import Report, Request
from reconciler.send import Sender
from reconciler.settle import Patience, settle
from reconciler.status import EnvironmentStatus
from reconciler.target import Lease, Named, Target

Outcomes = dict[ObjectKey, Outcome]


def reconcile(request: Request, target: Target, lease: Lease | None = None) -> Report:
    """Make the target equal the bundle and say how it went; without a lease stop before acting, so that it is a plan.

    Raises Unreachable, Denied, ForeignInventory or StaleInventory, with nothing concluded from silence.
    """
    inventory = target.load_inventory(request.which.unit)
    observations = look(request.bundle, inventory, target, request.adopt)
    bounds = Bounds(reach=target.reach, allow_empty=request.allow_empty, adopt=request.adopt)
    planned = plan(request.bundle, inventory, observations, bounds)
    if lease is None:
        return Report(which=request.which, plan=planned)
    at_work = _Work(request, target, lease, planned, observations, first=not inventory.token)
    if _writes(planned):
        _take(at_work, inventory)
    inventory = _widen(at_work, inventory)
    outcomes = _apply(at_work)
    healths = _settle(at_work, outcomes, planned.standing)
    _prune(at_work, inventory, outcomes)
    healths = {**healths, **_hand_back(at_work, outcomes)}
    return _tell(at_work, inventory, outcomes, healths)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step of an acting pass needs."""

    request: Request
    target: Target
    lease: Lease
    plan: Plan
    observations: Observations
    first: bool
    """True if no inventory was stored when the pass began."""

    def stopped(self) -> bool:
        """True if nothing more may be written: asked to end, or the lease is lost."""
        return self.request.halted() or self.lease.lost()


def _writes(planned: Plan) -> bool:
    return bool(planned.of(*WRITES, Action.DELETE) or planned.hand_backs)


def _take(work: _Work, inventory: Inventory) -> None:
    """Hold the lease, and make sure that nobody worked here between our look and now."""
    work.lease.take()
    if work.target.load_inventory(inventory.unit).token != inventory.token:
        message = f"somebody else applied to {inventory.unit} while this pass looked at it"
        raise StaleInventory(message, "nothing was done: run it again")


def _widen(work: _Work, inventory: Inventory) -> Inventory:
    """Before the first write the inventory holds old and new, so that a killed pass orphans nothing."""
    known = inventory.by_key()
    writes = {change.key for change in work.plan.of(*WRITES) if _may_replace(change, known.get(change.key))}
    new = [coming(item) for item in work.request.bundle.objects if item.key in writes]
    return work.target.store_inventory(widened(inventory, new)) if new else inventory


def _may_replace(change: Change, known: Owned | None) -> bool:
    """True if the write may bring another object than the one on record, whose UID would then disprove it."""
    return known is None or known.uid != change.uid or change.action is Action.RECREATE


def _apply(work: _Work) -> Outcomes:
    outcomes = untouched(work.request.bundle, work.plan)
    wanted = {item.key for item in work.request.bundle.objects}
    sender = Sender(work.target, work.request.which.unit, work.plan.standing)
    changes = [change for change in work.plan.changes if change.key in wanted]
    done = apply(changes, work.request.bundle, sender, work.stopped, work.request.on_outcome)
    return {outcome.key: outcome for outcome in (*outcomes, *done)}


def _settle(
    work: _Work, outcomes: Mapping[ObjectKey, Outcome], standing: Standing, only: frozenset[ObjectKey] | None = None
) -> Mapping[ObjectKey, Health]:
    live = _live(work, outcomes)
    wanted = [
        Named(item.key, item.api_version)
        for item in work.request.bundle.objects
        if item.key in live and outcomes[item.key].happened not in WRONG and (only is None or item.key in only)
    ]
    patience = Patience(
        unit=work.request.which.unit,
        seconds=work.request.settle_seconds,
        answer_seconds=work.request.answer_seconds,
        halted=work.stopped,
        on_health=work.request.on_health,
    )
    return settle(wanted, live, standing, work.target, patience)


def _live(work: _Work, outcomes: Mapping[ObjectKey, Outcome]) -> dict[ObjectKey, Live]:
    """Each object as last seen: as it was answered when it was written, else as look saw it."""
    seen = {key: it.live for key, it in work.observations.objects.items() if isinstance(it, Present)}
    written = {key: outcome.live for key, outcome in outcomes.items() if outcome.live is not None}
    return {**seen, **written}


def _prune(work: _Work, inventory: Inventory, outcomes: Outcomes) -> None:
    """Delete what is no longer wanted, unless what takes its place did not come."""
    trouble, unfinished = _trouble(work, outcomes), _unfinished(work, outcomes)
    going = []
    for change in work.plan.of(Action.DELETE):
        why = trouble or unfinished.get((change.spec.kind, change.spec.name), "")
        if why:
            skipped = Outcome(key=change.key, spec=change.spec, happened=Happened.SKIPPED, sentence=why)
            outcomes[change.key] = skipped
        else:
            going.append(change)
    done = prune(going, inventory, work.target, work.stopped, work.request.on_outcome)
    outcomes.update({outcome.key: outcome for outcome in done})


def _unfinished(work: _Work, outcomes: Mapping[ObjectKey, Outcome]) -> dict[tuple[str, str], str]:
    """Kind and name of each spec that is not applied whole -> why none of its old objects may be deleted yet."""
    wanted = (outcomes[item.key] for item in work.request.bundle.objects)
    wrong = [outcome for outcome in wanted if outcome.happened in WRONG]
    return {(it.spec.kind, it.spec.name): f"is kept while {it.key} was {it.happened.value}" for it in wrong}


def _trouble(work: _Work, outcomes: Mapping[ObjectKey, Outcome]) -> str:
    """Why nothing may be deleted in this pass, empty if it may be."""
    if work.stopped():
        return "nothing is pruned: the pass was ended early"
    failed = [key for key, outcome in sorted(outcomes.items()) if outcome.happened is Happened.FAILED]
    if failed:
        return f"nothing is pruned while {failed[0]} could not be applied"
    wanted = {item.key for item in work.request.bundle.objects}
    for key, seen in sorted(work.observations.objects.items()):
        if isinstance(seen, Unreadable) or (isinstance(seen, Refused) and key in wanted):
            return f"nothing is pruned while {key} cannot be read or is refused"
    return ""


def _hand_back(work: _Work, outcomes: Outcomes) -> Mapping[ObjectKey, Health]:
    """Replicas go back to Git once the autoscalers that had them are gone."""
    deletions = {change.key for change in work.plan.of(Action.DELETE)}
    if not work.plan.hand_backs or any(outcomes[key].happened in WRONG for key in deletions) or work.stopped():
        return {}
    standing = Standing(work.plan.standing.remaining, work.plan.standing.remaining)
    sender = Sender(work.target, work.request.which.unit, standing)
    done = apply(work.plan.hand_backs, work.request.bundle, sender, work.stopped, work.request.on_outcome)
    outcomes.update({outcome.key: outcome for outcome in done})
    return _settle(work, outcomes, standing, frozenset(outcome.key for outcome in done))


def _tell(work: _Work, inventory: Inventory, outcomes: Outcomes, healths: Mapping[ObjectKey, Health]) -> Report:
    """Narrow the inventory, and say how it went: in the report, and on the target."""
    request, target = work.request, work.target
    told = tuple(outcomes[key] for key in sorted(outcomes))
    if work.lease.lost():
        return Report(which=request.which, plan=work.plan, outcomes=told, healths=healths, halted=True)
    narrowed = narrow(inventory, request.bundle, work.plan, told, _moved(work, outcomes))
    if narrowed.objects != inventory.objects:
        work.lease.take()
        target.store_inventory(narrowed)
    happenings = Happenings(plan=work.plan, outcomes=told, healths=healths, halted=request.halted())
    status, warnings = _publish(work, happenings)
    return Report(
        which=request.which,
        plan=work.plan,
        outcomes=told,
        healths=healths,
        status=status,
        warnings=warnings,
        halted=happenings.halted,
    )


def _moved(work: _Work, outcomes: Mapping[ObjectKey, Outcome]) -> dict[ObjectKey, Live]:
    """The objects whose inventory entries may be out of date: what was written, and what took a dry run to know."""
    objects = work.observations.objects
    same = {key for key, seen in objects.items() if isinstance(seen, Present) and seen.equal}
    return {
        key: live
        for key, live in _live(work, outcomes).items()
        if key not in same or (key in outcomes and outcomes[key].live is not None)
    }


def _publish(work: _Work, happenings: Happenings) -> tuple[EnvironmentStatus, tuple[str, ...]]:
    request, target = work.request, work.target
    try:
        records = target.read_records(request.which.unit, RECORD_KINDS)
        previous = statuses_of(records, request.which.unit)
        status = report(request.which, request.bundle, happenings, previous)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        specs = {spec.spec: spec for spec in status.specs}
        edition = Edition(status, specs, records, now)
        return status, (*_lost(work, previous), *publish(target, request.bundle, edition, work.lease.take))
    except (Unreachable, LeaseHeld):
        raise
    except TargetError as error:
        status = report(request.which, request.bundle, happenings)
        return status, (f"the records cannot be read: {error.message}",)


def _lost(work: _Work, previous: EnvironmentStatus | None) -> tuple[str, ...]:
    """A warning if earlier passes applied objects of which no inventory tells."""
    if not work.first or previous is None or not previous.counts.applied + previous.counts.unchanged:
        return ()
    labels = ",".join(f"{name}={value}" for name, value in work.request.which.unit.labels.items())
    message = f"the inventory of {work.request.which.unit} was gone, and has been made anew from what Git has now"
    return (f"{message}: what left Git in between is not known and stays; look for objects labelled {labels}",)
