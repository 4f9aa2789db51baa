"""Fleet: a tree -> the names of the environments it declares, what each is made of, and why a name is none of them."""

import posixpath
from collections.abc import Mapping
from functools import lru_cache

from compiler.inside import at, items
from compiler.tree import Entry, Tree
from compiler.yaml_reader import MAX_BYTES, load

ENVIRONMENTS = "environments"
"""The folder that holds one folder an environment."""


def environment_names(tree: Tree) -> tuple[str, ...]:
    """The environments that can be compiled, sorted; abstract ones are bases only and left out."""
    names = []
    for entry in tree.entries(ENVIRONMENTS):
        parts = entry.path.split("/")
        if len(parts) == 3 and parts[2] == "environment.yaml" and not _declared(tree, entry)[0]:
            names.append(parts[1])
    return tuple(sorted(names))


def environment_folders(tree: Tree) -> Mapping[str, frozenset[str]]:
    """Each environment that can be compiled, and the folders read for it: its own, and its bases, near and far."""
    folders: dict[str, frozenset[str]] = {}
    for name in environment_names(tree):
        found: set[str] = set()
        _open(tree, f"{ENVIRONMENTS}/{name}", found)
        folders[name] = frozenset(found)
    return folders


def why_none(tree: Tree, name: str) -> str:
    """Why no environment of this name can be compiled, for one that is none of the names: what a message says."""
    folder = f"{ENVIRONMENTS}/{name}"
    entries = {entry.path for entry in tree.entries(folder)}
    if f"{folder}/environment.yaml" in entries:
        return f"environment {name} is abstract: a base of others, with no target of its own"
    return f"{folder} has no environment.yaml" if entries else f"there is no environment named {name}"


def _open(tree: Tree, folder: str, found: set[str]) -> None:
    """Add a folder and its bases to those that were found."""
    found.add(folder)
    entry = next((entry for entry in tree.entries(folder) if entry.path == f"{folder}/environment.yaml"), None)
    for base in () if entry is None else _declared(tree, entry)[1]:
        path = posixpath.normpath(posixpath.join(folder, base))
        if path not in found:
            _open(tree, path, found)


def _declared(tree: Tree, entry: Entry) -> tuple[bool, tuple[str, ...]]:
    """Whether an environment is abstract, and its bases; of a file that is too large, or is none, neither."""
    return _said(tree.read(entry.path)) if entry.size <= MAX_BYTES else (False, ())


@lru_cache(maxsize=2_000)
def _said(content: bytes) -> tuple[bool, tuple[str, ...]]:
    """Parsed once: for each environment that is compiled, all are looked at."""
    documents, _ = load(content)
    first = documents[0] if documents else None
    bases = (base for base in items(first, "spec", "bases") if isinstance(base, str))
    return at(first, "spec", "abstract") is True, tuple(bases)
