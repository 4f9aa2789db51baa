"""local_revision: a GitSource on this machine in, the Revision that its ref means out; nothing is written."""

from pathlib import Path

from compiler.trees.git import resolve
from reconciler.source.read_revision import read_revision
from reconciler.source.revision import GitSource, Revision


def local_revision(source: GitSource) -> Revision:
    """The commit that a ref means in a repository of this machine, read where it lies. Raises UsageError."""
    place = Path(source.location)
    return read_revision(place, resolve(place, source.ref), source)
