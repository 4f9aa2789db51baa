"""One object of the bundle and its observation -> its Change, or None if it is as desired: the table of decisions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import orjson

from compiler.kube_object import KubeObject
from compiler.source import FieldPath
from reconciler.answer import Live
from reconciler.bounds import Bounds
from reconciler.change import Action, Change, FieldChange
from reconciler.deciding.adjudicate import adjudicate
from reconciler.deciding.claim import Claim
from reconciler.deciding.conflict import Verdict
from reconciler.deciding.field_changes import field_changes
from reconciler.deciding.hand_over import Intended, give_up, hand_over
from reconciler.deciding.ours import belongs, foreign_owner, uid_of
from reconciler.deciding.protected import PROTECTED
from reconciler.deciding.standing import Standing
from reconciler.declared import declared
from reconciler.inventory import Owned
from reconciler.observation import Absent, Observation, Present, Refused, Unreadable
from reconciler.unit import FAMILY_LABEL, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is the same for every object of one plan."""

    unit: Unit
    """Whose plan it is."""
    bounds: Bounds
    """What was allowed."""
    standing: Standing
    """Who has a say about replicas."""


def plan_desired(desired: KubeObject, seen: Observation, owned: Owned | None, setting: Setting) -> Change | None:
    """What to do so that the object is as desired."""
    refusal = setting.bounds.reach.refusal(desired.key)
    if isinstance(seen, Absent):
        return _change(desired, Action.HOLD, refusal) if refusal else _change(desired, Action.CREATE, body=desired.body)
    if isinstance(seen, Unreadable):
        return _change(desired, Action.HOLD, seen.error)
    if seen.live is None:
        return _change(desired, Action.HOLD, seen.sentence if isinstance(seen, Refused) else "")
    stranger = _stranger(desired, seen.live, owned, setting)
    if stranger is not None:
        return stranger
    change = _present(desired, seen, seen.live, setting)
    writes = change is not None and change.action is not Action.KEEP
    return _change(desired, Action.HOLD, refusal) if refusal and writes else change


def _stranger(desired: KubeObject, live: Live, owned: Owned | None, setting: Setting) -> Change | None:
    """The reason not to touch a live object at all, or None if we may."""
    if not belongs(live, owned, setting.unit):
        if desired.key.kind == "Namespace" and not desired.key.group:
            return _change(desired, Action.KEEP, "exists, not ours: used as it is")
        foreign = foreign_owner(live, setting.unit)
        if foreign:
            return _change(desired, Action.HOLD, f"exists, and belongs to {foreign}")
        if desired.key not in setting.bounds.adopt:
            return _change(desired, Action.HOLD, f"exists, not ours: --adopt {desired.key} takes it")
    if live.get("metadata", {}).get("deletionTimestamp"):
        return _change(desired, Action.HOLD, "is being deleted: a later pass creates it again")
    return None


def _present(desired: KubeObject, seen: Present | Refused, live: Live, setting: Setting) -> Change | None:
    if isinstance(seen, Refused):
        return _refused(desired, seen, live)
    intended = hand_over(desired, live, setting.standing.claims)
    if not any(claim.workload == desired.key for claim in setting.standing.remaining):
        intended = replace(intended, notes=())
    if seen.equal:
        return _change(desired, Action.KEEP, notes=intended.notes) if intended.notes else None
    if seen.dry_run is None:
        body = orjson.loads(intended.body)
        fields = field_changes(declared(body, live), body)
        notes = (*intended.notes, seen.note) if seen.note else intended.notes
        return _update(desired, live, replace(intended, notes=notes), fields)
    return _contested(desired, seen, live, intended, setting.standing.remaining)


def _contested(
    desired: KubeObject, seen: Present, live: Live, intended: Intended, claims: tuple[Claim, ...]
) -> Change | None:
    body = orjson.loads(intended.body)
    verdicts = adjudicate(desired.key, body, seen.conflicts, claims)
    yielded = tuple(verdict.path for verdict in verdicts if not verdict.ours)
    if yielded:
        less = give_up(body, live, sorted(yielded, key=str, reverse=True))
        intended = replace(less, pinned=less.pinned or intended.pinned, notes=intended.notes)
    notes = (*intended.notes, *(verdict.sentence for verdict in verdicts))
    after = seen.dry_run or {}
    there = adjudicate(desired.key, after, seen.conflicts, claims)  # the same verdicts, at their places in `after`
    left = tuple(verdict.path for verdict in there if not verdict.ours)
    fields = field_changes(live, after)
    kept = tuple(_with_owner(field, there) for field in fields if not _below(field.path, left))
    return _update(desired, live, replace(intended, notes=notes), kept)


def _with_owner(field: FieldChange, verdicts: Iterable[Verdict]) -> FieldChange:
    owner = next((verdict.manager for verdict in verdicts if _below(field.path, (verdict.path,))), "")
    return replace(field, owner=owner)


def _below(path: FieldPath, tops: Iterable[FieldPath]) -> bool:
    return any(top and path[: len(top)] == top for top in tops)


def _update(desired: KubeObject, live: Live, intended: Intended, fields: tuple[FieldChange, ...]) -> Change | None:
    if not fields:
        return _change(desired, Action.KEEP, notes=intended.notes) if intended.notes else None
    change = _change(desired, Action.UPDATE, notes=intended.notes, body=intended.body)
    return replace(_aimed(change, live), fields=fields, pinned=intended.pinned)


def _refused(desired: KubeObject, seen: Refused, live: Live) -> Change:
    if not seen.immutable:
        return _change(desired, Action.HOLD, seen.sentence)
    if (desired.key.group, desired.key.kind) in PROTECTED:
        return _change(desired, Action.HOLD, f"{seen.sentence}; a {desired.key.kind} is never recreated")
    if not seen.replaceable:
        return _change(desired, Action.HOLD, f"{seen.sentence}; and nothing proves that it could be created anew")
    change = _aimed(_change(desired, Action.RECREATE, seen.sentence, body=desired.body), live)
    return replace(change, fields=field_changes(declared(desired.data, live), desired.data))


def _aimed(change: Change, live: Live) -> Change:
    version = str(live.get("metadata", {}).get("resourceVersion", ""))
    return replace(change, uid=uid_of(live), resource_version=version)


def _change(
    desired: KubeObject, action: Action, reason: str = "", notes: tuple[str, ...] = (), body: bytes = b""
) -> Change:
    return Change(
        key=desired.key,
        api_version=desired.api_version,
        action=action,
        spec=desired.spec,
        reason=reason,
        notes=notes,
        body=body,
        family=family_of(desired),
    )


def family_of(desired: KubeObject) -> str:
    """The family of an immutable ConfigMap, empty for everything else."""
    if FAMILY_LABEL.encode() not in desired.body:
        return ""
    return str((desired.data["metadata"].get("labels") or {}).get(FAMILY_LABEL, ""))
