"""A bundle, an inventory and a target in -> Observations: what is there, and what applying would make of it."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import orjson

from compiler.bundle import Bundle
from compiler.kube_object import KubeObject, ObjectKey
from reconciler.answer import Applied, Conflicted, Live, Rejected
from reconciler.deciding.claim import Claim
from reconciler.deciding.conflict import Conflict
from reconciler.deciding.hand_over import hand_over
from reconciler.deciding.ours import belongs
from reconciler.deciding.standing import leaving, standing
from reconciler.declared import body_hash, declared_hash, fingerprint, satisfied
from reconciler.inventory import Inventory, Owned
from reconciler.observation import Absent, Observation, Observations, Present, Refused, Unreadable
from reconciler.target import Found, Missing, Named, NoSuchKind, Reading, Target

WORKERS = 8
WORKLOADS = frozenset({"Deployment", "StatefulSet", "ReplicaSet"})


def look(
    bundle: Bundle, inventory: Inventory, target: Target, adopt: frozenset[ObjectKey] = frozenset()
) -> Observations:
    """See every object of the bundle and the inventory; requests grow only with the objects that are not as desired.

    `adopt` are strangers that are to become ours; all others are only noted.
    """
    gone = leaving(bundle, inventory)
    wanted = [Named(item.key, item.api_version) for item in bundle.objects]
    wanted += [Named(owned.key, owned.api_version) for owned in gone]
    readings = target.read(inventory.unit, wanted)
    namespaces = sorted({named.key.namespace for named in wanted if named.key.namespace})
    scaled = any(named.key.kind in WORKLOADS for named in wanted)
    claims = target.claims(namespaces) if scaled else ()
    families = any(owned.family for owned in gone)
    return Observations(
        objects={
            **{owned.key: _departing(readings[owned.key]) for owned in gone},
            **_wanted(bundle, readings, claims, _Eyes(target, inventory, adopt)),
        },
        claims=claims,
        references=target.references(namespaces) if families else {},
    )


def _departing(reading: Reading) -> Observation:
    if isinstance(reading, Found):
        return Present(live=reading.live, fingerprint=fingerprint(reading.live), equal=True)
    return _not_found(reading)


def _not_found(reading: Reading) -> Observation:
    if isinstance(reading, Missing):
        return Absent()
    if isinstance(reading, NoSuchKind):
        return Refused(sentence=reading.sentence)
    return Unreadable(reading.error if not isinstance(reading, Found) else "")


@dataclass(frozen=True, slots=True)
class _Eyes:
    target: Target
    inventory: Inventory
    adopt: frozenset[ObjectKey]


def _wanted(
    bundle: Bundle, readings: Mapping[ObjectKey, Reading], claims: Iterable[Claim], eyes: _Eyes
) -> dict[ObjectKey, Observation]:
    live = {key: reading.live for key, reading in readings.items() if isinstance(reading, Found)}
    say = standing(bundle, eyes.inventory, live, claims).claims
    owned = eyes.inventory.by_key()
    coming = _defined_kinds(bundle.objects)

    def observe(item: KubeObject) -> Observation:
        reading = readings[item.key]
        if isinstance(reading, NoSuchKind) and (item.key.group, item.key.kind) in coming:
            return Absent()
        if not isinstance(reading, Found):
            return _not_found(reading)
        return _present(item, reading.live, owned.get(item.key), say, eyes)

    with ThreadPoolExecutor(WORKERS, "look") as pool:
        return dict(zip((item.key for item in bundle.objects), pool.map(observe, bundle.objects), strict=True))


def _defined_kinds(objects: Iterable[KubeObject]) -> frozenset[tuple[str, str]]:
    """Group and kind of everything that the definitions among these objects define."""
    definitions = [item.data["spec"] for item in objects if item.key.kind == "CustomResourceDefinition"]
    return frozenset((spec["group"], spec["names"]["kind"]) for spec in definitions)


def _present(item: KubeObject, live: Live, owned: Owned | None, claims: Iterable[Claim], eyes: _Eyes) -> Observation:
    intended = hand_over(item, live, claims)
    desired = orjson.loads(intended.body)
    stranger = not belongs(live, owned, eyes.inventory.unit) and item.key not in eyes.adopt
    if stranger or _known_equal(item, desired, live, owned):
        return Present(live=live, fingerprint=fingerprint(live), equal=True)
    return _rehearse(intended.body, live, eyes.target)


def _known_equal(item: KubeObject, desired: Mapping[str, object], live: Live, owned: Owned | None) -> bool:
    if owned is None or owned.desired != body_hash(item.body) or owned.uid != live["metadata"].get("uid", ""):
        return False
    return owned.fingerprint == declared_hash(desired, live) or satisfied(desired, live)


def _rehearse(body: bytes, live: Live, target: Target) -> Observation:
    """A dry run of the apply: unforced to learn of conflicts, then forced to see what winning them all would give."""
    conflicts: tuple[Conflict, ...] = ()
    answer = target.apply(body, dry_run=True)
    if isinstance(answer, Conflicted):
        conflicts = answer.conflicts
        answer = target.apply(body, dry_run=True, force=True)
    seen = fingerprint(live)
    if isinstance(answer, Applied):
        return Present(live=live, fingerprint=seen, dry_run=answer.live, conflicts=conflicts)
    if isinstance(answer, Rejected) and not answer.forbidden:
        proof = answer.immutable and target.can_create(body)
        return Refused(sentence=answer.sentence, live=live, immutable=answer.immutable, replaceable=proof)
    note = f"compared without a dry run: {answer.sentence}" if isinstance(answer, Rejected) else ""
    return Present(live=live, fingerprint=seen, note=note)
