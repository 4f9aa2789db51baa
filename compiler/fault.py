"""Fault: what is wrong with one field of one object, before it is known which line of the tree caused it."""

from dataclasses import dataclass

from compiler.lowered import Lowered
from compiler.source import FieldPath


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """One finding about an object."""

    code: str
    """A code of the catalogue, R06xx."""
    lowered: Lowered
    """The object."""
    path: FieldPath
    """The field of the object that is to blame."""
    message: str
    """What is wrong with the field, to be read after its name: `is not a field`."""
    help: str = ""
    """How to mend it."""
    doubtful: bool = False
    """True if it may be what a person wants: then it is an error where Roster chose the value, else a warning."""
    inert: bool = False
    """True if it is a warning whoever chose the value."""
    longest: bool = False
    """True if of all texts that the value was made from, the longest is to blame."""
    versions: tuple[str, ...] = ()
    """The Kubernetes versions that it holds for, oldest first; empty if the version does not matter."""
    rival: FieldPath = ()
    """Another field of the object that has what only one may have; it is to blame where nobody wrote the first."""
    other: Lowered | None = None
    """A second object that takes part, whose place is told too."""
