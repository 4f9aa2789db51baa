"""Rules: what an agent gets wrong that the types of its fields cannot say."""

from collections.abc import Iterable, Iterator

from compiler.diagnostic import Diagnostic
from compiler.finding import error
from compiler.kinds.agent.containers import credentials, model_paths
from compiler.kinds.agent.contract import contract_of
from compiler.kinds.agent.facts import Agent
from compiler.kinds.agent.placement_rules import placement_rules
from compiler.scope import Scope
from compiler.suggestion import did_you_mean

_FACADES = {"daemon": {"websocket", "a2a", "custom"}, "function": {"rest", "mcp"}}


def rules(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    """Every finding on one agent."""
    unknown = tuple(_runtime(agent, scope))
    if unknown:
        yield from unknown
        return
    yield from _facades(agent, scope)
    yield from _function(agent)
    yield from _prompts(agent, scope)
    yield from _models(agent, scope)
    yield from _keys(agent, scope)
    yield from _tools(agent, scope)
    yield from _session(agent, scope)
    yield from _a2a(agent)
    yield from _media(agent)
    yield from placement_rules(agent, scope)


def _runtime(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    """A runtime that has no contract, by which alone the rest could be judged."""
    name, known = agent.spec.framework.type, scope.assets.runtimes()
    if name not in known:
        help = did_you_mean(name, known) or f"there are {_listed(known)}; a fleet adds templates/runtimes/{name}.yaml"
        yield error(agent, "R0808", f"there is no runtime {name}", "framework", "type", help=help, known=known)


def _facades(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    declared = agent.spec.facades.declared()
    contract = contract_of(agent.spec.framework.type, scope.assets)
    allowed = _FACADES[agent.spec.mode]
    if not declared:
        yield error(
            agent, "R0520", f"Agent {agent.name} has no facade", "facades", help=f"add one of {_listed(allowed)}"
        )
    for name, facade in declared.items():
        if name not in allowed:
            yield error(
                agent,
                "R0520",
                f"mode {agent.spec.mode} has no facade {name}",
                "facades",
                name,
                help=f"use {_listed(allowed)}, or another mode",
            )
        if name == "custom" and facade.image is None and contract.facade is not None:
            yield error(agent, "R0520", "the custom facade has no image", "facades", name, help="add image")
    if agent.spec.mode == "function" and declared and "rest" not in declared:
        yield error(agent, "R0520", "a function has no rest facade", "facades", help="add rest: {}")
    yield from _ports(agent)


def _ports(agent: Agent) -> Iterator[Diagnostic]:
    taken: dict[int, str] = {}
    for name, facade in agent.spec.facades.declared().items():
        port: int = getattr(facade, "port", 0)
        if port in taken:
            yield error(
                agent,
                "R0521",
                f"the facades {taken[port]} and {name} share port {port}",
                "facades",
                name,
                "port",
                help="give each facade a port of its own",
            )
        taken[port] = name


def _function(agent: Agent) -> Iterator[Diagnostic]:
    given = {"inputSchema": agent.spec.input_schema, "outputSchema": agent.spec.output_schema}
    for field, schema in given.items():
        if agent.spec.mode == "function" and schema is None:
            yield error(agent, "R0522", f"a function needs {field}", help=f"add {field}, a JSON Schema")
        if agent.spec.mode != "function" and schema is not None:
            yield error(agent, "R0522", f"{field} belongs to functions", field, help="remove it, or set mode: function")
        if schema is not None and not isinstance(schema, dict | bool):
            yield error(agent, "R0522", f"{field} is no JSON Schema", field, help="write a map, `{type: object}`")
    if agent.spec.mode != "function" and agent.spec.output_format is not None:
        yield error(agent, "R0522", "outputFormat belongs to functions", "outputFormat", help="remove it")


def _prompts(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    prompts = agent.spec.prompts
    if prompts.version is not None and prompts.track is not None:
        yield error(
            agent, "R0523", "prompts has both version and track", "prompts", "track", help="keep one of the two"
        )
    names = scope.of(agent, "prompts", "pack").get("prompts")
    if names and prompts.prompt not in names and "prompt" in prompts.model_fields_set:
        yield error(
            agent,
            "R0523",
            f"PromptPack {prompts.pack} has no prompt {prompts.prompt}",
            "prompts",
            "prompt",
            help=did_you_mean(prompts.prompt, names) or f"it has {_listed(names)}",
            known=names,
        )


def _models(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    for path in model_paths(agent):
        slot = agent.spec.models[str(path[1])]
        offer = scope.of(agent, *path)
        text = slot.use if path[2] == "use" else slot.fallback[int(path[3])]
        if offer["role"] != slot.role:
            yield error(
                agent,
                "R0524",
                f"{text} is for {offer['role']}, the slot {path[1]} for {slot.role}",
                *path,
                help="set role, or use another provider",
            )
        able = offer["models"].get(text.partition("/")[2], {}).get("capabilities")
        lacking = [name for name in slot.requires if able and name not in able]
        if lacking:
            yield error(
                agent,
                "R0525",
                f"{text} cannot do {_listed(lacking)}",
                *path,
                label="required by this slot",
                help="use another model, or drop the requirement",
            )


def _keys(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    secrets: dict[str, object] = {}
    for name, credential in credentials(agent, scope):
        if secrets.setdefault(name, credential.value) != credential.value:
            source = credential.sources[0]
            yield error(
                agent,
                "R0526",
                f"two providers give the variable {name}",
                *source.path[1:],
                help="set keyEnv on one of the providers",
            )


def _tools(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    file = contract_of(agent.spec.framework.type, scope.assets).tools.file
    handlers: dict[str, str] = {}
    for index, entry in enumerate(sorted(agent.spec.tools)):
        if file and index:
            yield error(
                agent,
                "R0527",
                f"{agent.spec.framework.type} reads one source of tools",
                "tools",
                entry,
                help="put the handlers into one ToolRegistry",
            )
        for handler in scope.of(agent, "tools", entry, "registry")["handlers"]:
            if handlers.setdefault(handler, entry) != entry:
                message = f"the tools {handlers[handler]} and {entry} both have a handler {handler}"
                yield error(agent, "R0527", message, "tools", entry, help="rename one of the handlers")


def _session(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    session, stores = agent.spec.session, scope.environment.spec.stores
    if session.url_from is None and session.store != "memory" and session.store not in stores:
        yield error(
            agent,
            "R0528",
            f"environment {scope.environment.name} has no store {session.store}",
            "session",
            "store",
            help=did_you_mean(session.store, ["memory", *stores]) or f"it has {_listed(['memory', *stores])}",
            known=["memory", *stores],
        )


def _a2a(agent: Agent) -> Iterator[Diagnostic]:
    a2a = agent.spec.facades.a2a
    if a2a is None:
        return
    store = a2a.task_store
    if (store.type == "redis") != (store.url is not None or store.url_from is not None):
        yield error(
            agent,
            "R0529",
            "a task store of type redis has an address, one in memory has none",
            "facades",
            "a2a",
            "taskStore",
            help="set type: redis together with url or urlFrom",
        )
    for name, client in a2a.clients.items():
        if (client.agent is None) == (client.url is None):
            yield error(
                agent,
                "R0529",
                f"the client {name} is either an agent or a url",
                "facades",
                "a2a",
                "clients",
                name,
                help="write exactly one of the two",
            )


def _media(agent: Agent) -> Iterator[Diagnostic]:
    storage = agent.spec.media.storage if agent.spec.media else None
    if storage is None:
        return
    kinds = [kind for kind in ("local", "s3", "gcs", "azure") if getattr(storage, kind) is not None]
    if len(kinds) > 1:
        yield error(
            agent,
            "R0530",
            f"media are kept in one store, not in {_listed(kinds)}",
            "media",
            "storage",
            kinds[1],
            help="keep one of them",
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
