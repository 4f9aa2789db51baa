"""Fleet: a tree -> the names of the environments it declares."""

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


def _is_abstract(tree: Tree, path: str, size: int) -> bool:
    if size > MAX_BYTES:
        return False
    documents, _ = load(tree.read(path))
    spec = documents[0].get("spec") if documents and isinstance(documents[0], dict) else None
    return isinstance(spec, dict) and spec.get("abstract") is True
