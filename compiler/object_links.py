"""Object links: an object -> what else it is about: the workload that it scales, its hosts, the Services it names."""

from collections.abc import Sequence
from typing import Any

from compiler.inside import items, mapping, text
from compiler.kube_object import ObjectKey
from compiler.lowered import Lowered, namespace_of, type_of

SCALERS = ("HorizontalPodAutoscaler.autoscaling", "ScaledObject.keda.sh")
"""The types of autoscalers."""
HTTP_ROUTE = "HTTPRoute.gateway.networking.k8s.io"
VIRTUAL_SERVICE = "VirtualService.networking.istio.io"
ROUTES = (HTTP_ROUTE, VIRTUAL_SERVICE)
"""The types of routes that have hosts of their own."""


def scale_target(scaler: Lowered) -> ObjectKey:
    """The workload that an autoscaler names."""
    target = mapping(scaler.data, "spec", "scaleTargetRef")
    group = (text(target, "apiVersion") or "apps/v1").rpartition("/")[0]
    return ObjectKey(group, text(target, "kind") or "Deployment", namespace_of(scaler), text(target, "name"))


def hosts_field(route: Lowered) -> str:
    """The field of a route's `spec` that lists its hosts."""
    return "hostnames" if type_of(route) == HTTP_ROUTE else "hosts"


def hosts(route: Lowered) -> Sequence[Any]:
    """The hosts of a route that Roster made, which it takes whole; one by hand may take some paths of a host only."""
    return items(route.data, "spec", hosts_field(route)) if route.template else ()


def local_service(host: str, lowered: Lowered) -> str:
    """The Service of the object's own namespace that a host means; empty for any other host."""
    name, _, rest = host.partition(".")
    namespace = namespace_of(lowered)
    return name if rest in ("", namespace, f"{namespace}.svc", f"{namespace}.svc.cluster.local") else ""
