"""Changes and the references between specs -> which change waits for which; apply and prune walk by this."""

from collections.abc import Iterable, Mapping

import orjson

from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.change import Change

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob"})
AUTOSCALERS = frozenset({"HorizontalPodAutoscaler", "ScaledObject"})
WAVES: tuple[frozenset[str], ...] = (
    frozenset({"CustomResourceDefinition"}),
    frozenset({"Namespace"}),
    frozenset(
        {
            *("ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
            *("ResourceQuota", "LimitRange", "PriorityClass", "StorageClass"),
        }
    ),
    frozenset({"ConfigMap", "PersistentVolumeClaim", "PersistentVolume", "NetworkPolicy"}),
    # Before the pods: they are then reached and protected from their first moment.
    frozenset({"Service", "PodDisruptionBudget"}),
    WORKLOADS,
    frozenset({"Ingress", "HTTPRoute", "VirtualService", "DestinationRule"}),
    AUTOSCALERS,
    frozenset({"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"}),
)
"""Kinds in the order in which they are applied; they are pruned the other way round."""
FIRST_BUT_NOT_NEEDED = frozenset({"Service", "PodDisruptionBudget"})
"""Applied before the pods, which run and scale without them: one that is held keeps neither of the two back."""
OTHERS = 6
"""A kind that no wave names comes with the routes: after what it may refer to."""


def wave(kind: str) -> int:
    """The place of a kind in the order, from 0."""
    return next((number for number, kinds in enumerate(WAVES) if kind in kinds), OTHERS)


def waits_for(
    changes: Iterable[Change], references: Mapping[SpecKey, tuple[SpecKey, ...]]
) -> Mapping[ObjectKey, frozenset[ObjectKey]]:
    """For each change the changes it depends on.

    These are the earlier ones of its own spec and of the specs that it refers to, its Namespace and its definition.
    """
    changes = tuple(changes)
    by_spec: dict[SpecKey, list[ObjectKey]] = {}
    for change in changes:
        by_spec.setdefault(change.spec, []).append(change.key)
    shared = _providers(changes)
    return {change.key: frozenset(_before(change, by_spec, shared, references)) for change in changes}


def _before(
    change: Change,
    by_spec: Mapping[SpecKey, list[ObjectKey]],
    shared: Mapping[tuple[str, str], ObjectKey],
    references: Mapping[SpecKey, tuple[SpecKey, ...]],
) -> Iterable[ObjectKey]:
    mine = wave(change.key.kind)
    spared = FIRST_BUT_NOT_NEEDED if change.key.kind in WORKLOADS | AUTOSCALERS else frozenset()
    for spec in {change.spec, *references.get(change.spec, ())}:
        yield from (key for key in by_spec.get(spec, ()) if wave(key.kind) < mine and key.kind not in spared)
    for need in (("Namespace", change.key.namespace), (change.key.group, change.key.kind)):
        if need in shared and shared[need] != change.key:
            yield shared[need]


def _providers(changes: Iterable[Change]) -> dict[tuple[str, str], ObjectKey]:
    """What makes others possible: namespaces by name, definitions by the group and kind that they define."""
    found: dict[tuple[str, str], ObjectKey] = {}
    for change in changes:
        if change.key.kind == "Namespace" and not change.key.group:
            found["Namespace", change.key.name] = change.key
        if change.key.kind == "CustomResourceDefinition" and change.body:
            spec = orjson.loads(change.body)["spec"]
            found[spec["group"], spec["names"]["kind"]] = change.key
    return found
