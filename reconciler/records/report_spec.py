"""The healths and failures of one spec's objects, and the specs it refers to -> its SpecStatus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.health import Health, State, worst
from reconciler.outcome import Happened, Outcome
from reconciler.status import FALSE, TRUE, UNKNOWN, Condition, Replicas, SpecStatus

CONDITION_OF: Mapping[str, str] = {
    "Deployment": "DeploymentReady",
    "StatefulSet": "DeploymentReady",
    "Service": "ServiceReady",
    "HorizontalPodAutoscaler": "AutoscalingReady",
    "ScaledObject": "AutoscalingReady",
    "HTTPRoute": "RouteReady",
    "VirtualService": "RouteReady",
    "PersistentVolumeClaim": "StorageReady",
    "Job": "JobReady",
}
"""Kind of an object -> the condition of its spec that tells how it is."""
NOT_PROBED = frozenset({"Provider"})
"""Kinds that stand for something outside, of which nobody has asked yet whether it answers."""
STATUS_OF = {State.HEALTHY: TRUE, State.UNKNOWN: UNKNOWN}


@dataclass(frozen=True, slots=True)
class SpecParts:
    """What is known of one spec."""

    healths: Mapping[ObjectKey, Health]
    """How its objects are."""
    wrong: tuple[Outcome, ...]
    """What was not done for it."""


def report_spec(spec: SpecKey, parts: SpecParts, refers_to: tuple[SpecStatus, ...]) -> SpecStatus:
    """How one spec is. What it refers to is told in conditions and does not change its own health."""
    health = _health(spec, parts)
    replicas = _replicas(parts.healths.values())
    conditions = [*_own(parts), *_referred(refers_to)]
    ready = Condition("Ready", STATUS_OF.get(health.state, FALSE), health.reason or health.state.value, health.sentence)
    return SpecStatus(
        spec=spec,
        version=next((other.spec.version for other in refers_to if other.spec.version), spec.version),
        phase=_phase(health, parts, replicas),
        health=health.state,
        reason=health.reason,
        message=health.sentence,
        replicas=replicas,
        conditions=tuple(sorted((ready, *conditions), key=lambda condition: condition.type)),
    )


def _health(spec: SpecKey, parts: SpecParts) -> Health:
    if parts.wrong:
        first = next((it for it in parts.wrong if it.happened is not Happened.SKIPPED), parts.wrong[0])
        return Health(State.DEGRADED, f"{first.key} {first.happened.value}: {first.sentence}", "NotApplied")
    if spec.kind in NOT_PROBED:
        return Health(State.UNKNOWN, "not probed", "NotProbed")
    key, health = _worst(parts.healths)
    if key is None or health.state is State.HEALTHY:
        return _best(parts.healths, health)
    return Health(health.state, f"{key}: {health.sentence}", health.reason)


def _worst(healths: Mapping[ObjectKey, Health]) -> tuple[ObjectKey | None, Health]:
    health = worst(healths[key] for key in sorted(healths))
    return next((key for key in sorted(healths) if healths[key] is health), None), health


def _best(healths: Mapping[ObjectKey, Health], health: Health) -> Health:
    """A healthy whole speaks through its workload, so that `scaled to zero by …` is told."""
    workload = next((part for part in healths.values() if part.ready is not None), health)
    return Health(State.HEALTHY, workload.sentence, workload.reason or "Applied")


def _replicas(healths: Iterable[Health]) -> Replicas | None:
    counted = [(health.desired or 0, health.ready) for health in healths if health.ready is not None]
    return Replicas(sum(it for it, _ in counted), sum(it for _, it in counted)) if counted else None


def _phase(health: Health, parts: SpecParts, replicas: Replicas | None) -> str:
    if any(outcome.happened is Happened.FAILED for outcome in parts.wrong):
        return "Failed"
    if health.state in (State.HEALTHY, State.UNKNOWN) or (replicas and replicas.ready):
        return "Running"
    return "Pending"


def _own(parts: SpecParts) -> Iterable[Condition]:
    by_type: dict[str, dict[ObjectKey, Health]] = {}
    for key, health in parts.healths.items():
        if key.kind in CONDITION_OF:
            by_type.setdefault(CONDITION_OF[key.kind], {})[key] = health
    for outcome in parts.wrong:
        if outcome.key.kind in CONDITION_OF:
            health = Health(State.DEGRADED, f"{outcome.happened.value}: {outcome.sentence}", "NotApplied")
            by_type.setdefault(CONDITION_OF[outcome.key.kind], {})[outcome.key] = health
    for name, healths in by_type.items():
        worst_key, health = _worst(healths)
        message = f"{worst_key}: {health.sentence}" if health.sentence else ""
        yield Condition(name, STATUS_OF.get(health.state, FALSE), health.reason or health.state.value, message)


def _referred(statuses: tuple[SpecStatus, ...]) -> Iterable[Condition]:
    for kind in sorted({status.spec.kind for status in statuses}):
        found = [status for status in statuses if status.spec.kind == kind]
        yield _of_kind(kind, found)


def _of_kind(kind: str, found: list[SpecStatus]) -> Condition:
    bad = [status for status in found if status.health is not State.HEALTHY]
    if not bad:
        return Condition(f"{kind}Ready", TRUE, f"{kind}Found", ", ".join(str(status.spec) for status in found))
    known = [status for status in bad if status.health is not State.UNKNOWN]
    first = (known or bad)[0]
    status = FALSE if known else UNKNOWN
    return Condition(f"{kind}Ready", status, first.reason or first.health.value, f"{first.spec}: {first.message}")
