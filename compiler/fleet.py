"""Fleet: a tree -> the names of the environments it declares, and why a name is none of them."""

from compiler.tree import Tree
from compiler.yaml_reader import MAX_BYTES, load

ENVIRONMENTS = "environments"
"""The folder that holds one folder an environment."""


def environment_names(tree: Tree) -> tuple[str, ...]:
    """The environments that can be compiled, sorted; abstract ones are bases only and left out."""
    names = []
    for entry in tree.entries(ENVIRONMENTS):
        parts = entry.path.split("/")
        if len(parts) == 3 and parts[2] == "environment.yaml" and not _is_abstract(tree, entry.path, entry.size):
            names.append(parts[1])
    return tuple(sorted(names))


def why_none(tree: Tree, name: str) -> str:
    """Why no environment of this name can be compiled, for one that is none of the names: what a message says."""
    folder = f"{ENVIRONMENTS}/{name}"
    entries = {entry.path for entry in tree.entries(folder)}
    if f"{folder}/environment.yaml" in entries:
        return f"environment {name} is abstract: a base of others, with no target of its own"
    return f"{folder} has no environment.yaml" if entries else f"there is no environment named {name}"


def _is_abstract(tree: Tree, path: str, size: int) -> bool:
    if size > MAX_BYTES:
        return False
    documents, _ = load(tree.read(path))
    spec = documents[0].get("spec") if documents and isinstance(documents[0], dict) else None
    return isinstance(spec, dict) and spec.get("abstract") is True
