"""FilePlan: what must be written and removed so that a folder holds an environment, and what stands in the way."""

from dataclasses import dataclass

from compiler.rendered.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A file that Roster leaves as it is."""

    path: str
    """The file, below the folder."""
    reason: str
    """Why, to be read after its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """The way from what lies in a folder to what should."""

    writes: tuple[str, ...]
    """Files to write, by path."""
    deletes: tuple[str, ...]
    """Files to remove: Roster wrote them, nobody has touched them, and no spec makes them any more."""
    unchanged: int
    """How many files are as they should be."""
    in_the_way: tuple[Obstacle, ...]
    """Files that would have to be overwritten and are not ours, or no longer; with one of them nothing is written."""
    left: tuple[Obstacle, ...]
    """Files that no spec makes any more and that are left, because somebody has edited them."""
    widened: Manifest
    """The manifest while files are being written: what may lie there then, the old and the new."""
    manifest: Manifest
    """The manifest when all is done."""
