"""A bundle, an inventory and what was found -> which objects leave, and which autoscalers claim workloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.bundle import Bundle
from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.deciding.claim import AUTOSCALERS, Claim, claim_of
from reconciler.deciding.ours import proven_ours
from reconciler.inventory import Inventory, Owned


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has a say about replicas, before and after this pass."""

    claims: tuple[Claim, ...]
    """Every autoscaler that is live or in the bundle."""
    remaining: tuple[Claim, ...]
    """Those of them that this pass does not remove."""


def leaving(bundle: Bundle, inventory: Inventory) -> tuple[Owned, ...]:
    """The objects of the inventory that the bundle no longer has."""
    wanted = {item.key for item in bundle.objects}
    return tuple(owned for owned in inventory.objects if owned.key not in wanted)


def standing(bundle: Bundle, inventory: Inventory, live: Mapping[ObjectKey, Live], found: Iterable[Claim]) -> Standing:
    """The claims, given the live objects of the inventory and the autoscalers found on the target."""
    going = frozenset(
        owned.key
        for owned in leaving(bundle, inventory)
        if owned.key in live and proven_ours(live[owned.key], owned, inventory.unit)
    )
    coming = [claim_of(item.data) for item in bundle.objects if (item.key.group, item.key.kind) in AUTOSCALERS]
    by_autoscaler = {claim.autoscaler: claim for claim in (*found, *coming) if claim is not None}
    claims = tuple(by_autoscaler[key] for key in sorted(by_autoscaler))
    return Standing(claims, tuple(claim for claim in claims if claim.stands(going)))
