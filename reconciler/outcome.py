"""Outcome: what happened to one object in one pass."""

from dataclasses import dataclass, field
from enum import StrEnum

from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.answer import Live


class Happened(StrEnum):
    """What came of one object."""

    CREATED = "created"
    UPDATED = "updated"
    RECREATED = "recreated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    KEPT = "kept"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not tried, because something it depends on failed or is held."""
    TERMINATING = "terminating"
    """Deleted, and still there: a finalizer holds it."""


WRONG = frozenset({Happened.HELD, Happened.FAILED, Happened.SKIPPED})
"""What makes a sync end with exit code 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened to one object, and why."""

    key: ObjectKey
    """Which object."""
    spec: SpecKey
    """The spec it serves, or served."""
    happened: Happened
    """What came of it."""
    sentence: str = ""
    """Why, for a person; empty where there is nothing to add."""
    notes: tuple[str, ...] = ()
    """Contested fields, each in one sentence."""
    live: Live | None = field(default=None, compare=False, repr=False)
    """The object afterwards, where the target said so."""
