"""Budgets: PodDisruptionBudgets and the pods they select -> budgets that let no pod go: no node can be drained."""

from collections.abc import Iterator
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping
from compiler.lowered import Lowered, namespace_of, type_of
from compiler.object_index import ObjectIndex
from compiler.workload import Workload

_COUNTED = frozenset(("Deployment.apps", "StatefulSet.apps", "ReplicaSet.apps"))
_LEAST = {"HorizontalPodAutoscaler.autoscaling": ("minReplicas", 1), "ScaledObject.keda.sh": ("minReplicaCount", 0)}
"""Autoscaler -> its field for the least number of pods, and its default."""
_HELP = "keep one pod fewer, or run one more: a drain waits for ever for a pod that may never go"


def check_budgets(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0644: a budget that forbids every eviction."""
    spec = mapping(lowered.data, "spec")
    if spec.get("maxUnavailable") in (0, "0%"):
        yield _forbids(lowered, "maxUnavailable", "which lets no pod go")
    elif spec.get("minAvailable") == "100%":
        yield _forbids(lowered, "minAvailable", "which lets no pod go")
    elif isinstance(spec.get("minAvailable"), int) and not items(spec, "selector", "matchExpressions"):
        pods = index.selected(mapping(spec, "selector", "matchLabels"), namespace_of(lowered))
        counts = [_pods(workload, index) for workload in pods]
        total = sum(count for count in counts if count is not None)
        if counts and None not in counts and 0 < total <= spec["minAvailable"]:
            few = f"{total} pod{'s' if total > 1 else ''}"
            yield _forbids(lowered, "minAvailable", f"and what it selects may be as few as {few}")


def _forbids(lowered: Lowered, field: str, why: str) -> Fault:
    value = at(lowered.data, "spec", field)
    return Fault("R0644", lowered, ("spec", field), f"is {value}, {why}", _HELP, doubtful=True)


def _least(scaler: Lowered) -> int:
    field, default = _LEAST[type_of(scaler)]
    value = at(scaler.data, "spec", field)
    return value if isinstance(value, int) else default


def _pods(workload: Workload, index: ObjectIndex) -> int | None:
    """The least number of pods that a workload has; None if it cannot be told."""
    lowered = workload.lowered
    if type_of(lowered) not in _COUNTED:
        return None
    scalers = index.scalers(lowered)
    if scalers:
        return _least(scalers[-1])
    replicas: Any = at(lowered.data, "spec", "replicas")
    return replicas if isinstance(replicas, int) else 1
