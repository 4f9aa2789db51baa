"""The inventory before a pass, its plan and its outcomes -> the inventory after it: exactly what is ours now."""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from compiler.bundle import Bundle
from compiler.kube_object import KubeObject, ObjectKey
from reconciler.answer import Live
from reconciler.change import Plan
from reconciler.deciding.hand_over import hand_over
from reconciler.deciding.ours import uid_of
from reconciler.deciding.plan_desired import family_of
from reconciler.deciding.standing import Standing
from reconciler.declared import body_hash, declared_hash
from reconciler.inventory import Inventory, Owned, with_objects
from reconciler.outcome import Happened, Outcome

GONE = frozenset({Happened.DELETED})
NEVER_OURS = frozenset({Happened.HELD, Happened.KEPT})
WRITTEN = frozenset({Happened.CREATED, Happened.UPDATED, Happened.RECREATED})


def narrow(
    inventory: Inventory,
    bundle: Bundle,
    plan: Plan,
    outcomes: Iterable[Outcome],
    live: Mapping[ObjectKey, Live],
) -> Inventory:
    """What is ours now; `live` holds the objects as last seen. An object whose fate is unknown stays in it."""
    by_key = {outcome.key: outcome for outcome in outcomes}
    wanted = tuple(_wanted(inventory, bundle, plan.standing, by_key, live))
    leaving = tuple(_leaving(inventory, bundle, plan, by_key))
    return with_objects(inventory, (*wanted, *leaving))


def _wanted(
    inventory: Inventory,
    bundle: Bundle,
    standing: Standing,
    outcomes: Mapping[ObjectKey, Outcome],
    live: Mapping[ObjectKey, Live],
) -> Iterator[Owned]:
    before = inventory.by_key()
    for item in bundle.objects:
        old, outcome = before.get(item.key), outcomes.get(item.key)
        happened = outcome.happened if outcome else Happened.UNCHANGED
        if happened in WRITTEN or happened is Happened.UNCHANGED:
            seen = live.get(item.key)
            yield entry(item, seen, standing) if seen is not None else old or coming(item)
        elif old is not None:
            yield old
        elif happened not in NEVER_OURS and happened is not Happened.SKIPPED:
            yield coming(item)


def _leaving(
    inventory: Inventory, bundle: Bundle, plan: Plan, outcomes: Mapping[ObjectKey, Outcome]
) -> Iterator[Owned]:
    wanted = {item.key for item in bundle.objects}
    told = {change.key for change in plan.changes}
    for owned in inventory.objects:
        outcome = outcomes.get(owned.key)
        gone = outcome is not None and outcome.happened in GONE
        if owned.key not in wanted and owned.key in told and not gone:
            yield owned


def entry(item: KubeObject, live: Live, standing: Standing) -> Owned:
    """The entry of an object that is as desired."""
    intended = orjson.loads(hand_over(item, live, standing.claims).body)
    return Owned(
        key=item.key,
        api_version=item.api_version,
        spec=item.spec,
        uid=uid_of(live),
        family=family_of(item),
        desired=body_hash(item.body),
        fingerprint=declared_hash(intended, live),
    )


def coming(item: KubeObject) -> Owned:
    """The entry of an object that is about to be made."""
    return Owned(key=item.key, api_version=item.api_version, spec=item.spec, family=family_of(item))
