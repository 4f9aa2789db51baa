"""A PromptPack is one version of a set of prompts; its name and its version together are its identity.

Becomes an immutable ConfigMap with the `pack.json` that runtimes read. The texts are opaque: what looks like a
placeholder in them belongs to the agent's run time. Exports:
    config    {"name", "key"} of the ConfigMap
    version   as written
    prompts   names of its prompts; None if they cannot be told
    payload   what the ConfigMap holds
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from compiler.declaration import Declaration
from compiler.kind import Column, Emit, Kind
from compiler.kinds.prompt_pack.pack import pack
from compiler.kinds.prompt_pack.rules import NoPack, check, read_pack
from compiler.kinds.prompt_pack.spec import PromptPackSpec
from compiler.kube_object import readable
from compiler.payload import VALUES, Payload, payload, written
from compiler.scope import Scope, Versions
from compiler.source import Derived
from compiler.spec_key import SpecKey


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
    return declaration.derived(readable(pack(declaration.name, data)), *written(data))


def _prompts(data: Mapping[str, Any]) -> list[str] | None:
    if "compiled" not in data:
        return sorted(data["prompts"])
    try:
        return sorted(read_pack(data["compiled"])["prompts"])
    except NoPack:
        return None


def _lower(declaration: Declaration[PromptPackSpec], scope: Scope) -> Iterator[Emit]:
    content: Payload = scope.own.exports["payload"]
    if _owners(scope.versions)[content.name] == declaration.key:
        yield content.emit("prompt_pack/config_map.yaml")


@lru_cache(maxsize=1)
def _owners(versions: Versions) -> Mapping[str, SpecKey]:
    """ConfigMap -> the lowest version with these bytes: text that was compiled elsewhere may serve several."""
    return {offer.exports["config"]["name"]: offer.declaration.key for offer in reversed(versions.offers)}


KIND = Kind(
    name="PromptPack",
    plural="promptpacks",
    short_names=("rpack",),
    spec=PromptPackSpec,
    title="One version of a set of prompts.",
    lower=_lower,
    templates={"prompt_pack/config_map.yaml": VALUES},
    exports=_exports,
    check=check,
    versioned=True,
    columns=(
        Column("Version", ".spec.version"),
        Column("Health", ".status.health"),
    ),
)
