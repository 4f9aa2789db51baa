"""The objects of the inventory that the bundle no longer has -> DELETE, KEEP or HOLD for each, and why."""

from collections.abc import Iterable, Mapping

from compiler.bundle import Bundle
from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.bounds import Bounds
from reconciler.change import Action, Change
from reconciler.deciding.ours import proven_ours, uid_of
from reconciler.deciding.plan_desired import family_of
from reconciler.deciding.protected import PROTECTED
from reconciler.deciding.standing import leaving
from reconciler.inventory import Inventory, Owned
from reconciler.observation import Absent, Observations, Present, Refused, Unreadable

NEWEST = 3
"""So many retired members of a family stay, so that a rollback finds them."""


def plan_leaving(
    bundle: Bundle, inventory: Inventory, observations: Observations, bounds: Bounds
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """What happens to each object that is no longer wanted, and a sentence for each that proves not to be ours."""
    going: dict[ObjectKey, Owned] = {}
    said: list[Change] = []
    notes: list[str] = []
    staying = _staying(bundle, observations)
    for owned in leaving(bundle, inventory):
        seen = observations.objects.get(owned.key, Absent())
        if isinstance(seen, Unreadable):
            said.append(_change(owned, Action.HOLD, seen.error))
        elif isinstance(seen, Refused):
            said.append(_change(owned, Action.KEEP, seen.sentence))
        elif isinstance(seen, Absent):
            continue
        elif (owned.key.kind, owned.key.name, uid_of(seen.live)) in staying:
            continue  # declared with another namespace (which a cluster-scoped kind has not) or group, and still wanted
        elif not proven_ours(seen.live, owned, inventory.unit):
            notes.append(f"{owned.key} is not the object that we made: left alone, and no longer counted as ours")
        else:
            going[owned.key] = owned
    said += _departures(bundle, going, observations, bounds)
    return tuple(said), tuple(notes)


def _departures(
    bundle: Bundle, going: Mapping[ObjectKey, Owned], observations: Observations, bounds: Bounds
) -> Iterable[Change]:
    kept = _retired(bundle, going, observations)
    # What is never pruned does not count: the Namespace of an environment is declared even where nothing else is.
    empty = all((item.key.group, item.key.kind) in PROTECTED for item in bundle.objects)
    for key, owned in going.items():
        live = _live(observations, key)
        refusal = bounds.reach.refusal(key)
        if live.get("metadata", {}).get("deletionTimestamp"):
            yield _change(owned, Action.KEEP, _departing(live), live)
        elif (key.group, key.kind) in PROTECTED:
            yield _change(owned, Action.KEEP, f"no longer in Git; a {key.kind} is never pruned", live)
        elif refusal:
            yield _change(owned, Action.HOLD, refusal, live)
        elif empty and not bounds.allow_empty:
            yield _change(owned, Action.HOLD, "the environment has become empty: --allow-empty prunes it", live)
        elif key in kept:
            yield _change(owned, Action.KEEP, kept[key], live)
        else:
            yield _change(owned, Action.DELETE, "no longer in Git", live)


def _retired(bundle: Bundle, going: Mapping[ObjectKey, Owned], observations: Observations) -> dict[ObjectKey, str]:
    """The retired members of families that stay, with the reason."""
    current = {(item.key.namespace, family_of(item)) for item in bundle.objects}
    families: dict[tuple[str, str], list[ObjectKey]] = {}
    for key, owned in going.items():
        if owned.family:
            families.setdefault((key.namespace, owned.family), []).append(key)
    kept: dict[ObjectKey, str] = {}
    for family, keys in families.items():
        newest = sorted(keys, key=lambda key: (_created(observations, key), key), reverse=True)[:NEWEST]
        if family in current:
            kept.update(dict.fromkeys(newest, f"retired; one of the newest {NEWEST} of its family"))
        for key in keys:
            users = sorted(observations.references.get(key, frozenset()) - going.keys())
            if users:
                kept[key] = f"retired; live pods of {users[0]} refer to it"
    return kept


def _staying(bundle: Bundle, observations: Observations) -> frozenset[tuple[str, str, str]]:
    """Kind, name and UID of the live objects that the bundle wants."""
    wanted = ((item.key, observations.objects.get(item.key)) for item in bundle.objects)
    found = ((key, seen.live) for key, seen in wanted if isinstance(seen, Present | Refused))
    return frozenset((key.kind, key.name, uid_of(live)) for key, live in found if live is not None)


def _departing(live: Live) -> str:
    finalizers = ", ".join(live["metadata"].get("finalizers") or ())
    return f"is being deleted already, and waits for {finalizers}" if finalizers else "is being deleted already"


def _created(observations: Observations, key: ObjectKey) -> str:
    return str(_live(observations, key).get("metadata", {}).get("creationTimestamp", ""))


def _live(observations: Observations, key: ObjectKey) -> Live:
    seen = observations.objects[key]
    return seen.live if isinstance(seen, Present) else {}


def _change(owned: Owned, action: Action, reason: str, live: Live | None = None) -> Change:
    metadata = live.get("metadata", {}) if live else {}
    return Change(
        key=owned.key,
        api_version=owned.api_version,
        action=action,
        spec=owned.spec,
        reason=reason,
        family=owned.family,
        uid=uid_of(live) if live else "",
        resource_version=str(metadata.get("resourceVersion", "")),
    )
