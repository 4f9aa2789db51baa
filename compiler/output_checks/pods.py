"""Pods: an object that makes pods, or sends to their ports -> names in it that occur twice or mean nothing."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping, text
from compiler.lowered import Lowered, type_of
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean
from compiler.workload import Place, Workload

_PORT_NAME = re.compile(r"^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_ACTIONS = ("httpGet", "tcpSocket", "grpc")


def check_twins(workload: Workload) -> Iterator[Fault]:
    """R0620: two containers, volumes, environment variables or mounts with one name."""
    lowered = workload.lowered
    path, pod = workload.pod
    yield from _twins(lowered, ((at, container.get("name")) for at, container in workload.containers), "name")
    yield from _twins(lowered, _keys((*path, "volumes"), items(pod, "volumes"), "name"), "name")
    for place, container in workload.containers:
        yield from _twins(lowered, _keys((*place, "env"), items(container, "env"), "name"), "name")
        mounts = items(container, "volumeMounts")
        yield from _twins(lowered, _keys((*place, "volumeMounts"), mounts, "mountPath"), "mountPath")


def _keys(path: FieldPath, entries: Iterable[Any], field: str) -> Iterator[tuple[FieldPath, Any]]:
    return (((*path, index), mapping(entry).get(field)) for index, entry in enumerate(entries))


def _twins(lowered: Lowered, entries: Iterable[tuple[FieldPath, Hashable]], field: str) -> Iterator[Fault]:
    seen: dict[Hashable, FieldPath] = {}
    for path, name in entries:
        first, place = seen.setdefault(name, path), (*path, field)
        if first != path:
            message, help = f"is {name}, as another entry's", "rename one, or remove it"
            yield Fault("R0620", lowered, place, message, help, rival=(*first, field))


def check_ports(workload: Workload) -> Iterator[Fault]:
    """R0621: containers of one pod that share a port or a port's name, or a port's name that is none."""
    lowered = workload.lowered
    ports: list[Place] = [
        ((*place, "ports", index), port)
        for place, container in workload.running
        for index, port in enumerate(items(container, "ports"))
    ]
    numbers = (((*path, "containerPort"), (port["containerPort"], _protocol(port))) for path, port in ports)
    yield from _shared(lowered, numbers)
    yield from _port_names(lowered, [((*path, "name"), port["name"]) for path, port in ports if port.get("name")])


def check_service_ports(lowered: Lowered) -> Iterator[Fault]:
    """R0621: ports of a Service that share a number or a name, or that lack a name among others."""
    ports = [(("spec", "ports", index), port) for index, port in enumerate(items(lowered.data, "spec", "ports"))]
    numbers = (((*path, "port"), (port["port"], _protocol(port))) for path, port in ports)
    yield from _shared(lowered, numbers)
    yield from _port_names(lowered, [((*path, "name"), port["name"]) for path, port in ports if port.get("name")])
    for path, port in ports:
        if len(ports) > 1 and not port.get("name"):
            yield Fault("R0621", lowered, path, "lacks a name, which each of several ports must have", "name the port")


def _protocol(port: Mapping[str, Any]) -> str:
    return port.get("protocol") or "TCP"


def _shared(lowered: Lowered, ports: Iterable[tuple[FieldPath, tuple[int, str]]]) -> Iterator[Fault]:
    seen: dict[tuple[int, str], FieldPath] = {}
    for path, port in ports:
        first = seen.setdefault(port, path)
        if first != path:
            message, help = f"is {port[0]}, which is taken", "containers of a pod share its ports"
            yield Fault("R0621", lowered, path, message, help, rival=first)
        elif not 0 < port[0] < 65536:
            yield Fault("R0621", lowered, path, f"is {port[0]}, which is no port", "ports are 1 to 65535")


def _port_names(lowered: Lowered, ports: list[tuple[FieldPath, str]]) -> Iterator[Fault]:
    seen: dict[str, FieldPath] = {}
    for path, name in ports:
        first = seen.setdefault(name, path)
        if first != path:
            yield Fault("R0621", lowered, path, f"is {name}, as another port's", "rename one of them", rival=first)
        elif type_of(lowered) != "Service" and not _PORT_NAME.match(name):
            help = "at most 15 lower-case letters, digits and single -, one letter at least"
            yield Fault("R0621", lowered, path, f"is {name}, which is no name of a port", help)


def check_mounts(workload: Workload) -> Iterator[Fault]:
    """R0622: a mount of a volume that the pod does not have."""
    lowered = workload.lowered
    volumes = _volumes(workload)
    for place, container in workload.containers:
        for index, mount in enumerate(items(container, "volumeMounts")):
            if text(mount, "name") not in volumes:
                help = did_you_mean(text(mount, "name"), volumes) or f"it has {', '.join(sorted(volumes)) or 'none'}"
                path = (*place, "volumeMounts", index, "name")
                yield Fault("R0622", lowered, path, f"is {text(mount, 'name')}, which is no volume of the pod", help)


def _volumes(workload: Workload) -> frozenset[str]:
    claims = items(workload.lowered.data, "spec", "volumeClaimTemplates")
    return frozenset(
        (
            *(text(volume, "name") for volume in items(workload.pod[1], "volumes")),
            *(text(claim, "metadata", "name") for claim in claims),
        )
    )


def check_probes(workload: Workload) -> Iterator[Fault]:
    """R0623: a probe or a hook on a port that its container does not declare."""
    lowered = workload.lowered
    for place, container in workload.running:
        declared = items(container, "ports")
        known = {text(port, "name") for port in declared} | {at(port, "containerPort") for port in declared}
        for path, port in _asked(place, container):
            if port not in known:
                help = f"the container declares {', '.join(map(str, sorted(known - {''}, key=str))) or 'none'}"
                message = f"is {port}, which its container does not declare"
                yield Fault("R0623", lowered, path, message, help, doubtful=isinstance(port, int))


def _asked(place: FieldPath, container: Mapping[str, Any]) -> Iterator[tuple[FieldPath, Any]]:
    fields = [(probe,) for probe in _PROBES] + [("lifecycle", "postStart"), ("lifecycle", "preStop")]
    for field in fields:
        for action in _ACTIONS:
            port = at(container, *field, action, "port")
            if port is not None:
                yield (*place, *field, action, "port"), port
