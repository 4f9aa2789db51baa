"""Restarts: a workload before and after -> how many pods start anew because of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.kube_object import KubeObject

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
"""Kinds whose pods start anew when their pod template changes."""
_MINIMUM = {"HorizontalPodAutoscaler": ("minReplicas", 1), "ScaledObject": ("minReplicaCount", 0)}

Minimums = Mapping[tuple[str, str], int]
"""Kind and name of a workload -> the fewest pods that its autoscaler keeps."""


def minimums(objects: Iterable[KubeObject]) -> Minimums:
    """What the autoscalers among the objects keep at least."""
    found: dict[tuple[str, str], int] = {}
    for item in objects:
        if item.key.kind in _MINIMUM:
            field, default = _MINIMUM[item.key.kind]
            spec = item.data.get("spec", {})
            target = spec.get("scaleTargetRef", {})
            found[target.get("kind", "Deployment"), target.get("name", "")] = spec.get(field, default)
    return found


def restarts(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, scaled: Minimums) -> str:
    """`2 pods`, `at least 3 pods`, `its pods`; empty if no pod of the object starts anew."""
    if before is None or after is None or after["kind"] not in WORKLOADS:
        return ""
    old, new = (side.get("spec", {}) for side in (before, after))
    if old.get("template") == new.get("template"):
        return ""
    if after["kind"] == "DaemonSet":
        return "a pod on every node"
    minimum = scaled.get((after["kind"], after["metadata"]["name"]))
    if minimum is not None and "replicas" not in new:
        return f"at least {_pods(minimum)}" if minimum else "its pods"
    replicas = new.get("replicas", 1)
    return _pods(replicas) if replicas else ""


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
