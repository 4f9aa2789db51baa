"""An Agent is a program that holds conversations, or answers single requests, with prompts, models and tools.

Becomes a Deployment, a Service, a ServiceAccount, a ConfigMap of its settings (for runtimes that read one), a
HorizontalPodAutoscaler or ScaledObject, a PodDisruptionBudget, a NetworkPolicy, and for each exposed facade a
VirtualService (with a DestinationRule where conversations must stay with their pod) or an HTTPRoute.

Exports `a2aUrl`, where other agents reach it over A2A.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.kind import Column, DataFile, Emit, Kind
from compiler.kinds.agent.containers import VALUES as CONTAINERS
from compiler.kinds.agent.containers import containers, port_name
from compiler.kinds.agent.contract import Contract, contract_of
from compiler.kinds.agent.contract_findings import contract_findings
from compiler.kinds.agent.facts import FACTS, Agent, facts
from compiler.kinds.agent.routing import AFFINITY, routes, service_host
from compiler.kinds.agent.routing import VALUES as ROUTE
from compiler.kinds.agent.rules import rules
from compiler.kinds.agent.scaling import (
    BOUNDS,
    METRICS,
    TRIGGERS,
    autoscaler,
    bounds,
    fewest,
    hpa_metrics,
    keda_triggers,
)
from compiler.kinds.agent.spec import AgentSpec
from compiler.kinds.agent.volumes import volumes
from compiler.kube_object import readable
from compiler.naming import hashed, selector
from compiler.scope import Scope
from compiler.source import Derived
from compiler.templating.expression import OMITTED

_DRAIN_MARGIN = 30
"""Seconds between the end of draining and the end of the pod."""
_MAX_DRAIN = 600
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _lower(agent: Agent, scope: Scope) -> Iterator[Emit]:
    contract = contract_of(agent.spec.framework.type, scope.assets)
    values: dict[str, Any] = {"agent": agent.field(), "selector": selector(agent.key), "ports": _ports(agent)}
    config = _config(agent) if contract.config else None
    if config is not None:
        yield Emit("agent/config_map.yaml", config, family=f"{agent.name}-config")
    yield Emit("agent/deployment.yaml", {**values, **_pod(agent, contract, scope, config)})
    yield Emit("agent/service.yaml", values)
    if agent.spec.runtime.service_account is None:
        yield Emit("agent/service_account.yaml", values)
    yield Emit("agent/network_policy.yaml", values)
    yield from _scaling(agent, contract, scope, values)
    yield from routes(agent, scope)


def _pod(agent: Agent, contract: Contract, scope: Scope, config: Mapping[str, Any] | None) -> dict[str, Any]:
    scale = agent.spec.runtime.scale
    account = agent.spec.runtime.service_account
    pod_volumes, mounts = volumes(agent, contract, scope, config["configName"] if config else None)
    spread = fewest(scale) > 1 and agent.spec.runtime.affinity is None
    made = containers(agent, contract, facts(agent, contract, scope), scope)
    pack_only = [mount for mount in mounts if mount["name"] == "pack"]
    return {
        **{name: {**values, "mounts": mounts} for name, values in made.items()},
        **({"facade": {**made["facade"], "mounts": pack_only}} if len(made) > 1 else {}),
        "podLabels": {**agent.spec.runtime.labels, **selector(agent.key)},
        "replicas": _replicas(agent),
        "account": agent.field("runtime", "serviceAccount") if account else agent.name,
        "grace": _grace(agent),
        "volumes": pod_volumes,
        "envFrom": _env_from(agent),
        "pullSecrets": _pull_secrets(agent, scope),
        "pullPolicy": scope.environment.field("images", "pullPolicy")
        if scope.environment.spec.images.pull_policy
        else OMITTED,
        "spread": agent.derived(spread, ("runtime", "scale"), ("runtime", "affinity")),
    }


def _replicas(agent: Agent) -> Derived:
    """The number of pods, left out where an autoscaler owns it."""
    scale = agent.spec.runtime.scale
    if autoscaler(scale) != "fixed":
        return OMITTED
    return agent.derived(fewest(scale), ("runtime", "scale", "replicas"))


def _grace(agent: Agent) -> Derived:
    """Seconds a pod gets to end: the longest drain timeout, at most ten minutes, and a margin."""
    declared = agent.spec.facades.declared()
    longest = max((_seconds(facade.drain_timeout) for facade in declared.values()), default=0.0)
    paths = tuple(("facades", name, "drainTimeout") for name in declared)
    return agent.derived(int(min(longest, _MAX_DRAIN)) + _DRAIN_MARGIN, *paths)


def _seconds(duration: str) -> float:
    total, number = 0.0, ""
    rest = duration
    while rest:
        unit = "ms" if rest.startswith("ms") else rest[0]
        if unit in _UNITS:
            total, number = total + float(number) * _UNITS[unit], ""
        else:
            number += unit
        rest = rest[len(unit) :]
    return total


def _env_from(agent: Agent) -> list[Any]:
    authored = agent.field("runtime", "envFrom")
    sources: list[Any] = [authored.at(index) for index in range(len(authored.value))]
    media = agent.spec.media
    if media and media.storage and media.storage.secret:
        sources.append({"secretRef": {"name": agent.field("media", "storage", "secret")}})
    return sources


def _pull_secrets(agent: Agent, scope: Scope) -> list[Any]:
    own = agent.field("runtime", "imagePullSecrets")
    shared = scope.environment.field("images", "pullSecrets")
    names = {field.value[index]: field.at(index) for field in (own, shared) for index in range(len(field.value))}
    return [{"name": name} for name in names.values()]


def _ports(agent: Agent) -> list[Any]:
    return [
        {"name": port_name(agent, name), "port": agent.field("facades", name, "port")}
        for name in agent.spec.facades.declared()
    ]


def _config(agent: Agent) -> dict[str, Any]:
    """The agent's own settings as one JSON file, for runtimes that read it."""
    spec = agent.data["spec"]
    fields = ("mode", "models", "tools", "facades", "session", "inputSchema", "outputSchema", "outputFormat", "media")
    settings = {"name": agent.name, **{field: spec[field] for field in fields if field in spec}}
    text = readable(settings)
    paths = tuple((field,) for field in fields if field in spec)
    name = hashed(f"{agent.name}-config", {"agent.json": text})
    return {"configName": agent.derived(name, *paths), "text": agent.derived(text, *paths)}


def _scaling(agent: Agent, contract: Contract, scope: Scope, values: Mapping[str, Any]) -> Iterator[Emit]:
    scale = agent.spec.runtime.scale
    chosen = autoscaler(scale)
    if chosen == "hpa":
        yield Emit("agent/horizontal_pod_autoscaler.yaml", {**values, **bounds(agent), "metrics": hpa_metrics(agent)})
    if chosen == "keda":
        triggers = keda_triggers(agent, contract, scope)
        yield Emit("agent/scaled_object.yaml", {**values, **bounds(agent), "triggers": triggers})
    if fewest(scale) > 1:
        yield Emit("agent/pod_disruption_budget.yaml", values)


def _exports(agent: Agent, scope: Scope) -> Mapping[str, Any]:
    a2a = agent.spec.facades.a2a
    return {"a2aUrl": f"http://{service_host(agent, scope)}:{a2a.port}" if a2a else None}


_VALUES = {
    "agent": "the agent's spec, defaults filled in: `roster explain Agent`",
    "selector": "the labels that select the agent's pods; they never change",
    "ports": "the facades' ports: each a name and a port",
}
_POD = {
    **_VALUES,
    **CONTAINERS,
    "podLabels": "the labels of the pods: the agent's own and those that select them",
    "replicas?": "the number of pods, unless an autoscaler owns it",
    "account": "the ServiceAccount of the pods",
    "grace": "the seconds that a pod gets to end",
    "volumes": "the volumes of the pods, as Kubernetes lists them",
    "envFrom": "sources of environment variables of every container, as Kubernetes lists them",
    "pullSecrets": "the Secrets for image registries, as Kubernetes lists them",
    "pullPolicy?": "when images are pulled, where the environment says so",
    "spread": "whether the pods are to be spread over zones",
}
_TEMPLATES = {
    "agent/deployment.yaml": _POD,
    "agent/config_map.yaml": {
        "configName": "what the ConfigMap must be called: its family and a hash of the content",
        "text": "the agent's own settings as JSON, to the byte",
    },
    "agent/service.yaml": _VALUES,
    "agent/service_account.yaml": _VALUES,
    "agent/network_policy.yaml": _VALUES,
    "agent/horizontal_pod_autoscaler.yaml": {**_VALUES, **BOUNDS, **METRICS},
    "agent/scaled_object.yaml": {**_VALUES, **BOUNDS, **TRIGGERS},
    "agent/pod_disruption_budget.yaml": _VALUES,
    "agent/virtual_service.yaml": ROUTE,
    "agent/http_route.yaml": ROUTE,
    "agent/destination_rule.yaml": AFFINITY,
}

KIND = Kind(
    name="Agent",
    plural="agents",
    short_names=("ra",),
    spec=AgentSpec,
    title="A program that holds conversations, or answers single requests, with prompts, models and tools.",
    lower=_lower,
    templates=_TEMPLATES,
    data={"runtimes": DataFile(Contract, FACTS, contract_findings)},
    exports=_exports,
    check=rules,
    columns=(
        Column("Health", ".status.health"),
        Column("Ready", ".status.replicas.ready", "integer"),
        Column("Desired", ".status.replicas.desired", "integer"),
        Column("Version", ".status.version"),
        Column("Message", ".status.message", wide=True),
    ),
)
