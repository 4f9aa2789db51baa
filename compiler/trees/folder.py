"""FolderTree: a folder on disk in, its files as a Tree out; links are told and never followed."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from compiler.errors import TargetError, UsageError
from compiler.tree import Entry

NOT_OURS = frozenset({".git", ".roster"})
"""Folders at any depth that are no part of a fleet: Git's own, and the state of Roster."""


_SETTLED = 2_000_000_000
"""Nanoseconds since its last change after which a file's times tell it from a later state of it on any file system."""
_Signature = tuple[int, int, int, int]
"""Inode, size, and times of the last change of content and of the file: what is equal in these was not written to."""


class FolderTree:
    """The regular files and symbolic links below a folder. What was read once is not read again."""

    def __init__(self, root: Path | str, *, demanded: bool = True) -> None:
        """Take the folder `root`. Raises UsageError if it is no folder, unless it need not be one."""
        self._root = Path(root)
        if demanded and not self._root.is_dir():
            raise UsageError(f"{self._root} is not a folder", "give the folder of a fleet with -C DIR")
        self._listed: dict[str, tuple[Entry, ...]] = {}
        self._read: dict[str, bytes] = {}
        self._on_disk: dict[str, str] = {}
        self._entered: dict[str, bool] = {}
        self._signed: dict[str, _Signature] = {}
        self._settled: dict[str, _Signature] = {}
        self._identities: dict[str, str] = {}
        self._before: Mapping[str, tuple[_Signature, bytes, str | None]] = {}

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return "work folder"

    def again(self) -> "FolderTree":
        """The folder as it is now, empty if it is gone; a file that is listed as it was, and had long been so, is not
        read a second time."""
        later = FolderTree(self._root, demanded=False)
        read, identities = self._read, self._identities
        known = {path: (signature, read[path], identities.get(path)) for path, signature in self._settled.items()}
        later._before = {**self._before, **known}
        return later

    def folders(self) -> tuple[Path, ...]:
        """The folders, as they are called on disk, that were looked into so far, and those on the way to them."""
        return tuple([self._root / folder for folder, is_one in self._entered.items() if is_one])

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """Every file and link below `folder` ("" is the root), sorted by path; no contents are read."""
        folder = folder.strip("/")
        if folder not in self._listed:
            self._listed[folder] = tuple(sorted(self._walk(folder))) if self._may_enter(folder) else ()
        return self._listed[folder]

    def read(self, path: str) -> bytes:
        """The bytes of one regular file. Raises KeyError if there is none, or only a link or a device."""
        if path not in self._read:
            signature, content, identity = self._before.get(path, (None, b"", None))
            if signature is not None and signature == self._signed.get(path):
                self._settled[path] = signature
                if identity is not None:
                    self._identities[path] = identity
            else:
                content = self._bytes_of(path)
            self._read[path] = content
        return self._read[path]

    def identity(self, path: str) -> str:
        """What identifies the content of one file. Raises KeyError as `read` does."""
        content = self.read(path)
        if path not in self._identities:
            self._identities[path] = f"sha256:{hashlib.sha256(content).hexdigest()}"
        return self._identities[path]

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
                    if item.name not in NOT_OURS:
                        self._entered[path] = True
                        pending.append(path)
                # What is gone since the folder was listed is not listed.
                else:
                    with suppress(FileNotFoundError):
                        yield from self._listing(item, path)

    def _listing(self, item: os.DirEntry[str], path: str) -> Iterator[Entry]:
        """The entry of a file or a link; none of a device. Raises FileNotFoundError if it is gone."""
        if item.is_file(follow_symlinks=False):
            known = item.stat(follow_symlinks=False)
            printable = self._printable(path)
            self._signed[printable] = _signature(known)
            yield Entry(printable, known.st_size)
        elif item.is_symlink():
            yield Entry(self._printable(path), 0, link=_printable(os.readlink(item.path)))

    def _scan(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / folder) as items:
                return list(items)
        except (FileNotFoundError, NotADirectoryError):
            return []
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
        except OSError as error:
            if path in self._signed:
                raise TargetError(f"the file {path} was listed and is gone now", "run it again") from error
            raise KeyError(path) from None
        try:
            known = os.fstat(handle)
            if not stat.S_ISREG(known.st_mode):
                raise KeyError(path)
            if time.time_ns() - max(known.st_mtime_ns, known.st_ctime_ns) > _SETTLED:
                self._settled[path] = _signature(known)
            with open(handle, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(handle)


def _signature(known: os.stat_result) -> _Signature:
    return known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns


def _printable(text: str) -> str:
    """Text from the file system as Unicode: bytes that are not UTF-8 become `\\xNN`."""
    return text if text.isascii() else os.fsencode(text).decode("utf-8", "backslashreplace")
