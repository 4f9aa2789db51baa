"""ObjectIndex: the objects of one environment, found by identity and by the labels of their pods."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from compiler.inside import items, mapping
from compiler.kube_object import ObjectKey
from compiler.lowered import Lowered
from compiler.source import FieldPath

_TEMPLATES: Mapping[str, FieldPath] = {
    "Deployment.apps": ("spec", "template"),
    "StatefulSet.apps": ("spec", "template"),
    "DaemonSet.apps": ("spec", "template"),
    "ReplicaSet.apps": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job.batch": ("spec", "template"),
    "CronJob.batch": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
"""Type -> where it holds the template of its pods; a Pod is its own."""

Place = tuple[FieldPath, Mapping[str, Any]]
"""A path in an object, and the map that stands there."""


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """An object that makes pods."""

    lowered: Lowered
    """The object."""
    path: FieldPath
    """Where its pod template stands in it."""
    labels: Mapping[str, Any]
    """The labels of its pods."""
    pod: Place
    """The spec of its pods."""
    initial: tuple[Place, ...]
    """The containers that run before the others."""
    running: tuple[Place, ...]
    """The containers that run as long as the pod: its own, and init containers that are restarted."""
    containers: tuple[Place, ...]
    """All containers."""


@dataclass(frozen=True, slots=True, eq=False)
class ObjectIndex:
    """All objects of an environment."""

    objects: tuple[Lowered, ...]
    """In the order in which they were lowered."""
    by_key: Mapping[ObjectKey, Lowered]
    """The first object of each identity."""
    by_type: Mapping[str, tuple[Lowered, ...]]
    """Type, as `type_of` gives it -> the objects of that type."""
    workloads: tuple[Workload, ...]
    """Those that make pods."""
    by_label: Mapping[tuple[str, str], tuple[Workload, ...]]
    """One label of a pod, as key and value -> the workloads whose pods carry it."""
    capabilities: frozenset[str]
    """What the environment's cluster has beyond Kubernetes itself."""

    def named(self, kind: str, like: Lowered, name: str, group: str = "") -> Lowered | None:
        """The object of this kind and name in the namespace of another one."""
        return self.by_key.get(ObjectKey(group, kind, namespace_of(like), name))

    def selected(self, labels: Mapping[str, Any], namespace: str) -> tuple[Workload, ...]:
        """The workloads in a namespace whose pods carry all these labels."""
        if not labels:
            return tuple(item for item in self.workloads if namespace_of(item.lowered) == namespace)
        rarest = min((self.by_label.get(pair, ()) for pair in labels.items()), key=len)
        return tuple(
            item for item in rarest if labels.items() <= item.labels.items() and namespace_of(item.lowered) == namespace
        )

    def of_type(self, *types: str) -> Iterator[Lowered]:
        """The objects of these types, `Deployment.apps`."""
        return (item for name in types for item in self.by_type.get(name, ()))


def index_of(objects: Iterable[Lowered], capabilities: frozenset[str]) -> ObjectIndex:
    """The index of an environment's objects."""
    every = tuple(objects)
    by_key: dict[ObjectKey, Lowered] = {}
    by_type: dict[str, list[Lowered]] = {}
    for lowered in every:
        by_key.setdefault(identity(lowered), lowered)
        by_type.setdefault(type_of(lowered), []).append(lowered)
    workloads = tuple(found for found in map(workload_of, every) if found is not None)
    by_label: dict[tuple[str, str], list[Workload]] = {}
    for workload in workloads:
        for pair in workload.labels.items():
            by_label.setdefault(pair, []).append(workload)
    return ObjectIndex(
        objects=every,
        by_key=by_key,
        by_type={name: tuple(found) for name, found in by_type.items()},
        workloads=workloads,
        by_label={pair: tuple(found) for pair, found in by_label.items()},
        capabilities=capabilities,
    )


def workload_of(lowered: Lowered) -> Workload | None:
    """The object as a workload; None if it makes no pods."""
    path = _TEMPLATES.get(type_of(lowered))
    if path is None:
        return None
    template = mapping(lowered.data, *path)
    pod = (*path, "spec"), mapping(template, "spec")
    initial, own = _containers(pod, "initContainers"), _containers(pod, "containers")
    sidecars = tuple(place for place in initial if place[1].get("restartPolicy") == "Always")
    labels = mapping(template, "metadata", "labels")
    return Workload(lowered, path, labels, pod, initial, (*own, *sidecars), (*initial, *own))


def _containers(pod: Place, field: str) -> tuple[Place, ...]:
    path, spec = pod
    return tuple(
        ((*path, field, index), container)
        for index, container in enumerate(items(spec, field))
        if isinstance(container, Mapping)
    )


def namespace_of(lowered: Lowered) -> str:
    """The object's namespace; empty if it is cluster-scoped."""
    namespace: str = lowered.data["metadata"].get("namespace", "")
    return namespace


def identity(lowered: Lowered) -> ObjectKey:
    """The object's identity."""
    group = group_of(lowered)
    return ObjectKey(group, lowered.data["kind"], namespace_of(lowered), lowered.data["metadata"]["name"])


def type_of(lowered: Lowered) -> str:
    """Kind and group, as kubectl takes them: `Deployment.apps`, and the kind alone for the core group."""
    return _type(lowered.data["apiVersion"], lowered.data["kind"])


@cache
def _type(api_version: str, kind: str) -> str:
    group = api_version.rpartition("/")[0]
    return f"{kind}.{group}" if group else kind


def group_of(lowered: Lowered) -> str:
    """The API group; empty for the core group."""
    version: str = lowered.data["apiVersion"]
    return version.rpartition("/")[0]
