"""Records and an EnvironmentStatus -> the same on the target, for `kubectl get` and `roster status` to show."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from compiler.bundle import Bundle
from compiler.errors import TargetError
from compiler.kube_object import KubeObject, ObjectKey
from compiler.spec_key import SpecKey
from reconciler.answer import Live
from reconciler.declared import body_hash, satisfied
from reconciler.errors import Unreachable
from reconciler.records.status_form import ENVIRONMENT, environment_form, spec_form
from reconciler.status import EnvironmentStatus, SpecStatus
from reconciler.target import Target

WORKERS = 8


@dataclass(frozen=True, slots=True)
class Edition:
    """What is to be read on the target."""

    status: EnvironmentStatus
    """How the environment is."""
    specs: Mapping[SpecKey, SpecStatus]
    """How each spec is."""
    records: Mapping[ObjectKey, Live]
    """The records as they are."""
    now: str
    """RFC 3339, for conditions whose status changes."""


def publish(
    target: Target, bundle: Bundle, edition: Edition, before_writing: Callable[[], None] = lambda: None
) -> tuple[str, ...]:
    """Write what differs from the records as they are, and give back what went wrong.

    Records that the bundle no longer has are removed last. `before_writing` is called unless nothing is written.
    Raises Unreachable.
    """
    wanted = {record.key for record in bundle.records}
    stale = [record for key, record in sorted(edition.records.items()) if key not in wanted]
    differing = [record for record in bundle.records if _differs(record, edition)]
    if not stale and not differing:
        return ()
    before_writing()
    with ThreadPoolExecutor(WORKERS, "publish") as pool:
        write = partial(_publish, target=target, edition=edition)
        warnings = [warning for warning in pool.map(write, differing) if warning]
    warnings += [warning for record in stale if (warning := _remove(record, target))]
    return tuple(dict.fromkeys(warnings))


def _differs(record: KubeObject, edition: Edition) -> bool:
    live = edition.records.get(record.key)
    if live is None or not _same(record, live):
        return True
    form = _form(record, live, edition)
    return form is not None and form != live.get("status")


def _publish(record: KubeObject, target: Target, edition: Edition) -> str:
    """Write one record and its status where they differ; what went wrong, else empty."""
    try:
        live = edition.records.get(record.key)
        if live is None or not _same(record, live):
            live = _with_status(target.write_record(record.body), live)
        form = _form(record, live, edition)
        if form is not None and form != live.get("status"):
            target.write_status(live, form)
    except Unreachable:
        raise
    except TargetError as error:
        remedy = f" ({error.help})" if error.help else ""
        return f"the record of {record.spec} cannot be written: {error.message}{remedy}"
    return ""


def _same(record: KubeObject, live: Live) -> bool:
    told = (live.get("status") or {}).get("recordDigest")
    return told == body_hash(record.body) and satisfied(record.data, live)


def _with_status(written: Live, before: Live | None) -> Live:
    """A target may not give back the status that it kept."""
    return written if before is None or "status" in written else {**written, "status": before.get("status")}


def _form(record: KubeObject, live: Live, edition: Edition) -> dict[str, Any] | None:
    if record.spec.kind == ENVIRONMENT:
        form = environment_form(edition.status, live, edition.now)
    elif record.spec in edition.specs:
        form = spec_form(edition.specs[record.spec], live, edition.now)
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
