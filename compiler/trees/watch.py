"""Watch: a folder -> its tree now, and again after each change of anything that was learned from it.

The system tells at once that something happened in a folder that was looked into; whether it matters is seen by looking
again. So what nobody asked for (Git's own files, an editor's, what Roster itself writes) is no change, however often it
changes, and where the system tells nothing (a network's folders) a change is seen a little later.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from compiler.errors import RosterError
from compiler.tree import Entry, Tree
from compiler.trees.folder import FolderTree

_QUIET = 50
"""Milliseconds without another event after which a change is taken for whole."""
_ANYHOW = 2.0
"""Seconds after which one looks again, whatever the system tells."""
_LEFTOVER = re.compile(r"^[.#]|~$|^4913$")
"""Names of files that editors make while they edit or save another one."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A folder at one moment."""

    tree: Tree
    """Its files; what is asked of it now decides what will be a change."""
    changed: tuple[str, ...]
    """The files that differ from the sight before, sorted; none at first."""


def watch(root: Path) -> Iterator[Sight]:
    """The folder now, then whenever it has changed, for ever. Raises UsageError if it is no folder to begin with; if it
    is gone later, it is empty for as long."""
    tree = FolderTree(root)
    changed: tuple[str, ...] = ()
    while True:
        asked = _AskedTree(tree)
        yield Sight(asked, changed)
        changed = ()
        while not changed:
            _await_event(asked, tree)
            tree = tree.again()
            changed = asked.changed(tree)


class _AskedTree:
    """A tree that remembers what was asked and what it answered, refusals included."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._listed: dict[str, tuple[Entry, ...] | str] = {}
        self._read: dict[str, bytes | str] = {}

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self._tree.name

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """Every file below a folder."""
        if folder not in self._listed:
            self._listed[folder] = _listed(self._tree, folder)
        return self._tree.entries(folder)

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises KeyError if there is none."""
        if path not in self._read:
            self._read[path] = _read(self._tree, path)
        return self._tree.read(path)

    def identity(self, path: str) -> str:
        """What identifies the content of one file. Raises KeyError if there is none."""
        self.read(path)
        return self._tree.identity(path)

    def changed(self, later: Tree) -> tuple[str, ...]:
        """The paths of which a later tree says something else, sorted."""
        paths = {
            path for folder, known in self._listed.items() for path in _news(known, _listed(later, folder), folder)
        }
        paths = {path for path in paths if not _LEFTOVER.search(path.rpartition("/")[2])}
        return tuple(sorted(paths | {path for path, known in self._read.items() if known != _read(later, path)}))


def _listed(tree: Tree, folder: str) -> tuple[Entry, ...] | str:
    """What lies below a folder, or why that cannot be said."""
    try:
        return tree.entries(folder)
    except RosterError as error:
        return error.message


def _read(tree: Tree, path: str) -> bytes | str:
    """What a file holds, or why it cannot be read."""
    try:
        return tree.read(path)
    except KeyError:
        return "there is none"
    except RosterError as error:
        return error.message


def _news(known: tuple[Entry, ...] | str, now: tuple[Entry, ...] | str, folder: str) -> Iterator[str]:
    """The paths of which two listings differ; the folder's own if one of them could not be made."""
    if known == now:
        return
    if isinstance(known, str) or isinstance(now, str):
        yield folder
    else:
        yield from (entry.path for entry in set(known).symmetric_difference(now))


class _Anyhow:
    """What the system is watched beside, in the form of an event: a look at once, for what happened before it watched,
    and then now and then."""

    def __init__(self, asked: _AskedTree, tree: FolderTree) -> None:
        self._asked, self._tree = asked, tree
        self._due = 0.0

    def is_set(self) -> bool:
        """Whether it is time to look, and something has changed."""
        if time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + _ANYHOW
        return bool(self._asked.changed(self._tree.again()))


def _await_event(asked: _AskedTree, tree: FolderTree) -> None:
    """Return when something has happened in the folders of a tree, or is seen to have changed. Ctrl-C is heard."""
    seen = _Anyhow(asked, tree)
    # Not recursive: the system would be asked to follow links, out of the fleet too.
    events = watchfiles.watch(
        *tree.folders(),
        recursive=False,
        watch_filter=None,
        step=_QUIET,
        rust_timeout=0,
        stop_event=seen,
        ignore_permission_denied=True,
    )
    try:
        next(events, None)
    except (OSError, RuntimeError):
        # A folder is gone, or the system watches no more of them: then one looks now and then.
        time.sleep(_ANYHOW)
