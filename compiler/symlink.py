"""Symlink: an entry of a tree -> the file that it stands for, or why it stands for none."""

import posixpath
from bisect import bisect_left

from compiler.diagnostic import Diagnostic, Severity
from compiler.span import Span
from compiler.tree import Entry, Tree

_MAX_LINKS = 8


def followed(tree: Tree, entry: Entry) -> tuple[Entry | None, tuple[Diagnostic, ...]]:
    """The file behind an entry, a link followed as long as it stays in the tree; else None and R0108."""
    file: Entry | None = entry
    for _ in range(_MAX_LINKS):
        if file is None or file.link is None:
            break
        file = _entry(tree, posixpath.normpath(posixpath.join(posixpath.dirname(file.path), file.link)))
    if file is not None and file.link is None:
        return file, ()
    broken = Diagnostic(
        code="R0108",
        severity=Severity.ERROR,
        message=f"the link points to {entry.link}, which is not a file of the repository",
        span=Span(entry.path, 1, 1),
        help="replace the link by the file itself",
    )
    return None, (broken,)


def _entry(tree: Tree, path: str) -> Entry | None:
    if path.startswith(("..", "/")):
        return None
    inside = tree.entries(posixpath.dirname(path))
    index = bisect_left(inside, path, key=lambda entry: entry.path)
    return inside[index] if index < len(inside) and inside[index].path == path else None
