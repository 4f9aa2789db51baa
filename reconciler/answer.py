"""Answer: what a target said to one request to apply or delete one object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.deciding.conflict import Conflict

Live = Mapping[str, Any]
"""An object as the target holds it, as plain data that nobody changes; a Secret's values are already gone."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The object was written (or, in a dry run, would be)."""

    live: Live
    """The object as it is afterwards."""
    created: bool = False
    """True if it did not exist before."""


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Nothing was written: other managers hold fields with other values."""

    conflicts: tuple[Conflict, ...]
    """Each contested field with its holder, sorted; empty if the object moved under a resourceVersion precondition."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing was written: validation, admission, a missing kind or namespace, or a missing permission."""

    sentence: str
    """Why, for a person, without the values of secrets."""
    immutable: bool = False
    """True if the target's causes say that a field cannot be changed in place."""
    forbidden: bool = False
    """True if it is a permission that is missing; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The object is gone, or going."""

    finalizers: tuple[str, ...] = ()
    """What it still waits for, empty if it is gone."""
    terminating: bool = False
    """True if it is still there, on its way out."""


ApplyAnswer = Applied | Conflicted | Rejected
DeleteAnswer = Deleted | Conflicted | Rejected
