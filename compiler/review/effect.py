"""Effect and Review: what a change of specs does to the objects of one environment, for whoever must approve it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from compiler.kube_object import ObjectKey
from compiler.review.affected import agents_among
from compiler.review.fields import FieldChange
from compiler.span import Span
from compiler.spec_key import SpecKey


class Action(StrEnum):
    """What becomes of one object, or of one spec."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """An immutable ConfigMap gets a successor; the old one is kept for a rollback."""
    DELETE = "delete"
    RETIRE = "retire"
    """An immutable ConfigMap is no longer used; it is kept for a rollback."""
    NONE = "none"
    """The spec itself is as it was; what changed is something it refers to."""


class Risk(IntEnum):
    """How much a reviewer should care."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """`medium`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to know before saying yes."""

    risk: Risk
    """How bad it is."""
    sentence: str
    """What happens: `restarts 2 pods of Deployment/support`."""


@dataclass(frozen=True, slots=True)
class FieldEffect:
    """One field that changes, and the lines that made it change."""

    change: FieldChange
    """The field."""
    causes: tuple[Span, ...]
    """Lines of specs, most telling first; empty if only a template is to blame."""
    template: str = ""
    """Line of the template that carries the value, `agent/deployment.yaml:41`; empty for a field of a spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectEffect:
    """One object that changes."""

    key: ObjectKey
    """Which object; of a REPLACE the new one."""
    action: Action
    """What becomes of it."""
    before: Mapping[str, Any] | None
    """The object as the base has it; of a REPLACE the one that is replaced."""
    after: Mapping[str, Any] | None
    """The object as the head has it."""
    fields: tuple[FieldEffect, ...] = ()
    """What changes inside; empty for CREATE, DELETE and RETIRE."""
    causes: tuple[Span, ...] = ()
    """Of a CREATE or DELETE whose spec was and stays: the lines that made it so, most telling first."""
    template: str = ""
    """Of such an object, where no line of a spec that changed is to blame: the line of its template."""
    replaces: ObjectKey | None = None
    """The object whose place a REPLACE takes."""
    restarts: str = ""
    """`2 pods`, `its pods`, if its pods start anew; empty if they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecEffect:
    """One spec that changes, or whose objects do."""

    spec: SpecKey
    """Which spec."""
    action: Action
    """What became of the spec itself."""
    place: Span | None
    """Where it is declared."""
    fields: tuple[FieldEffect, ...]
    """Fields of the spec that changed; empty for a new one and for one that is gone."""
    objects: tuple[ObjectEffect, ...]
    """Objects that serve it and change, by key."""
    through: tuple[SpecKey, ...]
    """Specs it refers to that changed."""
    used_by: tuple[SpecKey, ...]
    """Specs that refer to it, directly or through others; told where the spec itself changed."""
    risk: Risk
    """The worst of the reasons."""
    reasons: tuple[Reason, ...]
    """What to know, worst first."""
    is_idle: bool = False
    """True if the spec changed and no object changes because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What changes in one environment."""

    environment: str
    """Its name."""
    action: Action
    """CREATE or DELETE for an environment that is new or gone, UPDATE otherwise, NONE if nothing changes."""
    effects: tuple[SpecEffect, ...]
    """Most dangerous first, then by key."""
    unchanged: int
    """How many objects stay as they are."""
    agents: int
    """How many agents the environment has, on either side."""
    patches: Mapping[SpecKey, int] = field(default_factory=dict)
    """Spec -> how many patches it carries at the head; of those that carry any."""

    @property
    def risk(self) -> Risk:
        """The worst of all."""
        return max((effect.risk for effect in self.effects), default=Risk.NONE)

    @property
    def affected(self) -> int:
        """How many agents change themselves, or have objects that change."""
        return len(agents_among(effect.spec for effect in self.effects))

    def count(self, *actions: Action) -> int:
        """How many objects come to one of these actions."""
        return sum(item.action in actions for effect in self.effects for item in effect.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changes between two revisions of a fleet, or in one between two compilers."""

    base: str
    """Short name of the commit that is compared with; of two compilers, which one: `Roster 0.1.0`."""
    head: str
    """Short name of the commit that is proposed; of two compilers, the other one."""
    reviews: tuple[Review, ...]
    """One for each environment that could be compared, sorted by name."""
    notes: tuple[str, ...] = ()
    """Sentences about what could not be compared."""
    commit: str = ""
    """Short name of the one commit that two compilers were tried on; empty if two commits are compared."""

    @property
    def changed(self) -> tuple[Review, ...]:
        """The environments in which something changes, most dangerous first."""
        found = (review for review in self.reviews if review.action is not Action.NONE)
        return tuple(sorted(found, key=lambda review: (-review.risk, review.environment)))
