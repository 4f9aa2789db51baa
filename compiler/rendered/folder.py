"""Folder: a folder of ours on disk: every write synced and renamed, nothing reached through a link."""

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from compiler.errors import TargetError

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
TEMPORARY = ".tmp-"
ABANDONED = 600.0
"""Seconds after which an unfinished write is taken for a dead one's."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REMEDIES = {
    errno.EACCES: "give this user the right to write there",
    errno.EPERM: "give this user the right to write there",
    errno.EROFS: "mount it writable, or choose another place",
    errno.ENOSPC: "make room there and run it again",
    errno.EDQUOT: "make room there and run it again",
    errno.EFBIG: "raise the limit of file sizes and run it again",
    errno.ENAMETOOLONG: "shorten the name",
    errno.ELOOP: "remove the link, or choose another place",
    errno.ENOTDIR: "remove what is in the way, or choose another place",
    errno.EISDIR: "remove what is in the way, or choose another place",
}
WORDS = {
    errno.ELOOP: "a link is in the way",
    errno.ENOTDIR: "a file or a link is in the way",
    errno.EISDIR: "a folder or a device is in the way",
    errno.EROFS: "it is mounted read-only",
}


Mark = tuple[int, ...]
"""Changes whenever a file does."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read."""

    content: bytes
    """All of it."""
    written: float
    """When it was last written, in seconds of the epoch."""


class Folder:
    """Files below one folder, named by paths with forward slashes; no step of a path may be a link."""

    def __init__(self, root: Path) -> None:
        """Take the folder `root`, which is made when something is first written."""
        self.root = root

    def read(self, path: str) -> File | None:
        """The file, or None if there is none. Raises OSError if it is a link, no regular file, or may not be read."""
        try:
            with self._parent(path, make=False) as parent:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                handle = os.open(_name(path), flags, dir_fd=parent)
        except FileNotFoundError:
            return None
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
            with open(handle, "rb", closefd=False) as file:
                return File(file.read(), facts.st_mtime)
        finally:
            os.close(handle)

    def mark(self, path: str) -> Mark:
        """The mark of a file; empty if there is none that can be seen."""
        try:
            with self._parent(path, make=False) as parent:
                facts = os.stat(_name(path), dir_fd=parent, follow_symlinks=False)
        except OSError:
            return ()
        return _mark(facts)

    def marks(self) -> Mapping[str, Mark]:
        """The marks of all that lies in the folder, and in those directly in it that can be entered."""
        found: dict[str, Mark] = {}
        with contextlib.suppress(OSError), self._parent("x", make=False) as here:
            for name, facts in _facts(here):
                found[name] = _mark(facts)
                if stat.S_ISDIR(facts.st_mode):
                    with contextlib.suppress(OSError), self._parent(_inside(name), make=False) as there:
                        found.update((f"{name}/{inner}", _mark(its)) for inner, its in _facts(there))
        return found

    def write(self, path: str, content: bytes) -> None:
        """The file, whole, or as it was before: synced under another name and renamed. Raises OSError."""
        with self._parent(path, make=True) as parent:
            temporary = f"{TEMPORARY}{secrets.token_hex(8)}"
            try:
                _fill(temporary, content, parent)
                os.rename(temporary, _name(path), src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:
                _remove(temporary, parent)
                raise
            os.fsync(parent)

    def delete(self, path: str) -> None:
        """Remove the file, and its folder if that is empty then. Raises OSError, but not for a file that is gone."""
        try:
            with self._parent(path, make=False) as parent:
                os.unlink(_name(path), dir_fd=parent)
                os.fsync(parent)
        except FileNotFoundError:
            return
        folder = path.rpartition("/")[0]
        # Not empty, or gone by now: both are fine.
        with contextlib.suppress(OSError), self._parent(folder, make=False) as above:
            os.rmdir(_name(folder), dir_fd=above)

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of what lies directly in a folder below, sorted, without unfinished writes."""
        try:
            with self._parent(_inside(folder), make=False) as place:
                return tuple(sorted(name for name in os.listdir(place) if not name.startswith(TEMPORARY)))
        except FileNotFoundError:
            return ()

    def sweep(self, folder: str = "") -> None:
        """Remove what writes left behind that were killed on the way, in a folder and the ones directly in it."""
        for place in (folder, *(f"{folder}/{name}".lstrip("/") for name in self.names(folder))):
            with contextlib.suppress(OSError), self._parent(_inside(place), make=False) as handle:
                for name in os.listdir(handle):
                    if name.startswith(TEMPORARY) and time.time() - _written(name, handle) > ABANDONED:
                        _remove(name, handle)

    def lock_file(self, path: str) -> int:
        """An open handle of a file that is made if need be; the caller closes it. Raises OSError."""
        with self._parent(path, make=True) as parent:
            return os.open(_name(path), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=parent)

    @contextlib.contextmanager
    def _parent(self, path: str, *, make: bool) -> Iterator[int]:
        """An open handle of the folder that holds `path`."""
        if make:
            self.root.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as opened:
            here = os.open(self.root, FOLDER)
            opened.callback(os.close, here)
            for step in path.split("/")[:-1]:
                if make:
                    _make(step, here)
                here = os.open(step, FOLDER, dir_fd=here)
                opened.callback(os.close, here)
            yield here


def sentence(error: OSError, place: str) -> str:
    """What went wrong on disk, for a person."""
    if error.errno in FULL:
        return f"the disk is full, or this user's share of it: {place} was not written"
    return f"{place} cannot be used: {WORDS.get(error.errno or 0, os.strerror(error.errno or 0).lower())}"


def target_error(error: OSError, place: str) -> TargetError:
    """The same as an error that stops the pass, with what to do."""
    return TargetError(sentence(error, place), REMEDIES.get(error.errno or 0, ""))


def _mark(facts: os.stat_result) -> Mark:
    return facts.st_ino, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_mode


def _facts(folder: int) -> Iterator[tuple[str, os.stat_result]]:
    """What lies in a folder, by name; what is gone by then is not told."""
    with os.scandir(folder) as items:
        for item in items:
            with contextlib.suppress(FileNotFoundError):
                yield item.name, item.stat(follow_symlinks=False)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _inside(folder: str) -> str:
    """The path of some file in a folder; the empty folder is the root."""
    return f"{folder}/x" if folder else "x"


def _make(step: str, here: int) -> None:
    """Make a folder inside another, unless it is there."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(step, 0o755, dir_fd=here)
        os.fsync(here)


def _fill(name: str, content: bytes, parent: int) -> None:
    """Write a new file and wait until it is on the disk."""
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=parent)
    with open(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def _written(name: str, parent: int) -> float:
    return os.stat(name, dir_fd=parent, follow_symlinks=False).st_mtime


def _remove(name: str, parent: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=parent)
