"""Placement rules: what is wrong with how an agent is scaled, exposed and run in its environment."""

from collections.abc import Iterator

from compiler.diagnostic import Diagnostic
from compiler.finding import error, warning
from compiler.kinds.agent.contract import contract_of
from compiler.kinds.agent.facts import Agent
from compiler.kinds.agent.routing import router
from compiler.kinds.agent.scaling import autoscaler
from compiler.naming import DOMAIN, MANAGED_BY
from compiler.scope import Scope
from compiler.suggestion import did_you_mean


def placement_rules(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    """Every finding on scale, exposure and runtime of one agent."""
    yield from _scale(agent, scope)
    yield from _expose(agent, scope)
    yield from _runtime(agent, scope)


def _scale(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    scale = agent.spec.runtime.scale
    at = ("runtime", "scale")
    if scale.max is not None and scale.replicas is not None:
        yield error(
            agent,
            "R0531",
            "scale has both replicas and max",
            *at,
            "replicas",
            help="a fixed number is replicas, a range is min and max; remove one ($remove in an overlay)",
        )
    if scale.max is None:
        for field in ("min", "cpu", "memory", "sessions", "autoscaler"):
            if getattr(scale, field) is not None:
                yield error(agent, "R0531", f"{field} needs a range to scale in", *at, field, help="add max")
        if scale.triggers:
            yield error(agent, "R0531", "triggers need a range to scale in", *at, "triggers", help="add max")
        return
    if scale.min is not None and scale.min > scale.max:
        yield error(agent, "R0531", f"min {scale.min} is greater than max {scale.max}", *at, "min", help="lower min")
    yield from _autoscaler(agent, scope)


def _autoscaler(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    scale = agent.spec.runtime.scale
    at = ("runtime", "scale")
    chosen = autoscaler(scale)
    reason = "sessions" if scale.sessions is not None else "triggers" if scale.triggers else "min"
    if chosen == "hpa" and (scale.sessions is not None or scale.triggers or scale.min == 0):
        yield error(agent, "R0531", f"an HPA cannot scale by {reason}", *at, reason, help="remove autoscaler: hpa")
    if chosen != "keda":
        return
    if "keda" not in scope.capabilities:
        yield error(
            agent,
            "R0532",
            f"scaling by {reason} needs KEDA, which environment {scope.environment.name} lacks",
            *at,
            reason,
            help="add keda to the environment's capabilities, or scale by cpu and memory",
        )
    if scale.sessions is not None and scope.environment.spec.metrics is None:
        yield error(
            agent,
            "R0532",
            f"scaling by sessions needs the metrics of environment {scope.environment.name}",
            *at,
            "sessions",
            help="set metrics: {prometheus: ADDRESS} in environment.yaml",
        )
    if scale.sessions is None and not scale.triggers and scale.cpu is None and scale.memory is None:
        yield error(agent, "R0531", "KEDA has nothing to scale by", *at, help="add sessions, triggers, cpu or memory")


def _expose(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    for name, facade in agent.spec.facades.declared().items():
        if facade.expose is None:
            continue
        at = ("facades", name, "expose")
        if scope.environment.spec.gateway is None:
            yield error(
                agent,
                "R0533",
                f"environment {scope.environment.name} has no gateway to expose {name} through",
                *at,
                help="set gateway in environment.yaml, or remove expose ($remove in an overlay)",
            )
        elif not router(scope):
            yield error(
                agent,
                "R0533",
                f"environment {scope.environment.name} can route neither by Istio nor by the Gateway API",
                *at,
                help="add istio or gatewayAPI to its capabilities",
            )


def _runtime(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    framework = agent.spec.framework
    contract = contract_of(framework.type, scope.assets).runtime
    if not contract.image and framework.image is None:
        yield error(agent, "R0534", f"the {framework.type} runtime has no image", "framework", help="add image")
    if contract.health is not None and framework.health is not None:
        yield error(
            agent, "R0534", f"the health check of {framework.type} is its own", "framework", "health", help="remove it"
        )
    for label in agent.spec.runtime.labels:
        if label.startswith(f"{DOMAIN}/") or label in (MANAGED_BY, "app.kubernetes.io/name"):
            yield error(
                agent, "R0534", f"the label {label} is Roster's own", "runtime", "labels", label, help="remove it"
            )
    for path, mount in agent.spec.runtime.mounts.items():
        if mount.volume not in agent.spec.runtime.volumes:
            yield error(
                agent,
                "R0535",
                f"no volume is named {mount.volume}",
                "runtime",
                "mounts",
                path,
                "volume",
                help=did_you_mean(mount.volume, agent.spec.runtime.volumes) or "declare it under volumes",
                known=agent.spec.runtime.volumes,
            )
    if framework.image is None:
        yield from _read_elsewhere(agent, scope)


def _read_elsewhere(agent: Agent, scope: Scope) -> Iterator[Diagnostic]:
    """Warn of settings that the stock images take from their own system's objects, which are not emitted yet."""
    contract = contract_of(agent.spec.framework.type, scope.assets)
    framework = agent.spec.framework.type
    system = contract.system or framework
    given = [field for field in contract.reads_elsewhere if _is_set(agent, field)]
    if given:
        yield warning(
            agent,
            "R0536",
            f"the stock images of {framework} read {', '.join(given)} from {system}'s own objects",
            "framework",
            label="Roster does not emit those objects yet",
            help="keep them in the cluster beside the agent, or set framework.image to a runtime that reads files",
        )


def _is_set(agent: Agent, field: str) -> bool:
    value = agent.data["spec"]
    for step in field.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return bool(value)
