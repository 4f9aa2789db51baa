"""Workload: an object that makes pods -> where it holds their template, and their labels and containers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.inside import items, mapping
from compiler.lowered import Lowered, type_of
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
WORKLOADS = tuple(_TEMPLATES)
"""The types of objects that make pods."""

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
