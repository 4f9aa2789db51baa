"""Omnia's AgentRuntime -> our Agent."""

from collections.abc import Mapping
from typing import Any

from compiler.dialects.omnia.facades import FACADES, OLD_FACADE, second_a2a
from compiler.dialects.omnia.neighbours import model_of, resolve
from compiler.dialects.omnia.prompt_pack import without_v
from compiler.dialects.omnia.runtime import POD_OVERRIDES, RUNTIME
from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Call, Choose, Entries, Inert, Into, Later, Move, Old, Rule, Table, mapping, named
from compiler.source import FieldPath

MODES: Mapping[str, str] = {"agent": "daemon"}
MOCK = "omnia.altairalabs.ai/mock-provider"
"""An annotation that Omnia's operator hands to the runtime as a variable."""
_REF: Table = {"name": Move(""), "namespace": Move("")}


def _mode(value: Any) -> Any:
    return MODES.get(value, value) if isinstance(value, str) else value


def _framework(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    """Every image that Omnia runs keeps Omnia's contract, which is ours for `promptkit`; other types only name it."""
    framework = mapping(rewrite, value, path)
    type = framework.get("type")
    if type in ("custom", "langchain"):
        if not framework.get("image"):
            rewrite.wrong((*path, "type"), f"a framework of type {type} has no stock image", "add image")
        framework = {**framework, "type": "promptkit"}
    Into("framework", _FRAMEWORK).apply(rewrite, framework, path, base)


_FRAMEWORK: Table = {"type": Move("type"), "version": Move("version"), "image": Move("image")}


def _registry(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    reference = mapping(rewrite, value, path)
    name = reference.get("name")
    if isinstance(name, str):
        resolve(rewrite, "ToolRegistry", name, reference.get("namespace"), (*path, "name"))
    rewrite.put((*base, "tools", "default", "registry"), name, (*path, "name"))
    _only(rewrite, reference, path, _REF)


def _providers(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    for slot, item, inner in named(rewrite, value, path, "name"):
        to = (*base, "models", slot)
        rewrite.put(to, {}, inner)
        _provider(rewrite, item.get("providerRef"), (*inner, "providerRef"), to)
        if item.get("role") is not None:
            rewrite.put((*to, "role"), item["role"], (*inner, "role"))
        if item.get("requiredCapabilities") is not None:
            rewrite.put((*to, "requires"), item["requiredCapabilities"], (*inner, "requiredCapabilities"))
        _only(rewrite, item, inner, _SLOT)


def _provider(rewrite: Rewrite, value: Any, path: FieldPath, to: FieldPath) -> None:
    reference = mapping(rewrite, value, path)
    name = reference.get("name")
    if not isinstance(name, str):
        rewrite.wrong((*path, "name"), "the reference names no Provider", "add name")
        return
    resolve(rewrite, "Provider", name, reference.get("namespace"), (*path, "name"))
    rewrite.put((*to, "use"), f"{name}/{model_of(rewrite.beside, name)}", (*path, "name"))
    _only(rewrite, reference, path, _REF)


def _one_provider(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    _provider(rewrite, value, path, (*base, "models", "default"))


def _inline(value: Any) -> Rule:
    """A provider inside the agent may only have named one."""
    return _NAMED if isinstance(value, Mapping) and set(value) == {"providerRef"} else _INLINE


_NAMED = Old(
    "providers[]", Into("", {"providerRef": Call(_one_provider, ({"name": Move(""), "namespace": Move("")},))})
)
_INLINE = Later("a provider inside the agent, which Omnia has given up", "write a Provider, and name it")


def _only(rewrite: Rewrite, value: Mapping[str, Any], path: FieldPath, table: Table) -> None:
    for field in sorted(value.keys() - table.keys()):
        rewrite.unknown((*path, field), table)


_SLOT: Table = {
    "name": Move(""),
    "providerRef": Call(_provider, (_REF,)),
    "role": Move(""),
    "requiredCapabilities": Move(""),
}


def _context(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    context = mapping(rewrite, value, path)
    type = context.get("type", "memory")
    if type == "redis" and not context.get("storeRef"):
        rewrite.wrong((*path, "type"), "a context of type redis needs the Secret with its address", "add storeRef.name")
    if type == "postgres":
        rewrite.later((*path, "type"), "conversations in PostgreSQL, which Omnia has given up", "write type: redis")
    elif type not in ("memory", "redis"):
        rewrite.wrong((*path, "type"), "the type of a context is memory or redis", "")
    Into("session", _REDIS if type == "redis" else _MEMORY).apply(rewrite, context, path, base)


def _store(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    name = mapping(rewrite, value, path).get("name")
    rewrite.put((*base, "urlFrom", "secretKeyRef", "name"), name, (*path, "name"))
    rewrite.put((*base, "urlFrom", "secretKeyRef", "key"), "url", (*path, "name"))


_NOTHING = Call(lambda *_: None)
_REDIS: Table = {"type": _NOTHING, "storeRef": Call(_store, ({"name": Move("")},)), "ttl": Move("ttl")}
_MEMORY: Table = {"type": _NOTHING, "storeRef": Inert("the context is not kept in redis"), "ttl": Move("ttl")}
_CONTEXT = Call(_context, (_REDIS, _MEMORY))


def _storage(value: Any) -> Rule:
    type = value.get("type") if isinstance(value, Mapping) else None
    return _STORAGES.get(type if isinstance(type, str) else "none", _NO_STORAGE)


def _storage_table(type: str) -> Rule:
    unused = Inert(f"media are kept in {type}" if type != "none" else "media are not kept")
    blocks = {block: rule if block == type else unused for block, rule in _BLOCKS.items()}
    kept: dict[str, Rule] = {
        "defaultTTL": Move("defaultTTL"),
        "uploadURLTTL": Move("uploadURLTTL"),
        "downloadURLTTL": Move("downloadURLTTL"),
        "maxFileSizeBytes": Move("maxFileSize"),
        "secretRef": Into("", {"name": Move("secret")}),
    }
    if type == "none":
        return Into("", {"type": _NOTHING, **blocks, **dict.fromkeys(kept, unused)})
    return Into("storage", {"type": Call(_has_block), **blocks, **kept})


def _has_block(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    if rewrite.foreign(*path[:-1], value) is None:
        rewrite.wrong(path, f"media of type {value} need {value}", f"add {value} beside the type")


_BUCKET: Table = {"bucket": Move("bucket"), "prefix": Move("prefix")}
_BLOCKS: Mapping[str, Rule] = {
    "local": Into("local", {"basePath": Move("path"), "volumeClaim": Move("volumeClaim")}),
    "s3": Into("s3", {**_BUCKET, "region": Move("region"), "endpoint": Move("endpoint")}),
    "gcs": Into("gcs", _BUCKET),
    "azure": Into("azure", {"account": Move("account"), "container": Move("container"), "prefix": Move("prefix")}),
}
_STORAGES = {type: _storage_table(type) for type in ("none", *_BLOCKS)}
_NO_STORAGE = Call(
    lambda rewrite, _value, path, _base: rewrite.wrong(
        (*path, "type"), "media are kept in none, local, s3, gcs or azure", "write one of them"
    )
)


def _service_group(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    if value == "default":
        rewrite.inert(path, "it is the group that is meant without it, and Roster has no Workspace")
    else:
        rewrite.later(path, "a group of services of an Omnia Workspace")


SPEC: Table = {
    "mode": Move("mode", _mode),
    "framework": Call(_framework, (_FRAMEWORK,)),
    "promptPackRef": Into(
        "prompts",
        {"name": Move("pack"), "version": Move("version", without_v), "track": Move("track")},
    ),
    "facades": FACADES,
    "facade": Old("facades[]", OLD_FACADE),
    "a2a": Call(second_a2a),
    "toolRegistryRef": Call(_registry, (_REF,)),
    "providers": Call(_providers, (_SLOT,)),
    "providerRef": Old("providers[]", Call(_one_provider, (_REF,))),
    "provider": Choose(_inline, (_NAMED, _INLINE)),
    "context": _CONTEXT,
    "session": Old("context", _CONTEXT),
    "media": Into(
        "media",
        {
            "basePath": Move("basePath"),
            "storage": Choose(_storage, tuple(_STORAGES.values())),
        },
    ),
    "runtime": Into("runtime", RUNTIME),
    "extraPodAnnotations": Entries("runtime.annotations"),
    "podOverrides": Into("runtime", POD_OVERRIDES),
    "inputSchema": Move("inputSchema"),
    "outputSchema": Move("outputSchema"),
    "outputFormat": Move("outputFormat"),
    "serviceGroup": Call(_service_group),
    "rollout": Later("progressive delivery"),
    "memory": Later("long-term memory", switch=True),
    "duplex": Later("audio and video in both directions", switch=True),
    "console": Later("a console for people"),
    "externalAuth": Later("authentication of callers"),
    "evals": Later("evaluations of live conversations", switch=True),
    "privacyPolicyRef": Later("a privacy policy for conversations"),
}
"""What becomes of each field of an AgentRuntime's `spec`."""


def finish(rewrite: Rewrite) -> None:
    """What Omnia's operator hands to the runtime from outside of `spec`."""
    if rewrite.foreign("metadata", "annotations", MOCK) == "true":
        rewrite.put(("spec", "runtime", "env", "OMNIA_MOCK_PROVIDER"), "true", ("metadata", "annotations", MOCK))
