"""A bundle, an inventory and observations in -> a Plan: what to do to each object, and why. No I/O, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from compiler.bundle import Bundle
from compiler.kube_object import KubeObject, ObjectKey, canonical
from reconciler.bounds import Bounds
from reconciler.change import Action, Change, FieldChange, Plan
from reconciler.deciding.field_path import at, has
from reconciler.deciding.hand_over import REPLICAS
from reconciler.deciding.plan_desired import Setting, plan_desired
from reconciler.deciding.plan_leaving import plan_leaving
from reconciler.deciding.standing import Standing, standing
from reconciler.inventory import Inventory
from reconciler.observation import Absent, Observations, Present


def plan(bundle: Bundle, inventory: Inventory, observations: Observations, bounds: Bounds | None = None) -> Plan:
    """Decide what makes the target equal the bundle, and what must be left alone."""
    bounds = bounds or Bounds()
    claims = _standing(bundle, inventory, observations)
    setting = Setting(unit=inventory.unit, bounds=bounds, standing=claims)
    changes = _desired(bundle, inventory, observations, setting)
    departures, notes = plan_leaving(bundle, inventory, observations, bounds)
    departures = tuple(_unless_held(departures, changes))
    said = tuple(sorted((*changes, *departures), key=lambda change: change.key))
    told = {change.key for change in changes if change.action is not Action.KEEP or change.reason}
    return Plan(
        changes=said,
        unchanged=len(bundle.objects) - len(told),
        standing=claims,
        digest=_digest(bundle, said, observations),
        hand_backs=tuple(_hand_backs(bundle, observations, claims, departures)),
        notes=(*observations.notes, *notes),
    )


def _standing(bundle: Bundle, inventory: Inventory, observations: Observations) -> Standing:
    live = {key: seen.live for key, seen in observations.objects.items() if isinstance(seen, Present)}
    return standing(bundle, inventory, live, observations.claims)


def _desired(bundle: Bundle, inventory: Inventory, observations: Observations, setting: Setting) -> tuple[Change, ...]:
    owned = inventory.by_key()
    changes = (
        plan_desired(item, observations.objects.get(item.key, Absent()), owned.get(item.key), setting)
        for item in bundle.objects
    )
    return tuple(change for change in changes if change is not None)


def _unless_held(departures: Iterable[Change], changes: Iterable[Change]) -> Iterator[Change]:
    """The departures, but nothing old of a spec is deleted while something new of it is held."""
    held = {(it.spec.kind, it.spec.name): it.key for it in changes if it.action is Action.HOLD}
    for change in departures:
        key = held.get((change.spec.kind, change.spec.name))
        waits = change.action is Action.DELETE and key is not None
        yield replace(change, action=Action.HOLD, reason=f"is kept while {key} is held") if waits else change


def _hand_backs(
    bundle: Bundle, observations: Observations, claims: Standing, departures: Iterable[Change]
) -> Iterator[Change]:
    """An update of replicas for each workload whose last autoscaler this plan deletes."""
    deleted = frozenset(change.key for change in departures if change.action is Action.DELETE)
    ending = {claim.workload: claim.autoscaler for claim in claims.claims if not claim.stands(deleted)}
    staying = {claim.workload for claim in claims.remaining}
    for item in bundle.objects:
        seen = observations.objects.get(item.key)
        if item.key in ending and item.key not in staying and isinstance(seen, Present):
            yield from _hand_back(item, seen, ending[item.key])


def _hand_back(item: KubeObject, seen: Present, autoscaler: ObjectKey) -> Iterator[Change]:
    data = item.data
    if not has(data, REPLICAS) or not has(seen.live, REPLICAS):
        return
    before, after = at(seen.live, REPLICAS), at(data, REPLICAS)
    if before != after:
        yield Change(
            key=item.key,
            api_version=item.api_version,
            action=Action.UPDATE,
            spec=item.spec,
            reason=f"replicas go back to Git once {autoscaler} is gone",
            fields=(FieldChange(REPLICAS, before, after, str(autoscaler)),),
            body=item.body,
        )


def _digest(bundle: Bundle, changes: Iterable[Change], observations: Observations) -> str:
    touched = [_touched(change, observations.objects) for change in changes]
    return sha256(canonical([bundle.digest, touched])).hexdigest()


def _touched(change: Change, objects: Mapping[ObjectKey, object]) -> list[str]:
    seen = objects.get(change.key)
    key = change.key
    acts = change.action not in (Action.KEEP, Action.HOLD)
    fingerprint = seen.fingerprint if acts and isinstance(seen, Present) else ""
    return [key.group, key.kind, key.namespace, key.name, change.action.value, fingerprint]
