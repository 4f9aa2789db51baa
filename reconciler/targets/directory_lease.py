"""FileLease: a lock file in, the right to write to one environment of a directory out, held until it is given back."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import orjson

from compiler.rendered.folder import Folder, target_error
from reconciler.errors import LeaseHeld


class FileLease:
    """A lock of the operating system on a file: it is gone the moment its holder dies, so a dead one is taken over."""

    def __init__(self, folder: Folder, path: str, handle: int) -> None:
        self._place = folder.root / path
        self._handle = handle

    def take(self) -> None:
        """It is held from the beginning."""

    def lost(self) -> bool:
        """True if the lock file has been taken away, so that somebody else may hold another one of its name."""
        try:
            return not os.path.samestat(os.stat(self._place), os.fstat(self._handle))
        except OSError:
            return True


@contextmanager
def hold(folder: Folder, path: str, holder: str) -> Iterator[FileLease]:
    """The lock on `path`. Raises LeaseHeld if another process or thread has it, TargetError if it cannot be made."""
    try:
        handle = folder.lock_file(path)
    except OSError as error:
        raise target_error(error, str(folder.root / path)) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LeaseHeld(_held(handle), "wait until it has finished, or end it") from None
        _sign(handle, holder)
        yield FileLease(folder, path, handle)
    finally:
        os.close(handle)


def _sign(handle: int, holder: str) -> None:
    """Write who holds it, for the message of those who come second; on a full disk the lock alone must do."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    note = orjson.dumps({"holder": holder, "since": since})
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, note, 0)
    except OSError:
        return


def _held(handle: int) -> str:
    try:
        note = orjson.loads(os.pread(handle, 4096, 0))
        return f"{note['holder']} works here since {note['since']}"
    except (ValueError, KeyError, TypeError):
        return "another roster works here"
