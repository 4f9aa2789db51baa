"""Mirror: a GitSource in, the bare repository of our own that holds its commits out."""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compiler.errors import TargetError
from compiler.trees.git_command import run_git
from reconciler.source.revision import GitSource


def mirror_path(source: GitSource, mirrors: Path) -> Path:
    """Where the mirror of a source lies; two sources that differ in the ref or the token alone share it."""
    place = str(Path(source.location).resolve()) if source.is_local else source.shown
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", place.rstrip("/").rpartition("/")[2]).strip(".-") or "repository"
    return mirrors / f"{name.removesuffix('.git')}-{hashlib.sha256(place.encode()).hexdigest()[:12]}.git"


@contextmanager
def locked_mirror(source: GitSource, mirrors: Path) -> Iterator[Path]:
    """The source's mirror, made if need be, for us alone: two fetches at once would tread on each other's refs."""
    mirror = mirror_path(source, mirrors)
    try:
        mirrors.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{mirror}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise TargetError(f"the mirror {mirror} cannot be made: {error.strerror}") from error
    try:
        _take(lock, mirror)
        if not mirror.exists():
            _make(mirror)
        yield mirror
    finally:
        os.close(lock)


def has(repository: Path, commit: str) -> bool:
    """True if the commit is in the object store."""
    return run_git(repository, "cat-file", "-e", f"{commit}^{{commit}}").code == 0


def _make(mirror: Path) -> None:
    """Make an empty mirror, whole or not at all: a killed beginning is begun again."""
    beginning = mirror.with_suffix(".new").absolute()
    answer = run_git(mirror.parent, "init", "--bare", "--quiet", "--template=", str(beginning))
    if answer.code:
        raise TargetError(f"the mirror {mirror} cannot be made", answer.error.strip())
    beginning.rename(mirror)


def _take(lock: int, mirror: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TargetError(f"another roster holds the mirror {mirror} for two minutes", "end it") from None
            time.sleep(0.05)
