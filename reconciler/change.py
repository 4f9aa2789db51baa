"""Change and Plan: what must be done to each object so that the target equals the bundle, and why."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from compiler.kube_object import ObjectKey
from compiler.source import FieldPath
from compiler.spec_key import SpecKey
from reconciler.deciding.standing import Standing


class Action(StrEnum):
    """What is done to one object."""

    CREATE = "create"
    UPDATE = "update"
    RECREATE = "recreate"
    DELETE = "delete"
    KEEP = "keep"
    """It is left on purpose, and that is right so: a protected kind, a retired ConfigMap, somebody's Namespace."""
    HOLD = "hold"
    """It is left because going on would be wrong: a person must decide; the sync ends with exit code 3."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one object that would change; values of Secrets never get here."""

    path: FieldPath
    """From the object's root."""
    before: Any
    """The live value, None if it is absent."""
    after: Any
    """The value that applying would give, None if it would go."""
    owner: str = ""
    """The other manager that holds the field now, empty if nobody contests it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One object that the plan says something about; one that is as desired has a Change (KEEP) only for its notes."""

    key: ObjectKey
    """Which object."""
    api_version: str
    """The API version it is written or deleted with."""
    action: Action
    """What is done."""
    spec: SpecKey
    """The spec it serves, or served."""
    reason: str = ""
    """Why, as a sentence; empty where the fields say it all."""
    fields: tuple[FieldChange, ...] = ()
    """What changes, in the order of the paths; empty for CREATE and DELETE."""
    notes: tuple[str, ...] = ()
    """Contested fields, each in one sentence."""
    body: bytes = b""
    """Canonical JSON to send, fields that are left to others already taken out; empty where nothing is sent."""
    family: str = ""
    """The family of an immutable ConfigMap, empty for everything else."""
    uid: str = ""
    """The UID of the live object that was looked at, empty if there was none."""
    resource_version: str = ""
    """Its resourceVersion: a precondition of DELETE and RECREATE, and of bodies that hold live values."""
    pinned: bool = False
    """True if the body repeats live values that must not be written over newer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a sync would do, decided before anything is done."""

    changes: tuple[Change, ...]
    """Sorted by key; KEEP and HOLD included, because people must see them."""
    unchanged: int
    """How many objects of the bundle are as desired."""
    digest: str
    """SHA-256 over the bundle's digest, the actions and the fingerprints of what they touch."""
    standing: Standing = field(default_factory=lambda: Standing((), ()))
    """Who had a say about replicas when this was decided."""
    hand_backs: tuple[Change, ...] = ()
    """Updates that must wait until an autoscaler has been pruned: replicas go back to Git."""
    notes: tuple[str, ...] = ()
    """Sentences about the whole."""

    def of(self, *actions: Action) -> tuple[Change, ...]:
        """The changes with one of these actions, in order."""
        return tuple(change for change in self.changes if change.action in actions)

    @property
    def empty(self) -> bool:
        """True if nothing would be written or deleted, and nothing is held."""
        return not self.hand_backs and all(change.action is Action.KEEP for change in self.changes)
