"""DiskCache: results of compiling in a folder of the user's, shared by all processes; damaged or foreign ones are none.

An entry is one file: a line of checksums, the head (question, compiler and footprint) and the body (the result). It is
written beside its place and renamed into it, so that nobody ever reads half of one; and what is read must fit its
checksums, the question and the compiler to the letter. Nothing is unpickled.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from compiler.caching.cache import Question
from compiler.caching.footprint import Footprint
from compiler.caching.kept import pack, unpack
from compiler.collector import resting_collector
from compiler.compiled import Compiled
from compiler.memo import Memo
from compiler.tree import Tree

LIMIT = 256 * 1024 * 1024
"""Most bytes that the cache takes; beyond, what was not used for longest goes first."""
_TRIED = 8
"""Results of one question that are looked at, newest first: people go back and forth between branches."""
_ABANDONED = 3600.0
"""Seconds after which a file that was begun and not finished belongs to nobody."""
_BEGUN = ".begun-"
_SUMS = 130
"""Bytes of the line with the two checksums."""


@dataclass(frozen=True, slots=True)
class _Head:
    compiler: str
    """Identity of the compiler that worked it out."""
    question: Question
    """What was asked."""
    footprint: Footprint
    """What was read."""


def folder_for(fleet: Path) -> Path | None:
    """The user's folder for the results of a fleet's commands: what ROSTER_CACHE names, or one in the user's own cache.

    None if it is `off`, and for a folder in the fleet's repository: what a pull request can write is not to be trusted.
    """
    told = os.environ.get("ROSTER_CACHE", "")
    try:
        users = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    folder = Path(told) if told else users / "roster" / "compiled"
    if told == "off" or not folder.is_absolute() or folder.resolve().is_relative_to(_top(fleet.resolve())):
        return None
    return folder


def _top(fleet: Path) -> Path:
    """The repository that a fleet's folder lies in, or the folder itself."""
    return next((folder for folder in (fleet, *fleet.parents) if (folder / ".git").exists()), fleet)


class DiskCache:
    """Results in a folder."""

    def __init__(self, folder: Path, compiler: str, limit: int = LIMIT) -> None:
        """Take a folder, made when it is first written to, for results of the compiler with this identity."""
        self._folder = folder
        self._compiler = compiler
        self._limit = limit

    @resting_collector()
    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """A result that holds for the tree. An entry that cannot be read is removed."""
        for entry in self._entries(question)[:_TRIED] if self._is_ours() else ():
            try:
                body = self._body(entry, question, tree)
                found = None if body is None else unpack(body, fresh)
            except ValueError:
                _remove(entry)
            except OSError:
                continue
            else:
                if found is not None:
                    with suppress(OSError):
                        os.utime(entry)
                    return found
        return None

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Write an entry, and remove others if there is no room. A folder that cannot be written to stays as it is."""
        head, body = _heads().dump_json(_Head(self._compiler, question, footprint)), pack(compiled)
        if len(head) + len(body) > self._limit // 2:
            return
        folder = self._place(question)
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_ours():
                return
            folder.mkdir(mode=0o700, exist_ok=True)
            _write(folder / _digest(head), b"".join((f"{_digest(head)} {_digest(body)}\n".encode(), head, b"\n", body)))
            self._make_room()

    def memo(self, question: Question) -> Memo:
        """An empty one: what a memo holds is not written."""
        return Memo()

    def _is_ours(self) -> bool:
        """Whether nobody else can write to the folder: an entry of theirs would be believed."""
        try:
            known = self._folder.stat()
        except OSError:
            return False
        return known.st_uid == os.geteuid() and not known.st_mode & 0o022

    def _place(self, question: Question) -> Path:
        return self._folder / _digest("\0".join((self._compiler, *question)).encode("utf-8", "surrogatepass"))

    def _entries(self, question: Question) -> list[Path]:
        """The entries of a question, the newest first."""
        return [path for _, _, path in sorted(_files(self._place(question)), reverse=True)]

    def _body(self, entry: Path, question: Question, tree: Tree) -> bytes | None:
        """The result in an entry, None if it does not hold for the tree. Raises ValueError for a damaged entry."""
        with entry.open("rb") as file:
            sums = file.readline(_SUMS).decode("ascii").split()
            text = file.readline().removesuffix(b"\n")
            if len(sums) != 2 or _digest(text) != sums[0]:
                raise ValueError("damaged")
            head = _heads().validate_json(text)
            if (head.compiler, head.question) != (self._compiler, question):
                raise ValueError("foreign")
            if not head.footprint.agrees(tree):
                return None
            body = file.read()
        if _digest(body) != sums[1]:
            raise ValueError("damaged")
        return body

    def _make_room(self) -> None:
        found = sorted(item for folder in self._folder.iterdir() for item in _files(folder))
        for path in self._folder.glob(f"*/{_BEGUN}*"):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                _remove(path)
        total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if total <= self._limit:
                break
            _remove(path)
            total -= size


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """The entries of a folder: when each was last used, its bytes, its path; none of what is no folder of ours."""
    with suppress(OSError), os.scandir(folder) as items:
        for item in items:
            if not item.name.startswith(_BEGUN) and item.is_file(follow_symlinks=False):
                known = item.stat(follow_symlinks=False)
                yield known.st_mtime, known.st_size, Path(item.path)


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place at once."""
    handle, begun = tempfile.mkstemp(prefix=_BEGUN, dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(begun, path)
    except OSError:
        _remove(Path(begun))
        raise


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


@cache
def _heads() -> TypeAdapter[_Head]:
    return TypeAdapter(_Head)
