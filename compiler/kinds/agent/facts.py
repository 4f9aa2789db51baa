"""Facts: an agent and its scope -> what there is to tell its containers, each fact with the fields it came from."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.kinds.agent.contract import Contract
from compiler.kinds.agent.spec import AgentSpec
from compiler.scope import Scope
from compiler.source import Derived, Source

Agent = Declaration[AgentSpec]
Facts = Mapping[str, Derived]
"""Name of a fact -> a text, or a map that stands under `valueFrom`."""


FACTS: Mapping[str, str] = {
    "agentName": "the agent's name",
    "namespace": "the environment's namespace",
    "promptName": "the prompt that a conversation begins with",
    "packVersion": "the version of its PromptPack",
    "facadeType": "the protocol of the first facade",
    "facadePort": "the port of the first facade",
    "handler": "who answers the first facade's requests",
    "runtimeAddress": "where the facade container reaches the runtime container",
    "a2aEnabled": "true, where a2a stands beside the first facade",
    "a2aPort": "its port there",
    "mcpEnabled": "true, where mcp stands beside the first facade",
    "mcpPort": "its port there",
    "toolsFolder": "the folder with the files of tools",
    "toolsPath": "the file with the tools, or the folder where each source has a file",
    "sessionUrl": "the address of the session store, from a Secret",
    "sessionTTL": "how long an idle conversation is kept",
    "a2aTaskTTL": "how long a task is kept",
    "a2aConversationTTL": "how long a conversation over A2A is kept",
    "a2aTaskStoreType": "where tasks are kept, memory or redis",
    "a2aTaskStoreUrl": "the address of the task store",
    "a2aClients": "the agents that may be called, as JSON",
    "mediaBasePath": "the folder where media of a conversation are found",
    "mediaPath": "the folder of a local media store",
    "mediaType": "the kind of the media store",
    "mediaMaxFileSize": "the largest file, in bytes",
    "mediaDefaultTTL": "how long media are kept",
    "mediaUploadURLTTL": "how long an address for an upload holds",
    "mediaDownloadURLTTL": "how long an address for a download holds",
    "mediaS3Bucket": "the bucket in S3",
    "mediaS3Region": "its region",
    "mediaS3Prefix": "the beginning of its keys",
    "mediaS3Endpoint": "the address of a store that speaks S3",
    "mediaGcsBucket": "the bucket in Google Cloud Storage",
    "mediaGcsPrefix": "the beginning of its names",
    "mediaAzureAccount": "the account in Azure",
    "mediaAzureContainer": "its container",
    "mediaAzurePrefix": "the beginning of its names",
}
"""What a contract's `env` may name; a fact that does not apply to an agent makes no variable."""


def facts(agent: Agent, contract: Contract, scope: Scope) -> Facts:
    """Everything a contract's `env` may name, for one agent; what does not apply is missing."""
    found = {
        **_identity(agent, scope),
        **_reach(agent, contract),
        **_tools(agent, contract),
        **_session(agent, scope),
        **_a2a(agent, scope),
        **dict(_media(agent)),
    }
    return {name: fact for name, fact in found.items() if fact is not None}


def _identity(agent: Agent, scope: Scope) -> Mapping[str, Derived]:
    pack = scope.of(agent, "prompts", "pack")
    return {
        "agentName": Derived(agent.name, (Source(agent.key, ("metadata", "name")),), exact=True),
        "namespace": scope.environment.field("namespace"),
        "promptName": agent.field("prompts", "prompt"),
        "packVersion": agent.derived(pack["version"], ("prompts",)),
    }


def _reach(agent: Agent, contract: Contract) -> Mapping[str, Derived | None]:
    declared = agent.spec.facades.declared()
    name, facade = next(iter(declared.items()))
    path = ("facades", name)
    runs = contract.facade is not None and list(declared) != ["a2a"] and facade.handler == "runtime"
    grpc = contract.runtime.ports.get("grpc")
    beside = {
        fact: _text(agent, value, ("facades", other))
        for other in ("a2a", "mcp")
        if other in declared and other != name
        for fact, value in ((f"{other}Enabled", "true"), (f"{other}Port", getattr(declared[other], "port", 0)))
    }
    return {
        "facadeType": _text(agent, name, path),
        "facadePort": _text(agent, getattr(facade, "port", 0), (*path, "port")),
        "handler": _text(agent, facade.handler, (*path, "handler")),
        "runtimeAddress": _text(agent, f"localhost:{grpc}", path) if runs and grpc else None,
        **beside,
    }


def _tools(agent: Agent, contract: Contract) -> Mapping[str, Derived]:
    if not agent.spec.tools:
        return {}
    folder, file = contract.tools.folder, contract.tools.file
    return {
        "toolsFolder": _text(agent, folder, ("tools",)),
        "toolsPath": _text(agent, f"{folder}/{file}" if file else folder, ("tools",)),
    }


def _session(agent: Agent, scope: Scope) -> Mapping[str, Derived | None]:
    return {"sessionUrl": session_url(agent, scope), "sessionTTL": agent.field("session", "ttl")}


def session_url(agent: Agent, scope: Scope) -> Derived | None:
    """The Secret key that holds the address of the session store; None for sessions in memory."""
    session = agent.spec.session
    if session.url_from is not None:
        return agent.field("session", "urlFrom")
    if session.store == "memory":
        return None
    store = scope.environment.field("stores", session.store, "urlFrom")
    return Derived(store.value, (*store.sources, agent.source("session", "store")))


def _a2a(agent: Agent, scope: Scope) -> Mapping[str, Derived | None]:
    a2a = agent.spec.facades.a2a
    if a2a is None:
        return {}
    path = ("facades", "a2a")
    store = a2a.task_store
    url = agent.field(*path, "taskStore", "urlFrom") if store.url_from else None
    if store.url is not None:
        url = agent.field(*path, "taskStore", "url")
    return {
        "a2aTaskTTL": agent.field(*path, "taskTTL"),
        "a2aConversationTTL": agent.field(*path, "conversationTTL"),
        "a2aTaskStoreType": agent.field(*path, "taskStore", "type"),
        "a2aTaskStoreUrl": url,
        "a2aClients": agent.derived(_clients(agent, scope), (*path, "clients")) if a2a.clients else None,
    }


def token_variable(client: str) -> str:
    """The environment variable that holds the token for calling another agent."""
    return f"A2A_CLIENT_{client.upper().replace('-', '_')}_TOKEN"


def _clients(agent: Agent, scope: Scope) -> str:
    """The agents that may be called, as JSON."""
    assert agent.spec.facades.a2a is not None
    clients: list[dict[str, Any]] = []
    for name, client in sorted(agent.spec.facades.a2a.clients.items()):
        url = client.url
        if client.agent is not None:
            url = scope.of(agent, "facades", "a2a", "clients", name, "agent")["a2aUrl"]
        token = {"tokenEnv": token_variable(name)} if client.token_from else {}
        clients.append({"name": name, "url": url, "exposeAsTools": client.expose_as_tools, **token})
    return json.dumps(clients, sort_keys=True)


_STORES = {
    "s3": ("bucket", "region", "prefix", "endpoint"),
    "gcs": ("bucket", "prefix"),
    "azure": ("account", "container", "prefix"),
}
_LIMITS = ("defaultTTL", "uploadURLTTL", "downloadURLTTL", "maxFileSize")


def _media(agent: Agent) -> Iterator[tuple[str, Derived]]:
    media = agent.data["spec"].get("media")
    if media is None:
        return
    yield "mediaBasePath", agent.field("media", "basePath")
    storage = media.get("storage", {})
    if "local" in storage:
        yield "mediaPath", agent.field("media", "storage", "local", "path")
    for kind in ("local", *_STORES):
        if kind in storage:
            yield "mediaType", _text(agent, kind, ("media", "storage", kind))
    for kind, fields in _STORES.items():
        for field in fields:
            if field in storage.get(kind, {}):
                fact = f"media{kind.capitalize()}{field.capitalize()}"
                yield fact, agent.field("media", "storage", kind, field)
    for limit in _LIMITS:
        if limit in storage:
            name = f"media{limit[0].upper()}{limit[1:]}"
            yield name, _text(agent, storage[limit], ("media", "storage", limit))


def _text(agent: Agent, value: object, path: tuple[str, ...]) -> Derived:
    return agent.derived(str(value), path)
