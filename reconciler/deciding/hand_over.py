"""A desired workload, its live state and the autoscalers in -> the body to send, so that replicas never dip.

Replicas belong to an autoscaler if one targets the workload. Leaving out a field that we alone hold would reset it to
its default, so until somebody else holds it, it is sent with its live value.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compiler.kube_object import KubeObject, canonical
from compiler.source import FieldPath
from reconciler.answer import Live
from reconciler.deciding.claim import Claim
from reconciler.deciding.field_path import at, drop, has, put
from reconciler.deciding.managed_fields import holders

REPLICAS: FieldPath = ("spec", "replicas")


@dataclass(frozen=True, slots=True)
class Intended:
    """What is to be sent for one object, given who else has a say in it."""

    body: bytes
    """Canonical JSON."""
    pinned: bool = False
    """True if it repeats a live value, so that it may only be written over the very object that was read."""
    notes: tuple[str, ...] = ()
    """A sentence for each field that is left to somebody else against Git's word."""


def hand_over(desired: KubeObject, live: Live | None, claims: Iterable[Claim]) -> Intended:
    """The body to send: as desired, or with replicas left to the autoscaler that claims this workload."""
    claim = next((claim for claim in claims if claim.workload == desired.key), None)
    if claim is None or live is None:
        return Intended(desired.body)
    data = desired.data
    notes = _notes(claim, desired) if has(data, REPLICAS) else ()
    return give_up(data, live, (REPLICAS,), notes)


def give_up(data: dict[str, object], live: Live, paths: Iterable[FieldPath], notes: tuple[str, ...] = ()) -> Intended:
    """The body with some fields left to others: taken out, or where we alone hold them sent with the live value."""
    pinned = False
    for path in paths:
        held_by = holders(live, path)
        if held_by and all(holder.is_us for holder in held_by) and has(live, path):
            put(data, path, at(live, path))
            pinned = True
        else:
            drop(data, path)
    return Intended(canonical(data), pinned, notes)


def _notes(claim: Claim, desired: KubeObject) -> tuple[str, ...]:
    return (f"{claim.autoscaler} owns spec.replicas of {desired.key}: left alone",)
