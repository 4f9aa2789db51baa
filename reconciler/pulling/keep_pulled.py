"""keep_pulled: the files of a pull and a folder in, the folder made to hold them, and what changed out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from compiler.object_schemas.cluster_schemas import INDEX
from compiler.rendered.folder import Folder, target_error
from reconciler.pulling.pulled import listed


@dataclass(frozen=True, slots=True)
class Kept:
    """What a pull changed in the repository, by the names of files; the index is not counted."""

    added: tuple[str, ...]
    """Files that are new."""
    changed: tuple[str, ...]
    """Files that are another text than before."""
    removed: tuple[str, ...]
    """Files that the last pull wrote and this one has not."""
    same: int
    """How many files are as they were."""


def keep_pulled(root: Path, path: str, files: Mapping[str, str]) -> Kept:
    """Write the files to `path` below `root`, the index last, and remove what only the last pull wrote.

    Raises TargetError if a link is in the way, or the disk is full.
    """
    folder = Folder(root)
    try:
        before = {name: _read(folder, f"{path}/{name}") for name in (*files, *_last(folder, path))}
        for name in sorted(files, key=lambda name: (name == INDEX, name)):
            if before[name] != files[name].encode():
                folder.write(f"{path}/{name}", files[name].encode())
        gone = tuple(sorted(name for name in before if name not in files and before[name]))
        for name in gone:
            folder.delete(f"{path}/{name}")
    except OSError as error:
        raise target_error(error, f"{root / path}") from error
    names = sorted(name for name in files if name != INDEX)
    return Kept(
        added=tuple(name for name in names if not before[name]),
        changed=tuple(name for name in names if before[name] and before[name] != files[name].encode()),
        removed=gone,
        same=sum(before[name] == files[name].encode() for name in names),
    )


def _last(folder: Folder, path: str) -> tuple[str, ...]:
    try:
        return listed(orjson.loads(_read(folder, f"{path}/{INDEX}") or b"{}"))
    except orjson.JSONDecodeError:
        return ()


def _read(folder: Folder, path: str) -> bytes:
    file = folder.read(path)
    return b"" if file is None else file.content
