"""Autoscaling: autoscalers and what they scale -> what would keep them from scaling, or make them fight."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping, text
from compiler.lowered import Lowered, namespace_of, type_of
from compiler.object_index import ObjectIndex
from compiler.object_links import scale_target
from compiler.source import FieldPath
from compiler.workload import Workload, workload_of

_BOUNDS: Mapping[str, tuple[str, str, int, int]] = {
    "HorizontalPodAutoscaler.autoscaling": ("minReplicas", "maxReplicas", 1, 0),
    "ScaledObject.keda.sh": ("minReplicaCount", "maxReplicaCount", 0, 100),
}
"""Type -> its fields for the least and the most replicas, and their defaults."""


def check_bounds(lowered: Lowered) -> Iterator[Fault]:
    """R0643: an autoscaler whose least number of replicas is above its most."""
    low_field, high_field, low_default, high_default = _BOUNDS[type_of(lowered)]
    spec = mapping(lowered.data, "spec")
    low, high = spec.get(low_field, low_default), spec.get(high_field, high_default)
    if isinstance(low, int) and isinstance(high, int) and low > high:
        path = ("spec", low_field if low_field in spec else high_field)
        yield Fault("R0643", lowered, path, f"makes the least {low} replicas and the most {high}", "raise the most")


def check_replicas(scaler: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0641: `replicas` of a workload that an autoscaler owns: each sync would undo the scaling."""
    target = index.first(scale_target(scaler))
    if target is not None and at(target.data, "spec", "replicas") is not None:
        name = f"{scaler.data['kind']} {scaler.data['metadata']['name']}"
        message = f"is set, and {name} owns it"
        help = "remove replicas, or the autoscaler"
        yield Fault("R0641", target, ("spec", "replicas"), message, help, doubtful=True, other=scaler)


def check_rivals(scaler: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0642: two autoscalers of one workload."""
    target = index.first(scale_target(scaler))
    first = scaler if target is None else index.scalers(target)[0]
    if target is not None and first is not scaler:
        name = f"{target.data['kind']} {target.data['metadata']['name']}"
        path = ("spec", "scaleTargetRef", "name")
        yield Fault("R0642", scaler, path, f"names {name}, which has an autoscaler", "remove one", other=first)


def check_requests(scaler: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0640: a container without the request of which an autoscaler wants a percentage: it would never scale."""
    target = index.first(scale_target(scaler))
    workload = None if target is None else workload_of(target)
    if workload is not None and not index.has_limits(namespace_of(scaler)):
        for resource, only in _percentages(scaler):
            yield from _without_request(workload, scaler, resource, only)


def _percentages(scaler: Lowered) -> Iterator[tuple[str, str]]:
    """The resources that are scaled by percentage, each with the one container it is about, or an empty text."""
    if type_of(scaler) == "ScaledObject.keda.sh":
        for trigger in items(scaler.data, "spec", "triggers"):
            kind = text(trigger, "metricType") or text(trigger, "metadata", "type") or "Utilization"
            if text(trigger, "type") in ("cpu", "memory") and kind == "Utilization":
                yield text(trigger, "type"), text(trigger, "metadata", "containerName")
        return
    for metric in items(scaler.data, "spec", "metrics"):
        for field in ("resource", "containerResource"):
            wanted = mapping(metric, field)
            if text(wanted, "target", "type") == "Utilization":
                yield text(wanted, "name"), text(wanted, "container")


def _without_request(workload: Workload, scaler: Lowered, resource: str, only: str) -> Iterator[Fault]:
    if resource in mapping(workload.pod[1], "resources", "requests"):
        return
    containers = [place for place in workload.running if only in ("", place[1].get("name"))]
    if not containers:
        path: FieldPath = ("spec", "metrics")
        yield Fault("R0640", scaler, path, f"asks for container {only}, which the pods do not have", "name a container")
    for path, container in containers:
        if not _requests(container, resource):
            name = f"{scaler.data['kind']} {scaler.data['metadata']['name']}"
            message = f"is missing, and {name} wants a percentage of it"
            field = (*path, "resources", "requests", resource)
            yield Fault("R0640", workload.lowered, field, message, f"add a request of {resource}", other=scaler)


def _requests(container: Mapping[str, Any], resource: str) -> bool:
    """A limit without a request is a request of the same amount."""
    resources = mapping(container, "resources")
    return resource in mapping(resources, "requests") or resource in mapping(resources, "limits")
