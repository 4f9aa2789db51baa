"""Identity: an object among all -> whether it is another one on the target, and whether its cluster can know it."""

from collections.abc import Iterator

from compiler.fault import Fault
from compiler.lowered import Lowered, group_of, identity
from compiler.object_index import ObjectIndex

_CAPABILITIES = {"keda.sh": "keda", "istio.io": "istio", "gateway.networking.k8s.io": "gatewayAPI"}
"""End of an API group -> the capability that defines it."""


def check_twice(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0651: two objects of one kind, namespace and name: on the target, one would overwrite the other."""
    first = index.first(identity(lowered))
    if first is not lowered:
        name = lowered.data["metadata"]["name"]
        message = f"is {name}, as another {lowered.data['kind']}'s"
        help = "rename one of the two specs, or remove the plain document"
        yield Fault("R0651", lowered, ("metadata", "name"), message, help, other=first)


def check_capabilities(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0650: an object whose kind comes with something that the environment's cluster is not said to have."""
    capability = _capability(group_of(lowered))
    if capability and capability not in index.capabilities:
        kind = lowered.data["kind"]
        help = f"add {capability} to the environment's capabilities, or do without what needs it"
        yield Fault("R0650", lowered, ("kind",), f"is {kind}, which needs {capability}", help)


def _capability(group: str) -> str:
    if "." not in group:
        return ""
    return next((name for end, name in _CAPABILITIES.items() if group == end or group.endswith(f".{end}")), "")
