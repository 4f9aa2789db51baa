"""Scaling: an agent's `runtime.scale` -> who decides how many pods there are, and the values of that autoscaler."""

from collections.abc import Mapping
from typing import Any, Literal

from compiler.kinds.agent.contract import Contract
from compiler.kinds.agent.facts import Agent
from compiler.kinds.agent.runtime import Scale
from compiler.scope import Scope
from compiler.source import Derived

Autoscaler = Literal["fixed", "hpa", "keda"]

_CPU, _MEMORY = 90, 70
"""Targets in percent where an agent names none: what Omnia's operator sets."""


BOUNDS: Mapping[str, str] = {
    "min": "the fewest pods",
    "max": "the most pods",
}
METRICS: Mapping[str, str] = {"metrics": "what a HorizontalPodAutoscaler measures, as Kubernetes lists it"}
TRIGGERS: Mapping[str, str] = {"triggers": "what KEDA measures, as KEDA lists it"}
"""What the templates of autoscalers may use."""


def autoscaler(scale: Scale) -> Autoscaler:
    """Who moves the number of pods: nobody, an HPA, or KEDA where something asks for it."""
    if scale.max is None:
        return "fixed"
    if scale.autoscaler is not None:
        return scale.autoscaler
    return "keda" if scale.sessions is not None or scale.triggers or scale.min == 0 else "hpa"


def fewest(scale: Scale) -> int:
    """The number of pods that are always there."""
    if scale.max is None:
        return 1 if scale.replicas is None else scale.replicas
    return 1 if scale.min is None else scale.min


def bounds(agent: Agent) -> dict[str, Derived]:
    """`min` and `max` of an autoscaler."""
    scale = agent.spec.runtime.scale
    at = ("runtime", "scale")
    return {"min": agent.derived(fewest(scale), (*at, "min")), "max": agent.field(*at, "max")}


def hpa_metrics(agent: Agent) -> Derived:
    """The metrics of a HorizontalPodAutoscaler, memory before CPU."""
    targets = _targets(agent.spec.runtime.scale)
    metrics = [
        {"type": "Resource", "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": value}}}
        for name, value in targets.items()
    ]
    return agent.derived(metrics, ("runtime", "scale"))


def keda_triggers(agent: Agent, contract: Contract, scope: Scope) -> list[Any]:
    """The triggers of a ScaledObject: sessions, CPU and memory where they are named, then the agent's own."""
    scale = agent.spec.runtime.scale
    at = ("runtime", "scale")
    triggers: list[Any] = []
    if scale.sessions is not None:
        triggers.append({"type": "prometheus", "name": "sessions", "metadata": _sessions(agent, contract, scope)})
    for name, value in (("cpu", scale.cpu), ("memory", scale.memory)):
        if value is not None:
            target = agent.derived(str(value), (*at, name))
            triggers.append({"type": name, "metricType": "Utilization", "metadata": {"value": target}})
    authored = agent.field(*at, "triggers")
    return [*triggers, *(authored.at(index) for index in range(len(authored.value)))]


def _sessions(agent: Agent, contract: Contract, scope: Scope) -> dict[str, Any]:
    query = contract.sessions_query.replace("AGENT", agent.name).replace("NAMESPACE", scope.environment.spec.namespace)
    at = ("runtime", "scale", "sessions")
    return {
        "serverAddress": scope.environment.field("metrics", "prometheus"),
        "query": agent.derived(query, at),
        "threshold": agent.derived(str(agent.spec.runtime.scale.sessions), at),
    }


def _targets(scale: Scale) -> dict[str, int]:
    named = {name: value for name, value in (("memory", scale.memory), ("cpu", scale.cpu)) if value is not None}
    return named or {"memory": _MEMORY, "cpu": _CPU}
