"""Routes: HTTPRoutes, VirtualServices, Ingresses … -> what they name that is not there, and hosts led two ways."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping, text
from compiler.lowered import Lowered
from compiler.object_index import ObjectIndex, namespace_of, type_of
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean

_INGRESS = "Ingress.networking.k8s.io"
_HTTP_ROUTE = "HTTPRoute.gateway.networking.k8s.io"
_VIRTUAL_SERVICE = "VirtualService.networking.istio.io"
_DESTINATION_RULE = "DestinationRule.networking.istio.io"

_Backend = tuple[FieldPath, str, FieldPath, Any]
"""Where a Service is named, its name, where its port is named, and the port."""


def check_backends(index: ObjectIndex) -> Iterator[Fault]:
    """R0635: a route to a Service, or to a port of one, that does not exist."""
    for lowered in index.of_type(_HTTP_ROUTE, _VIRTUAL_SERVICE, _DESTINATION_RULE, _INGRESS):
        for path, name, port_path, port in _backends(lowered):
            service = index.named("Service", lowered, name)
            if service is None:
                yield _unknown_service(index, lowered, path, name)
            elif port is not None and port not in (known_ports := _ports(service)):
                known = ", ".join(map(str, known_ports))
                message = f"is {port}, a port that Service {name} does not have"
                yield Fault("R0635", lowered, port_path, message, f"it has {known or 'none'}", other=service)


def _unknown_service(index: ObjectIndex, lowered: Lowered, path: FieldPath, name: str) -> Fault:
    known = [item.data["metadata"]["name"] for item in index.of_type("Service")]
    help = did_you_mean(name, known) or "name a Service of the environment"
    return Fault("R0635", lowered, path, f"names Service {name}, which is not declared", help, doubtful=True)


def _ports(service: Lowered) -> list[Any]:
    """Numbers and names of a Service's ports; an Ingress may mean them by either."""
    ports = items(service.data, "spec", "ports")
    return [found for port in ports for found in (at(port, "port"), at(port, "name")) if found is not None]


def _backends(lowered: Lowered) -> Iterator[_Backend]:
    if type_of(lowered) == _HTTP_ROUTE:
        yield from _route_backends(lowered)
    elif type_of(lowered) == _INGRESS:
        yield from _ingress_backends(lowered)
    elif type_of(lowered) == _VIRTUAL_SERVICE:
        for path, destination in _destinations(lowered):
            name = _local(text(destination, "host"), lowered)
            if name:
                yield (*path, "host"), name, (*path, "port", "number"), at(destination, "port", "number")
    else:
        name = _local(text(lowered.data, "spec", "host"), lowered)
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


def _local(host: str, lowered: Lowered) -> str:
    """The Service of the object's own namespace that a host means; empty for any other host."""
    name, _, rest = host.partition(".")
    namespace = namespace_of(lowered)
    return name if rest in ("", namespace, f"{namespace}.svc", f"{namespace}.svc.cluster.local") else ""


def check_hosts(index: ObjectIndex) -> Iterator[Fault]:
    """R0636: two facades under one host. Our routes take the whole host; those by hand may be told apart by paths."""
    first: dict[str, Lowered] = {}
    for lowered in index.of_type(_HTTP_ROUTE, _VIRTUAL_SERVICE):
        field = "hostnames" if type_of(lowered) == _HTTP_ROUTE else "hosts"
        for number, host in enumerate(items(lowered.data, "spec", field) if lowered.template else ()):
            other = first.setdefault(str(host).lower(), lowered)
            if other is not lowered:
                message = f"is {host}, and {other.data['kind']} {other.data['metadata']['name']} takes all its requests"
                help = "give one of the two facades another expose.host"
                yield Fault("R0636", lowered, ("spec", field, number), message, help, other=other)


def check_subsets(index: ObjectIndex) -> Iterator[Fault]:
    """R0635: a subset of a Service that no DestinationRule declares."""
    subsets = {
        (namespace_of(rule), _local(text(rule.data, "spec", "host"), rule), text(subset, "name"))
        for rule in index.of_type(_DESTINATION_RULE)
        for subset in items(rule.data, "spec", "subsets")
    }
    for lowered in index.of_type(_VIRTUAL_SERVICE):
        for path, destination in _destinations(lowered):
            host, subset = _local(text(destination, "host"), lowered), text(destination, "subset")
            if host and subset and (namespace_of(lowered), host, subset) not in subsets:
                message = f"is {subset}, a subset that no DestinationRule of {host} declares"
                yield Fault("R0635", lowered, (*path, "subset"), message, "declare the subset", doubtful=True)
