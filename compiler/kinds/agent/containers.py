"""Containers: an agent, its contract and its facts -> the values from which its pod template is filled in."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.kinds.agent.contract import ContainerContract, Contract
from compiler.kinds.agent.facades import Facade
from compiler.kinds.agent.facts import Agent, Facts, token_variable
from compiler.scope import Scope
from compiler.source import Derived
from compiler.templating.expression import OMITTED

CREDENTIALS = "/var/run/secrets/roster/credentials"
"""Folder of the files with platforms' credentials."""

Values = Mapping[str, Any]

CONTAINER: Mapping[str, str] = {
    "image": "its image",
    "env": "its environment variables, as Kubernetes lists them",
    "ports": "its ports, as Kubernetes lists them",
    "resources?": "its requests and limits",
    "mounts": "its volumeMounts",
    "health.port?": "the port on which it says over HTTP whether it works",
    "health.readiness?": "the path that answers whether it is ready",
    "health.liveness?": "the path that answers whether it is alive",
}
"""What is told of one container."""
VALUES: Mapping[str, str] = {
    **{f"facade.{name}": f"the container that speaks with clients: {what}" for name, what in CONTAINER.items()},
    **{f"runtime.{name}": f"the container that runs the agent: {what}" for name, what in CONTAINER.items()},
    "runtime.socket.port?": "the port that opens when it is ready, where no path says so",
}
"""What a pod template may use of the containers; a runtime has one or both."""


def containers(agent: Agent, contract: Contract, facts: Facts, scope: Scope) -> Values:
    """`facade` and `runtime`, the containers that there are, each a map of its template values."""
    declared = agent.spec.facades.declared()
    ports = [_port(agent, name) for name in declared]
    if contract.facade is None:
        return {"runtime": _runtime(agent, contract.runtime, facts, scope, ports)}
    primary, facade = next(iter(declared.items()))
    front = _facade(agent, primary, facade, contract.facade, facts, scope, ports)
    if list(declared) == ["a2a"]:
        return {
            "facade": {**_runtime(agent, contract.runtime, facts, scope, ports), **_both(front, agent, contract, facts)}
        }
    return {"facade": front, "runtime": _runtime(agent, contract.runtime, facts, scope, [])}


def credentials(agent: Agent, scope: Scope) -> Iterator[tuple[str, Derived]]:
    """The variables with the keys of the providers that the agent's models use, and of their platforms."""
    for path in model_paths(agent):
        provider = scope.declared(agent, *path)
        offer = scope.of(agent, *path)
        source = (agent.source(*path), provider.source())
        own = {offer["credential"]["env"]: offer["credential"]["secret"]} if offer["credential"] else {}
        for name, secret in {**own, **offer["credentials"]["env"]}.items():
            yield name, Derived({"secretKeyRef": dict(secret)}, source)


def credential_files(agent: Agent, scope: Scope) -> Iterator[tuple[str, str, Derived]]:
    """The files with platforms' credentials: the variable that holds the path, the provider's name, the Secret key."""
    for path in model_paths(agent):
        provider = scope.declared(agent, *path)
        for name, secret in scope.of(agent, *path)["credentials"]["files"].items():
            yield name, provider.name, Derived(dict(secret), (agent.source(*path), provider.source()))


def model_paths(agent: Agent) -> Iterator[tuple[str | int, ...]]:
    """The fields of an agent that name a model, the slots in order of their names."""
    for slot, model in sorted(agent.spec.models.items()):
        yield ("models", slot, "use")
        for index in range(len(model.fallback)):
            yield ("models", slot, "fallback", index)


def _port(agent: Agent, name: str) -> dict[str, Any]:
    return {"name": port_name(agent, name), "containerPort": agent.field("facades", name, "port")}


def port_name(agent: Agent, facade: str) -> str:
    """The primary facade's port is called `facade`, another after its protocol."""
    primary = next(iter(agent.spec.facades.declared()))
    return "facade" if facade == primary else facade


def _facade(
    agent: Agent,
    name: str,
    facade: Facade,
    contract: ContainerContract,
    facts: Facts,
    scope: Scope,
    ports: list[dict[str, Any]],
) -> Values:
    health = {"name": "health", "containerPort": contract.health.port} if contract.health else None
    return {
        "image": _facade_image(agent, contract, scope),
        "env": [*_env(contract, facts), *_authored(agent, "facades", name, "env"), *_tokens(agent)],
        "ports": [*ports, *([health] if health else [])],
        "resources": {"requests": dict(contract.requests)},
        "health": contract.health.model_dump() if contract.health else OMITTED,
    }


def _both(front: Values, agent: Agent, contract: Contract, facts: Facts) -> Values:
    """What the one container of an agent that only speaks A2A takes from the facade: its image, ports and probes."""
    runtime = {item["name"]: item for item in _env(contract.runtime, facts)}
    env = [item for item in front["env"] if item["name"] not in runtime]
    port = agent.spec.facades.a2a.port if agent.spec.facades.a2a else 0
    health = {"port": port, "readiness": "/healthz", "liveness": "/healthz"}
    authored = [*_authored(agent, "runtime", "env")]
    ports = [item for item in front["ports"] if item["name"] != "health"]
    return {"image": front["image"], "env": [*runtime.values(), *env, *authored], "ports": ports, "health": health}


def _runtime(
    agent: Agent, contract: ContainerContract, facts: Facts, scope: Scope, ports: list[dict[str, Any]]
) -> Values:
    named = [{"name": name, "containerPort": port} for name, port in sorted(contract.ports.items())]
    keys = [{"name": name, "valueFrom": secret} for name, secret in dict(credentials(agent, scope)).items()]
    files = {
        name: {"name": name, "value": Derived(f"{CREDENTIALS}/{provider}.json", secret.sources)}
        for name, provider, secret in credential_files(agent, scope)
    }
    return {
        "image": _runtime_image(agent, contract, scope),
        "env": [*_env(contract, facts), *keys, *files.values(), *_authored(agent, "runtime", "env")],
        "ports": [*ports, *named],
        "resources": _resources(agent, contract),
        **_runtime_health(agent, contract, ports),
    }


def _runtime_health(agent: Agent, contract: ContainerContract, ports: list[dict[str, Any]]) -> Values:
    """`health` over HTTP where there is a path to ask, else `socket`: the first port opens."""
    if contract.health is not None:
        return {"health": contract.health.model_dump()}
    if agent.spec.framework.health is not None:
        path = agent.field("framework", "health", "path")
        return {"health": {"port": ports[0]["name"], "readiness": path, "liveness": path}}
    return {"socket": {"port": ports[0]["name"]}}


def _resources(agent: Agent, contract: ContainerContract) -> Derived:
    authored = agent.spec.runtime.resources
    if "requests" in authored:
        return agent.field("runtime", "resources")
    return agent.derived({**authored, "requests": dict(contract.requests)}, ("runtime", "resources"))


def _env(contract: ContainerContract, facts: Facts) -> list[dict[str, Any]]:
    constants = [{"name": name, "value": value} for name, value in contract.constants.items()]
    known = [_variable(name, facts[fact]) for name, fact in contract.env.items() if fact in facts]
    return [*constants, *known]


def _authored(agent: Agent, *path: str) -> list[dict[str, Any]]:
    return [_variable(name, agent.field(*path, name)) for name in agent.field(*path).value]


def _tokens(agent: Agent) -> list[dict[str, Any]]:
    a2a = agent.spec.facades.a2a
    return [
        {"name": token_variable(name), "valueFrom": agent.field("facades", "a2a", "clients", name, "tokenFrom")}
        for name, client in sorted((a2a.clients if a2a else {}).items())
        if client.token_from is not None
    ]


def _variable(name: str, value: Derived) -> dict[str, Any]:
    return {"name": name, "valueFrom" if isinstance(value.value, dict) else "value": value}


def _facade_image(agent: Agent, contract: ContainerContract, scope: Scope) -> Derived:
    for name, facade in agent.spec.facades.declared().items():
        if facade.image is not None:
            return agent.field("facades", name, "image")
    return _stock(agent, contract, scope)


def _runtime_image(agent: Agent, contract: ContainerContract, scope: Scope) -> Derived:
    if agent.spec.framework.image is not None:
        return agent.field("framework", "image")
    return _stock(agent, contract, scope)


def _stock(agent: Agent, contract: ContainerContract, scope: Scope) -> Derived:
    """The stock image, from the environment's registry if it has one, at the framework's version if it is given."""
    images = scope.environment.spec.images
    name = contract.image if images.registry is None else f"{images.registry}/{contract.image.rpartition('/')[2]}"
    sources = (agent.source("framework"), scope.environment.source("images"))
    return Derived(f"{name}:{agent.spec.framework.version or contract.tag}", sources)
