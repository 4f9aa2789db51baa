"""Statuses <-> the `status` of records as plain data, so that what publish wrote can be read back."""

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.answer import Live
from reconciler.deciding.ours import labels_of
from reconciler.health import State
from reconciler.status import Condition, Counts, EnvironmentStatus, Replicas, SpecStatus
from reconciler.unit import NAME_LABEL, Unit

ENVIRONMENT = "Environment"
COUNTS = ("applied", "unchanged", "deleted", "kept", "held", "failed", "skipped")


def spec_form(status: SpecStatus, record: Live, now: str) -> dict[str, Any]:
    """The status of one spec's record; `record` is it as it is, `now` an RFC 3339 time for what changed."""
    form: dict[str, Any] = {
        "observedGeneration": record["metadata"].get("generation", 0),
        "version": status.version,
        "phase": status.phase,
        "health": status.health.value,
        "reason": status.reason,
        "message": status.message,
        "conditions": _conditions(status.conditions, record, now),
    }
    if status.replicas is not None:
        form["replicas"] = {"desired": status.replicas.desired, "ready": status.replicas.ready}
    return form


def environment_form(status: EnvironmentStatus, record: Live, now: str) -> dict[str, Any]:
    """The status of the Environment's record."""
    return {
        "observedGeneration": record["metadata"].get("generation", 0),
        "phase": status.phase,
        "health": status.health.value,
        "commit": status.attempted,
        "appliedCommit": status.applied,
        "bundleDigest": status.bundle_digest,
        "planDigest": status.plan_digest,
        "counts": {name: getattr(status.counts, name) for name in COUNTS},
        "lastError": status.last_error,
        "message": status.last_error or next((it.message for it in status.conditions if it.type == "Ready"), ""),
        "conditions": _conditions(status.conditions, record, now),
    }


def statuses_of(records: Mapping[ObjectKey, Live], unit: Unit) -> EnvironmentStatus | None:
    """What the records of a unit say; None if its Environment has no record with a status."""
    told = [record for record in records.values() if record.get("status")]
    environment = next((record for record in told if _is_environment(record, unit)), None)
    if environment is None:
        return None
    status = environment["status"]
    return EnvironmentStatus(
        fleet=unit.fleet,
        environment=unit.environment,
        phase=status.get("phase", ""),
        health=_state(status),
        attempted=status.get("commit", ""),
        applied=status.get("appliedCommit", ""),
        bundle_digest=status.get("bundleDigest", ""),
        plan_digest=status.get("planDigest", ""),
        counts=Counts(**{name: int(status.get("counts", {}).get(name, 0)) for name in COUNTS}),
        last_error=status.get("lastError", ""),
        conditions=tuple(_read_conditions(status)),
        specs=tuple(sorted(map(_spec_status, _others(told, unit)), key=lambda it: it.spec)),
    )


def _is_environment(record: Live, unit: Unit) -> bool:
    return record["kind"] == ENVIRONMENT and labels_of(record).get(NAME_LABEL, unit.environment) == unit.environment


def _others(records: Iterable[Live], unit: Unit) -> list[Live]:
    return [record for record in records if not _is_environment(record, unit)]


def _spec_status(record: Live) -> SpecStatus:
    status, labels = record["status"], labels_of(record)
    version = str((record.get("spec") or {}).get("version", "")) if record["kind"] == "PromptPack" else ""
    replicas = status.get("replicas")
    return SpecStatus(
        spec=SpecKey(record["kind"], labels.get(NAME_LABEL, record["metadata"]["name"]), version),
        version=status.get("version", ""),
        phase=status.get("phase", ""),
        health=_state(status),
        reason=status.get("reason", ""),
        message=status.get("message", ""),
        replicas=Replicas(replicas["desired"], replicas["ready"]) if replicas else None,
        conditions=tuple(_read_conditions(status)),
    )


def _state(status: Mapping[str, Any]) -> State:
    return State(status["health"]) if status.get("health") in set(State) else State.UNKNOWN


def _read_conditions(status: Mapping[str, Any]) -> Iterable[Condition]:
    for entry in status.get("conditions") or ():
        message, since = entry.get("message", ""), entry.get("lastTransitionTime", "")
        yield Condition(entry["type"], entry["status"], entry.get("reason", ""), message, since)


def _conditions(conditions: Iterable[Condition], record: Live, now: str) -> list[dict[str, Any]]:
    """Conditions as Kubernetes writes them; the time of one whose status did not change is kept."""
    before = {entry["type"]: entry for entry in (record.get("status") or {}).get("conditions") or ()}
    return [_condition(condition, before.get(condition.type, {}), record, now) for condition in conditions]


def _condition(condition: Condition, before: Mapping[str, Any], record: Live, now: str) -> dict[str, Any]:
    same = before.get("status") == condition.status and before.get("lastTransitionTime")
    return {
        "type": condition.type,
        "status": condition.status,
        "reason": condition.reason,
        "message": condition.message,
        "observedGeneration": record["metadata"].get("generation", 0),
        "lastTransitionTime": before["lastTransitionTime"] if same else now,
    }
