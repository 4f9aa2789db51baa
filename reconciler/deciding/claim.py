"""Claim: an autoscaler and the workload whose number of replicas it owns; read from any autoscaler's plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.kube_object import ObjectKey, key_of

AUTOSCALERS = frozenset({("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")})
"""Group and kind of what owns replicas."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One autoscaler, and what it scales."""

    autoscaler: ObjectKey
    """The HorizontalPodAutoscaler or ScaledObject."""
    workload: ObjectKey
    """What it scales."""
    controller: ObjectKey | None = None
    """The object that made the autoscaler and goes before it (KEDA's ScaledObject), None if it stands alone."""

    def stands(self, leaving: frozenset[ObjectKey]) -> bool:
        """True if the claim outlives these objects."""
        return self.autoscaler not in leaving and self.controller not in leaving


def claim_of(autoscaler: Mapping[str, Any]) -> Claim | None:
    """The claim that an object makes; None if it is no autoscaler, or names no workload."""
    key = key_of(dict(autoscaler))
    if (key.group, key.kind) not in AUTOSCALERS:
        return None
    target = autoscaler.get("spec", {}).get("scaleTargetRef") or {}
    if not target.get("name"):
        return None
    group = str(target.get("apiVersion", "apps/v1")).rpartition("/")[0]
    workload = ObjectKey(group, target.get("kind", "Deployment"), key.namespace, target["name"])
    return Claim(key, workload, _controller(autoscaler, key.namespace))


def _controller(autoscaler: Mapping[str, Any], namespace: str) -> ObjectKey | None:
    for owner in autoscaler["metadata"].get("ownerReferences", ()):
        if owner.get("controller"):
            group = str(owner["apiVersion"]).rpartition("/")[0]
            return ObjectKey(group, owner["kind"], namespace, owner["name"])
    return None
