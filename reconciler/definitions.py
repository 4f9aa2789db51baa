"""definitions: nothing in, Roster's own CustomResourceDefinitions out, as they are shipped under schemas/crds."""

from typing import Any

from compiler.assets import folder
from compiler.errors import TargetError
from compiler.yaml_reader import load


def definitions() -> tuple[dict[str, Any], ...]:
    """Every definition, in the order of the files' names. Raises TargetError if this installation has lost them."""
    found = []
    for file in sorted((folder("schemas") / "crds").glob("*.yaml")):
        documents, _ = load(file.read_bytes())
        found += [document for document in documents if document is not None]
    if not found:
        raise TargetError("this installation of Roster has no definitions", "install it again")
    return tuple(found)
