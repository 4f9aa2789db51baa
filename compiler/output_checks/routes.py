"""Routes: HTTPRoutes, VirtualServices, Ingresses … -> what they name that is not there, and hosts led two ways."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping, text
from compiler.lowered import Lowered, namespace_of, type_of
from compiler.object_index import ObjectIndex
from compiler.object_links import HTTP_ROUTE, VIRTUAL_SERVICE, hosts, hosts_field, local_service
from compiler.source import FieldPath
from compiler.suggestion import meant

_INGRESS = "Ingress.networking.k8s.io"

_Backend = tuple[FieldPath, str, FieldPath, Any]
"""Where a Service is named, its name, where its port is named, and the port."""


def check_backends(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0635: a route to a Service, or to a port of one, that does not exist."""
    for path, name, port_path, port in _backends(lowered):
        service = index.named("Service", lowered, name)
        if service is None:
            help = meant(index.nearest(name, "Service")) or "name a Service of the environment"
            message = f"names Service {name}, which is not declared"
            yield Fault("R0635", lowered, path, message, help, doubtful=True)
        elif port is not None and port not in (known_ports := _ports(service)):
            known = ", ".join(map(str, known_ports))
            message = f"is {port}, a port that Service {name} does not have"
            yield Fault("R0635", lowered, port_path, message, f"it has {known or 'none'}", other=service)


def _ports(service: Lowered) -> list[Any]:
    """Numbers and names of a Service's ports; an Ingress may mean them by either."""
    ports = items(service.data, "spec", "ports")
    return [found for port in ports for found in (at(port, "port"), at(port, "name")) if found is not None]


def _backends(lowered: Lowered) -> Iterator[_Backend]:
    if type_of(lowered) == HTTP_ROUTE:
        yield from _route_backends(lowered)
    elif type_of(lowered) == _INGRESS:
        yield from _ingress_backends(lowered)
    elif type_of(lowered) == VIRTUAL_SERVICE:
        for path, destination in _destinations(lowered):
            name = local_service(text(destination, "host"), lowered)
            if name:
                yield (*path, "host"), name, (*path, "port", "number"), at(destination, "port", "number")
    else:
        name = local_service(text(lowered.data, "spec", "host"), lowered)
        if name:
            yield ("spec", "host"), name, (), None


def _route_backends(lowered: Lowered) -> Iterator[_Backend]:
    for path, backend in _backend_refs(lowered):
        elsewhere = text(backend, "namespace") not in ("", namespace_of(lowered))
        name = text(backend, "name")
        if name and not elsewhere and (text(backend, "kind") or "Service") == "Service":
            yield (*path, "name"), name, (*path, "port"), at(backend, "port")


def _backend_refs(lowered: Lowered) -> Iterator[tuple[FieldPath, Any]]:
    """Where requests go, and where copies of them go."""
    for rule, entry in enumerate(items(lowered.data, "spec", "rules")):
        for index, backend in enumerate(items(entry, "backendRefs")):
            yield ("spec", "rules", rule, "backendRefs", index), backend
        for index, filtered in enumerate(items(entry, "filters")):
            path = ("spec", "rules", rule, "filters", index, "requestMirror", "backendRef")
            yield path, mapping(filtered, "requestMirror", "backendRef")


def _ingress_backends(lowered: Lowered) -> Iterator[_Backend]:
    places: list[tuple[FieldPath, Any]] = [(("spec", "defaultBackend"), at(lowered.data, "spec", "defaultBackend"))]
    for rule, entry in enumerate(items(lowered.data, "spec", "rules")):
        for index, found in enumerate(items(entry, "http", "paths")):
            places.append((("spec", "rules", rule, "http", "paths", index, "backend"), at(found, "backend")))
    for path, backend in places:
        name, port = text(backend, "service", "name"), mapping(backend, "service", "port")
        by = "name" if "name" in port else "number"
        if name:
            yield (*path, "service", "name"), name, (*path, "service", "port", by), port.get(by)


def _destinations(lowered: Lowered) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    for protocol in ("http", "tcp", "tls"):
        for rule, entry in enumerate(items(lowered.data, "spec", protocol)):
            for index, route in enumerate(items(entry, "route")):
                path = ("spec", protocol, rule, "route", index, "destination")
                yield path, mapping(route, "destination")
            if at(entry, "mirror") is not None:
                yield ("spec", protocol, rule, "mirror"), mapping(entry, "mirror")
            for index, mirror in enumerate(items(entry, "mirrors")):
                yield ("spec", protocol, rule, "mirrors", index, "destination"), mapping(mirror, "destination")


def check_hosts(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0636: two facades under one host: our routes take the whole host."""
    for number, host in enumerate(hosts(lowered)):
        first = index.routes(host)[0]
        if first is not lowered:
            message = f"is {host}, and {first.data['kind']} {first.data['metadata']['name']} takes all its requests"
            help = "give one of the two facades another expose.host"
            yield Fault("R0636", lowered, ("spec", hosts_field(lowered), number), message, help, other=first)


def check_subsets(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0635: a subset of a Service that no DestinationRule declares."""
    for path, destination in _destinations(lowered):
        service, subset = local_service(text(destination, "host"), lowered), text(destination, "subset")
        if service and subset and not index.has_subset(service, subset, lowered):
            message = f"is {subset}, a subset that no DestinationRule of {service} declares"
            yield Fault("R0635", lowered, (*path, "subset"), message, "declare the subset", doubtful=True)
