"""Diagnostic: one thing that is wrong or doubtful in a tree, as data that any report can show."""

from dataclasses import dataclass, replace
from enum import StrEnum

from compiler.mending.edit import Edit
from compiler.span import Span


class Severity(StrEnum):
    """How bad it is: an error stops what it touches, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: what, where, why and how to mend it. Never holds a secret's value."""

    code: str
    """Stable code such as R0203, a key of `compiler.catalogue.CATALOGUE`."""
    severity: Severity
    """Whether it stops what it touches."""
    message: str
    """The headline: a sentence without a full stop."""
    span: Span | None = None
    """Where; None only when nothing in the tree is to blame."""
    field: str = ""
    """Dotted path of the field inside its document, `spec.models.default.use`."""
    label: str = ""
    """What is printed under the underlined text."""
    help: str = ""
    """How to mend it, with a suggestion where there is one."""
    fix: Edit | None = None
    """What a machine may write to mend it; None where only a person can know."""
    root: str = ""
    """What is really missing or wrong, `Provider/cluade`: findings of one code with the same root are one mistake."""
    kubernetes: tuple[str, ...] = ()
    """The Kubernetes versions that it holds for, oldest first, where several were asked for; else empty."""
    environments: tuple[str, ...] = ()
    """The environments in which it was seen, sorted."""

    def seen_in(self, environments: tuple[str, ...]) -> "Diagnostic":
        """The same finding, said to be seen in these environments."""
        return replace(self, environments=environments)
