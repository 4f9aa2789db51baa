"""Tree: path -> bytes, the compiler's only input; a work folder and a commit look the same."""

from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """One file of a tree."""

    path: str
    """Path from the root, with forward slashes, never absolute, never with `..`."""
    size: int
    """Bytes."""
    link: str | None = None
    """The text of a symbolic link, or None for a plain file."""


class Tree(Protocol):
    """A tree of files that can be listed and read, and that never changes while it is read."""

    @property
    def name(self) -> str:
        """What to call it in messages: `work folder` or a short commit."""
        ...

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """Every file below `folder` ("" is the root), at any depth, sorted by path; none if there is no such folder."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises KeyError if there is none."""
        ...

    def identity(self, path: str) -> str:
        """What identifies the content of one file: equal for equal bytes only. Raises KeyError as `read` does."""
        ...
