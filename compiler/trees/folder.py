"""FolderTree: a folder on disk in, its files as a Tree out; links are told and never followed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from compiler.errors import TargetError, UsageError
from compiler.tree import Entry

NOT_OURS = frozenset({".git", ".roster"})
"""Folders at any depth that are no part of a fleet: Git's own, and the state of Roster."""


class FolderTree:
    """The regular files and symbolic links below a folder. What was read once is not read again."""

    def __init__(self, root: Path | str) -> None:
        """Take the folder `root`. Raises UsageError if it is no folder."""
        self._root = Path(root)
        if not self._root.is_dir():
            raise UsageError(f"{self._root} is not a folder", "give the folder of a fleet with -C DIR")
        self._listed: dict[str, tuple[Entry, ...]] = {}
        self._read: dict[str, bytes] = {}
        self._on_disk: dict[str, str] = {}
        self._entered: dict[str, bool] = {}

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return "work folder"

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """Every file and link below `folder` ("" is the root), sorted by path; no contents are read."""
        folder = folder.strip("/")
        if folder not in self._listed:
            self._listed[folder] = tuple(sorted(self._walk(folder))) if self._may_enter(folder) else ()
        return self._listed[folder]

    def read(self, path: str) -> bytes:
        """The bytes of one regular file. Raises KeyError if there is none, or only a link or a device."""
        if path not in self._read:
            self._read[path] = self._bytes_of(path)
        return self._read[path]

    def _may_enter(self, folder: str) -> bool:
        """True if `folder`, given without a leading slash, lies in the tree and no step of the way to it is a link."""
        if folder not in self._entered:
            above, _, step = folder.rpartition("/")
            place = self._root / folder
            self._entered[folder] = not folder or (
                step not in ("", ".", "..", *NOT_OURS)
                and self._may_enter(above)
                and place.is_dir()
                and not place.is_symlink()
            )
        return self._entered[folder]

    def _walk(self, folder: str) -> Iterator[Entry]:
        pending = [folder]
        while pending:
            here = pending.pop()
            for item in self._scan(here):
                path = f"{here}/{item.name}" if here else item.name
                if item.is_dir(follow_symlinks=False):
                    pending.extend([path] if item.name not in NOT_OURS else [])
                elif item.is_symlink():
                    yield Entry(self._printable(path), 0, link=_printable(os.readlink(item.path)))
                elif item.is_file(follow_symlinks=False):
                    yield Entry(self._printable(path), item.stat(follow_symlinks=False).st_size)

    def _scan(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / folder) as items:
                return list(items)
        except PermissionError as error:
            raise TargetError(f"the folder {folder or self._root} may not be read", "check its permissions") from error

    def _printable(self, path: str) -> str:
        """The path as Unicode text; what it is called on disk is remembered where that differs."""
        text = _printable(path)
        if text != path:
            self._on_disk[text] = path
        return text

    def _bytes_of(self, path: str) -> bytes:
        on_disk = self._on_disk.get(path, path)
        folder, _, name = on_disk.rpartition("/")
        if on_disk.startswith("/") or name in ("", ".", "..") or not self._may_enter(folder):
            raise KeyError(path)
        # O_NONBLOCK: the open of a pipe that somebody put in place of the file would wait for a writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(self._root / on_disk, flags)
        except PermissionError as error:
            raise TargetError(f"the file {path} may not be read", "check its permissions") from error
        except OSError:
            raise KeyError(path) from None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise KeyError(path)
            with open(handle, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(handle)


def _printable(text: str) -> str:
    """Text from the file system as Unicode: bytes that are not UTF-8 become `\\xNN`."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
