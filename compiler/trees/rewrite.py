"""Rewrite: edits of files of a work folder -> the files on disk with the edits made, and what was done."""

import os
import stat
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from compiler.errors import TargetError
from compiler.mending.edit import Edit
from compiler.mending.revise import revise
from compiler.trees.folder import FolderTree


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of the edits."""

    made: tuple[Edit, ...]
    """The edits that were made, by place."""
    left: tuple[str, ...]
    """Files that were left as they are: their edits contradict each other, they are links, or they have changed."""


def rewrite(root: Path, edits: Iterable[Edit]) -> Rewritten:
    """Make the edits, each file at once and whole or not at all; what surrounds them keeps every byte.

    Nothing outside of the folder is touched, and nothing through a link. Raises TargetError where writing fails.
    """
    by_file: dict[str, set[Edit]] = defaultdict(set)
    for edit in edits:
        by_file[edit.span.path].add(edit)
    tree = FolderTree(root)
    left = [path for path in sorted(by_file) if not _rewritten(root, tree, path, by_file[path])]
    made = (edit for path, of_file in by_file.items() if path not in left for edit in of_file)
    return Rewritten(tuple(sorted(made)), tuple(left))


def _rewritten(root: Path, tree: FolderTree, path: str, edits: set[Edit]) -> bool:
    try:
        content = revise(tree.read(path), edits)
    except KeyError:
        return False
    if content is not None:
        _replace(root / path, content)
    return content is not None


def _replace(place: Path, content: bytes) -> None:
    """Put a file of this content in place of the one that is there, with its mode."""
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".roster-")
    except OSError as error:
        raise TargetError(f"{place} cannot be rewritten: {error.strerror}", "check the folder's permissions") from error
    try:
        with open(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
        Path(name).replace(place)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise TargetError(f"{place} cannot be rewritten: {error.strerror}", "check the folder's permissions") from error
