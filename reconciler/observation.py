"""Observation: what is on the target for one object, and Observations, the picture that a plan is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.deciding.claim import Claim
from reconciler.deciding.conflict import Conflict


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such object, or its kind will first be defined by this very bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The object exists."""

    live: Live
    """The object as it is, a Secret's values dropped."""
    fingerprint: str
    """SHA-256 of `live` less what the target itself writes."""
    dry_run: Live | None = None
    """What a forced apply of the desired body would make of it; None if none was needed, or none was possible."""
    conflicts: tuple[Conflict, ...] = ()
    """What an unforced apply would be refused for."""
    equal: bool = False
    """True if the object is known to be as desired, without a dry run."""
    note: str = ""
    """A sentence about how far this can be trusted: `compared without a dry run: …`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The target would not take the desired object: its kind is unknown there, or a dry run was rejected."""

    sentence: str
    """Why, for a person."""
    live: Live | None = None
    """The object as it is, None if it does not exist."""
    immutable: bool = False
    """True if an immutable field is the cause."""
    replaceable: bool = False
    """True if a dry run proved that the desired object could be created in its place."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The target did not say whether the object exists; nothing may be concluded, and nothing is pruned."""

    error: str
    """Why, for a person, with the missing permission named."""


Observation = Absent | Present | Refused | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """All that look saw, in one value."""

    objects: Mapping[ObjectKey, Observation]
    """One observation for each object of the bundle and of the inventory."""
    claims: tuple[Claim, ...] = ()
    """Live autoscalers in the environment's namespaces, whoever made them."""
    references: Mapping[ObjectKey, frozenset[ObjectKey]] = field(default_factory=dict)
    """ConfigMap -> the workloads whose live ReplicaSets or Pods refer to it (a bare Pod stands for itself)."""
    notes: tuple[str, ...] = ()
    """Sentences about the picture as a whole, such as rights that are missing."""
