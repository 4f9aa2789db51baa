"""Selectors: objects that select pods -> selectors that miss, and ports that the selected pods do not have."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping, text
from compiler.lowered import Lowered, namespace_of, type_of
from compiler.object_index import ObjectIndex
from compiler.source import FieldPath
from compiler.workload import Workload

_SELECTORS: Mapping[str, FieldPath] = {
    "Service": ("spec", "selector"),
    "PodDisruptionBudget.policy": ("spec", "selector"),
    "NetworkPolicy.networking.k8s.io": ("spec", "podSelector"),
}
_OWN = frozenset(("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps"))


def check_own_pods(workload: Workload) -> Iterator[Fault]:
    """R0630: a workload whose selector does not match the labels of its own pods."""
    lowered = workload.lowered
    if type_of(lowered) not in _OWN:
        return
    for key, value in mapping(lowered.data, "spec", "selector", "matchLabels").items():
        if workload.labels.get(key) != value:
            path = ("spec", "selector", "matchLabels", key)
            help = "give the pods' template the same label"
            yield Fault("R0630", lowered, path, f"is {value}, which its own pods do not carry", help)


def check_strangers(workload: Workload, index: ObjectIndex) -> Iterator[Fault]:
    """R0637: a workload whose selector matches the pods of another one: each would count the other's as its own."""
    lowered = workload.lowered
    labels = mapping(lowered.data, "spec", "selector", "matchLabels")
    if type_of(lowered) not in _OWN or not labels or items(lowered.data, "spec", "selector", "matchExpressions"):
        return
    others = [item for item in index.selected(labels, namespace_of(lowered)) if item.lowered is not lowered]
    for other in others[:1]:
        name = f"{other.lowered.data['kind']} {other.lowered.data['metadata']['name']}"
        message = f"matches the pods of {name} too"
        path = ("spec", "selector", "matchLabels")
        help = "give each workload a label of its own"
        yield Fault("R0637", lowered, path, message, help, doubtful=True, other=other.lowered)


def check_selected(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0631: a Service, PodDisruptionBudget or NetworkPolicy that selects no pod of the environment."""
    labels = _labels(lowered)
    if labels and not index.selected(labels, namespace_of(lowered)):
        wanted = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
        path = _SELECTORS[type_of(lowered)]
        help = "give a workload's pods these labels"
        yield Fault("R0631", lowered, path, f"matches no pod ({wanted})", help, doubtful=True)


def check_target_ports(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0632: a port of a Service or a NetworkPolicy that none of the selected pods has."""
    labels = _labels(lowered)
    pods = index.selected(labels, namespace_of(lowered)) if labels else ()
    known = {port for workload in pods for port in _ports(workload)}
    for path, port in _targets(lowered) if pods else ():
        if port not in known:
            help = f"the pods have {', '.join(map(str, sorted(known, key=str))) or 'none'}"
            message = f"is {port}, a port that the selected pods do not have"
            yield Fault("R0632", lowered, path, message, help, doubtful=isinstance(port, int))


def _labels(lowered: Lowered) -> Mapping[str, Any]:
    """The labels that a selector wants; none where it selects by expressions, which are not followed."""
    selector = mapping(lowered.data, *_SELECTORS[type_of(lowered)])
    if type_of(lowered) == "Service":
        return selector
    return {} if items(selector, "matchExpressions") else mapping(selector, "matchLabels")


def _targets(lowered: Lowered) -> Iterator[tuple[FieldPath, Any]]:
    if type_of(lowered) == "Service":
        for index, port in enumerate(items(lowered.data, "spec", "ports")):
            field = "targetPort" if at(port, "targetPort") is not None else "port"
            yield ("spec", "ports", index, field), port[field]
        return
    for rule, ingress in enumerate(items(lowered.data, "spec", "ingress")):
        for index, port in enumerate(items(ingress, "ports")):
            if at(port, "port") is not None and at(port, "endPort") is None:
                yield ("spec", "ingress", rule, "ports", index, "port"), port["port"]


def _ports(workload: Workload) -> Iterator[Any]:
    """Numbers and names of the ports of a workload's pods."""
    for _, container in workload.running:
        for port in items(container, "ports"):
            yield at(port, "containerPort")
            if text(port, "name"):
                yield text(port, "name")
