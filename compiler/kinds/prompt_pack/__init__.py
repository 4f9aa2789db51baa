"""A PromptPack is one version of a set of prompts; its name and its version together are its identity.

Becomes an immutable ConfigMap with the `pack.json` that runtimes read. The texts are opaque: what looks like a
placeholder in them belongs to the agent's run time. Exports:
    config    {"name", "key"} of the ConfigMap
    version   as written
    prompts   names of its prompts; None if they cannot be told
    payload   what the ConfigMap holds
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.kind import Column, Emit, Kind
from compiler.kinds.prompt_pack.pack import pack
from compiler.kinds.prompt_pack.rules import NoPack, check, read_pack
from compiler.kinds.prompt_pack.spec import PromptPackSpec
from compiler.payload import payload, pretty, written
from compiler.scope import Scope
from compiler.source import Derived


def _exports(declaration: Declaration[PromptPackSpec], _scope: Scope) -> Mapping[str, Any]:
    content = payload(declaration, "pack", "pack.json", _text(declaration))
    return {
        "config": content.config,
        "version": declaration.spec.version,
        "prompts": _prompts(declaration.data["spec"]),
        "payload": content,
    }


def _text(declaration: Declaration[PromptPackSpec]) -> Derived:
    data = declaration.data["spec"]
    if "compiled" in data:
        return declaration.field("compiled")
    return declaration.derived(pretty(pack(declaration.name, data)), *written(data))


def _prompts(data: Mapping[str, Any]) -> list[str] | None:
    if "compiled" not in data:
        return sorted(data["prompts"])
    try:
        return sorted(read_pack(data["compiled"])["prompts"])
    except NoPack:
        return None


def _lower(declaration: Declaration[PromptPackSpec], scope: Scope) -> Iterator[Emit]:
    content = scope.exports[declaration.key]["payload"]
    if not _is_twin(declaration, scope):
        yield content.emit("prompt_pack/config_map.yaml")


def _is_twin(declaration: Declaration[PromptPackSpec], scope: Scope) -> bool:
    """Whether a lower version has the same bytes, and so the same ConfigMap; only text compiled elsewhere can."""
    if "compiled" not in declaration.data["spec"]:
        return False
    key, name = declaration.key, scope.exports[declaration.key]["config"]["name"]
    return any(
        other.name == key.name and other.kind == key.kind and other < key and exports["config"]["name"] == name
        for other, exports in scope.exports.items()
    )


KIND = Kind(
    name="PromptPack",
    plural="promptpacks",
    short_names=("rpack",),
    spec=PromptPackSpec,
    title="One version of a set of prompts.",
    lower=_lower,
    exports=_exports,
    check=check,
    versioned=True,
    columns=(
        Column("Version", ".spec.version"),
        Column("Health", ".status.health"),
    ),
)
