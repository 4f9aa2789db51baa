"""Volumes: an agent, its contract and its scope -> the volumes of its pods and where the containers see them."""

from collections.abc import Mapping
from typing import Any

from compiler.kinds.agent.containers import CREDENTIALS, credential_files, model_paths
from compiler.kinds.agent.contract import Contract
from compiler.kinds.agent.facts import Agent
from compiler.scope import Scope
from compiler.source import Derived

_TOKEN_SECONDS = 3600
"""Life of a projected ServiceAccount token, in seconds: what Omnia's operator asks for."""

Volume = tuple[dict[str, Any], dict[str, Any]]
"""A volume of the pod, and its mount."""


def volumes(agent: Agent, contract: Contract, scope: Scope, config: Derived | None) -> tuple[list[Any], list[Any]]:
    """The pod's volumes and the runtime container's mounts. `config` names the agent's own ConfigMap."""
    found = [
        _config_map(
            "pack", agent.derived(scope.of(agent, "prompts", "pack")["config"]["name"], ("prompts",)), contract.pack
        ),
        *_tools(agent, contract, scope),
        *_providers(agent, contract, scope),
        *_credentials(agent, scope),
        *([_config_map("config", config, contract.config)] if config is not None else []),
        *([_cache(contract)] if contract.cache else []),
        *_media(agent),
    ]
    authored = [{"name": name, **_body(agent, name)} for name in agent.spec.runtime.volumes]
    mounts = [_mount(agent, path) for path in agent.spec.runtime.mounts]
    return [*(volume for volume, _ in found), *authored], [*(mount for _, mount in found), *mounts]


def _config_map(name: str, config_map: Derived, path: str) -> Volume:
    return {"name": name, "configMap": {"name": config_map}}, {"name": name, "mountPath": path, "readOnly": True}


def _cache(contract: Contract) -> Volume:
    return {"name": "cache", "emptyDir": {}}, {"name": "cache", "mountPath": contract.cache}


def _tools(agent: Agent, contract: Contract, scope: Scope) -> list[Volume]:
    if not agent.spec.tools:
        return []
    files, secrets, tokens = [], [], []
    folders: Mapping[str, str] = {}
    for entry in sorted(agent.spec.tools):
        registry = scope.of(agent, "tools", entry, "registry")
        path = contract.tools.file or f"{entry}.yaml"
        name = agent.derived(registry["config"]["name"], ("tools", entry, "registry"))
        files.append({"configMap": {"name": name, "items": [{"key": registry["config"]["key"], "path": path}]}})
        secrets += _secrets(agent, entry, registry["secrets"])
        tokens += _tokens(agent, entry, registry["tokens"])
        folders = registry["folders"]
    made = (
        ("tools", files, contract.tools.folder),
        ("tool-secrets", secrets, folders["secrets"]),
        ("tool-tokens", tokens, folders["tokens"]),
    )
    return [_projected(name, sources, path) for name, sources, path in made if sources]


def _secrets(agent: Agent, entry: str, secrets: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "secret": {
                "name": agent.derived(secret["name"], ("tools", entry, "registry")),
                "items": [{"key": secret["key"], "path": handler}],
            }
        }
        for handler, secret in sorted(secrets.items())
    ]


def _tokens(agent: Agent, entry: str, tokens: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "serviceAccountToken": {
                "audience": agent.derived(token["audience"], ("tools", entry, "registry")),
                "expirationSeconds": _TOKEN_SECONDS,
                "path": f"{handler}/token",
            }
        }
        for handler, token in sorted(tokens.items())
    ]


def _providers(agent: Agent, contract: Contract, scope: Scope) -> list[Volume]:
    if not contract.providers:
        return []
    sources: dict[str, dict[str, Any]] = {}
    for path in model_paths(agent):
        provider = scope.declared(agent, *path)
        config = scope.of(agent, *path)["config"]
        name = Derived(config["name"], (agent.source(*path), provider.source()))
        item = {"key": config["key"], "path": f"{provider.name}.json"}
        sources.setdefault(provider.name, {"configMap": {"name": name, "items": [item]}})
    return [_projected("providers", [sources[name] for name in sorted(sources)], contract.providers)] if sources else []


def _credentials(agent: Agent, scope: Scope) -> list[Volume]:
    """The files with platforms' credentials, one a provider."""
    sources = {
        provider: {
            "secret": {"name": secret.at("name"), "items": [{"key": secret.at("key"), "path": f"{provider}.json"}]}
        }
        for _, provider, secret in credential_files(agent, scope)
    }
    return [_projected("credentials", list(sources.values()), CREDENTIALS)] if sources else []


def _projected(name: str, sources: list[dict[str, Any]], path: str) -> Volume:
    return {"name": name, "projected": {"sources": sources}}, {"name": name, "mountPath": path, "readOnly": True}


def _media(agent: Agent) -> list[Volume]:
    media = agent.spec.media
    local = media.storage.local if media and media.storage else None
    if local is None:
        return []
    path = ("media", "storage", "local")
    where = {"name": "media", "mountPath": agent.field(*path, "path")}
    if local.volume_claim is None:
        return [({"name": "media", "emptyDir": {}}, where)]
    claim = {"claimName": agent.field(*path, "volumeClaim")}
    return [({"name": "media", "persistentVolumeClaim": claim}, where)]


def _body(agent: Agent, name: str) -> dict[str, Any]:
    volume = agent.field("runtime", "volumes", name)
    return {key: volume.at(key) for key in volume.value}


def _mount(agent: Agent, path: str) -> dict[str, Any]:
    mount = agent.field("runtime", "mounts", path)
    optional = {"readOnly": "readOnly", "subPath": "subPath"}
    given = {key: mount.at(field) for key, field in optional.items() if mount.value.get(field)}
    return {"name": mount.at("volume"), "mountPath": path, **given}
