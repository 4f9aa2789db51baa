"""Routing: an agent's exposed facades -> the routes through the environment's gateway."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.kind import Emit
from compiler.kinds.agent.containers import port_name
from compiler.kinds.agent.facts import Agent
from compiler.kinds.agent.scaling import autoscaler, fewest
from compiler.scope import Scope
from compiler.source import Derived

Router = str
"""`istio`, `gatewayAPI`, or empty where the environment has neither."""


VALUES: Mapping[str, str] = {
    "route": "what the route must be called: the agent's name, with the facade's where it is not the first",
    "hosts": "the host names that lead to the facade",
    "gateway": "the name of the environment's gateway",
    "gatewayNamespace": "the namespace of the gateway",
    "gatewayPath": "namespace/name of the gateway, as Istio writes it",
    "service": "the host name of the agent's Service inside the cluster",
    "port": "the port of the facade",
}
"""What the template of a route may use."""
AFFINITY: Mapping[str, str] = {"host": "the host name of the agent's Service inside the cluster"}
"""What the template of a DestinationRule may use."""


def router(scope: Scope) -> Router:
    """What routes traffic in the environment: Istio where there is Istio, else the Gateway API."""
    return next((name for name in ("istio", "gatewayAPI") if name in scope.capabilities), "")


def routes(agent: Agent, scope: Scope) -> Iterator[Emit]:
    """One route for each exposed facade."""
    istio = router(scope) == "istio"
    exposed = [name for name, facade in agent.spec.facades.declared().items() if facade.expose is not None]
    for name in exposed:
        template = "agent/virtual_service.yaml" if istio else "agent/http_route.yaml"
        yield Emit(template, _values(agent, name, scope))
    if istio and exposed and _needs_affinity(agent):
        yield Emit("agent/destination_rule.yaml", {"host": service_host(agent, scope)})


def service_host(agent: Agent, scope: Scope) -> str:
    """The name under which the agent's Service is known in the cluster."""
    return f"{agent.name}.{scope.environment.spec.namespace}.svc.cluster.local"


def _values(agent: Agent, facade: str, scope: Scope) -> dict[str, Any]:
    gateway = scope.environment.field("gateway")
    namespace = scope.environment.spec.gateway.namespace or scope.environment.spec.namespace
    return {
        "route": agent.name if port_name(agent, facade) == "facade" else f"{agent.name}-{facade}",
        "hosts": [_host(agent, facade, scope)],
        "gateway": gateway.at("name"),
        "gatewayNamespace": Derived(namespace, gateway.sources),
        "gatewayPath": Derived(f"{namespace}/{scope.environment.spec.gateway.name}", gateway.sources),
        "service": service_host(agent, scope),
        "port": agent.field("facades", facade, "port"),
    }


def _host(agent: Agent, facade: str, scope: Scope) -> Derived:
    expose = agent.spec.facades.declared()[facade].expose
    if expose is not None and expose.host is not None:
        return agent.field("facades", facade, "expose", "host")
    label = agent.name if port_name(agent, facade) == "facade" else f"{agent.name}-{facade}"
    sources = (agent.source("facades", facade, "expose"), scope.environment.source("gateway", "domain"))
    return Derived(f"{label}.{scope.environment.spec.gateway.domain}", sources)


def _needs_affinity(agent: Agent) -> bool:
    """Whether a conversation must stay with its pod: its memory is there, and there may be several pods."""
    scale = agent.spec.runtime.scale
    several = autoscaler(scale) != "fixed" or fewest(scale) > 1
    in_memory = agent.spec.session.store == "memory" and agent.spec.session.url_from is None
    return agent.spec.mode == "daemon" and several and in_memory
