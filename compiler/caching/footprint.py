"""Footprint: what was really read of a tree, what was looked for and not found included -> does another tree agree."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from compiler.tree import Entry, Tree


@dataclass(frozen=True, slots=True)
class Footprint:
    """Everything that a piece of work learned from a tree; a tree that agrees with it leads to the same result."""

    name: str | None
    """What the tree is called; None if nobody asked."""
    folders: tuple[tuple[str, str], ...]
    """Each folder that was listed, and the digest of its entries."""
    files: tuple[tuple[str, str | None], ...]
    """Each file that was read, and the identity of its content; None for one that was not there."""

    def agrees(self, tree: Tree) -> bool:
        """Whether all of it holds in a tree."""
        return (
            (self.name is None or self.name == tree.name)
            and all(digest == listing(tree.entries(folder)) for folder, digest in self.folders)
            and all(identity == identity_of(tree, path) for path, identity in self.files)
        )


class WatchedTree:
    """A tree that remembers what is read of it."""

    def __init__(self, tree: Tree) -> None:
        """Watch a tree."""
        self._tree = tree
        self._name: str | None = None
        self._folders: dict[str, str] = {}
        self._files: dict[str, str | None] = {}

    @property
    def name(self) -> str:
        """What to call it in messages."""
        self._name = self._tree.name
        return self._name

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """Every file below a folder."""
        found = self._tree.entries(folder)
        if folder not in self._folders:
            self._folders[folder] = listing(found)
        return found

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises KeyError if there is none."""
        if path not in self._files:
            self._files[path] = identity_of(self._tree, path)
        return self._tree.read(path)

    def identity(self, path: str) -> str:
        """What identifies the content of one file. Raises KeyError if there is none."""
        self._files[path] = identity_of(self._tree, path)
        return self._tree.identity(path)

    def footprint(self) -> Footprint:
        """What has been read so far."""
        return Footprint(self._name, tuple(sorted(self._folders.items())), tuple(sorted(self._files.items())))


@lru_cache(maxsize=64)
def listing(entries: tuple[Entry, ...]) -> str:
    """The digest of a list of files: their paths, their sizes, and where links point to."""
    # Neither a path nor a link holds a NUL, so no two lists are written alike.
    text = "\0".join([f"{item.path}\0{item.size}\0{item.link and '>' + item.link}" for item in entries])
    return hashlib.sha256(text.encode()).hexdigest()


def identity_of(tree: Tree, path: str) -> str | None:
    """What identifies the content of a file; None if there is none."""
    try:
        return tree.identity(path)
    except KeyError:
        return None
