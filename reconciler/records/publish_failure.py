"""A failure before anything was applied (fetch, compile, look) -> the status of the Environment's record."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from compiler.kube_object import canonical
from reconciler.health import State
from reconciler.records.record_kinds import RECORD_KINDS, VERSION
from reconciler.records.status_form import ENVIRONMENT, environment_form, statuses_of
from reconciler.status import FALSE, Condition, EnvironmentStatus
from reconciler.target import Target
from reconciler.unit import KIND_LABEL, MANAGED_BY, MANAGER, NAME_LABEL, Pass


def publish_failure(target: Target, which: Pass, sentence: str) -> None:
    """Tell on the target that this pass could not be made, and why; everything else there stays as it is.

    Nothing is written if the same was told already. Raises Unreachable, Denied or TargetError.
    """
    records = target.read_records(which.unit, RECORD_KINDS)
    record = next((it for key, it in records.items() if key.kind == ENVIRONMENT), None)
    if record is None:
        record = target.write_record(_record(which))
    status = environment_form(_failed(statuses_of(records, which.unit), which, sentence), record, _now())
    before = record.get("status") or {}
    if {**before, **status} != before:
        target.write_status(record, {**before, **status})


def _failed(before: EnvironmentStatus | None, which: Pass, sentence: str) -> EnvironmentStatus:
    unit = which.unit
    empty = EnvironmentStatus(fleet=unit.fleet, environment=unit.environment, phase="Failed", health=State.UNKNOWN)
    synced = Condition("Synced", FALSE, "NotAttempted", sentence)
    others = tuple(it for it in (before or empty).conditions if it.type != "Synced")
    return replace(
        before or empty,
        phase="Failed",
        attempted=which.revision or (before or empty).attempted,
        last_error=sentence,
        conditions=(*others, synced),
    )


def _record(which: Pass) -> bytes:
    """The least that can carry a status, for an environment that was never published."""
    unit = which.unit
    labels = {MANAGED_BY: MANAGER, **unit.labels, KIND_LABEL: ENVIRONMENT, NAME_LABEL: unit.environment}
    metadata = {"name": f"{unit.fleet}.{unit.environment}", "labels": labels}
    document: dict[str, Any] = {"apiVersion": VERSION, "kind": ENVIRONMENT, "metadata": metadata}
    return canonical({**document, "spec": {"fleet": unit.fleet}})


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
