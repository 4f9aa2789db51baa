"""Records and an EnvironmentStatus -> the same on the target, for `kubectl get` and `roster status` to show."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from compiler.bundle import Bundle
from compiler.errors import TargetError
from compiler.kube_object import KubeObject, ObjectKey
from compiler.spec_key import SpecKey
from reconciler.answer import Live
from reconciler.declared import body_hash, satisfied
from reconciler.errors import Unreachable
from reconciler.status import EnvironmentStatus, SpecStatus
from reconciler.status_form import ENVIRONMENT, environment_form, spec_form
from reconciler.target import Target

WORKERS = 8


def publish(
    target: Target, bundle: Bundle, status: EnvironmentStatus, records: Mapping[ObjectKey, Live], now: str
) -> tuple[str, ...]:
    """Write what differs from `records`, the records as they are; `now` is RFC 3339. Gives back what went wrong.

    Records that the bundle no longer has are removed last. Raises Unreachable.
    """
    specs = {spec.spec: spec for spec in status.specs}
    write = partial(_publish, target=target, status=status, specs=specs, records=records, now=now)
    with ThreadPoolExecutor(WORKERS, "publish") as pool:
        warnings = [warning for warning in pool.map(write, bundle.records) if warning]
    wanted = {record.key for record in bundle.records}
    stale = [record for key, record in sorted(records.items()) if key not in wanted]
    warnings += [warning for record in stale if (warning := _remove(record, target))]
    return tuple(dict.fromkeys(warnings))


def _publish(
    record: KubeObject,
    target: Target,
    status: EnvironmentStatus,
    specs: Mapping[SpecKey, SpecStatus],
    records: Mapping[ObjectKey, Live],
    now: str,
) -> str:
    """Write one record and its status where they differ; what went wrong, else empty."""
    try:
        live = records.get(record.key)
        if live is None or not _same(record, live):
            live = _with_status(target.write_record(record.body), live)
        form = _form(record, live, status, specs, now)
        if form is not None and form != live.get("status"):
            target.write_status(live, form)
    except Unreachable:
        raise
    except TargetError as error:
        return f"the record of {record.spec} cannot be written: {error.message}"
    return ""


def _same(record: KubeObject, live: Live) -> bool:
    told = (live.get("status") or {}).get("recordDigest")
    return told == body_hash(record.body) and satisfied(record.data, live)


def _with_status(written: Live, before: Live | None) -> Live:
    """A target may not give back the status that it kept."""
    return written if before is None or "status" in written else {**written, "status": before.get("status")}


def _form(
    record: KubeObject, live: Live, status: EnvironmentStatus, specs: Mapping[SpecKey, SpecStatus], now: str
) -> dict[str, Any] | None:
    if record.spec.kind == ENVIRONMENT:
        form = environment_form(status, live, now)
    elif record.spec in specs:
        form = spec_form(specs[record.spec], live, now)
    else:
        return None
    return {**form, "recordDigest": body_hash(record.body)}


def _remove(record: Live, target: Target) -> str:
    try:
        target.delete_record(record)
    except Unreachable:
        raise
    except TargetError as error:
        return f"the record {record['kind']}/{record['metadata']['name']} cannot be removed: {error.message}"
    return ""
