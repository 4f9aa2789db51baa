"""Schemas: an object and the Kubernetes versions to judge it by -> what its schema in each of them refuses or warns of.

What several versions say alike is one fault, which names them. What concerns a kind is found once, not for each object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from compiler.fault import Fault
from compiler.lowered import Lowered
from compiler.object_schemas.cluster_schemas import ClusterSchemas
from compiler.object_schemas.kubernetes_lifecycle import added_in, deprecation, instead, removed_in
from compiler.object_schemas.kubernetes_schemas import LATEST, Gvk, known_groups, known_kinds, number
from compiler.object_schemas.object_schema import SchemaFault, has_schema, schema_faults
from compiler.source import FieldPath

_PLACE = ("apiVersion",)


@dataclass(frozen=True, slots=True)
class _Remark:
    """What is to be said of one field in some versions."""

    code: str
    path: FieldPath
    message: str
    help: str
    versions: tuple[str, ...]
    inert: bool = False


def check_schema(lowered: Lowered, judged: tuple[str, ...], known: ClusterSchemas) -> tuple[tuple[Fault, ...], bool]:
    """What is wrong with an object in the versions, oldest first, and whether at least one of them takes its shape.

    What none of them takes may have any shape: nothing more should be asked of it.
    """
    gvk: Gvk = (lowered.data["apiVersion"], lowered.data["kind"])
    emitted = not lowered.own
    remarks = (*_of_fields(lowered, gvk, judged, known), *_of_kind(gvk, judged, known, emitted))
    if not remarks:
        return (), True
    refused = {version for remark in remarks if not remark.inert for version in remark.versions}
    fits = len(refused) < len(judged)
    shown = remarks if fits else [remark for remark in remarks if not remark.inert]
    return tuple(_fault(lowered, remark, judged) for remark in shown), fits


def _fault(lowered: Lowered, remark: _Remark, judged: tuple[str, ...]) -> Fault:
    """The remark about this object; versions are named only where several are judged by."""
    versions = remark.versions if len(judged) > 1 else ()
    return Fault(remark.code, lowered, remark.path, remark.message, remark.help, inert=remark.inert, versions=versions)


def _of_fields(lowered: Lowered, gvk: Gvk, judged: tuple[str, ...], known: ClusterSchemas) -> tuple[_Remark, ...]:
    """R0601 to R0604: what the schemas do not allow."""
    found: dict[tuple[str, FieldPath, str], tuple[SchemaFault, list[str]]] = {}
    defined, emitted = known.schemas.get(gvk, b""), not lowered.own
    for version in judged:
        for fault in schema_faults(version, lowered.data, emitted=emitted, defined=defined):
            found.setdefault((fault.code, fault.path, fault.message), (fault, []))[1].append(version)
    return tuple(_Remark(item.code, item.path, item.message, item.help, tuple(seen)) for item, seen in found.values())


@lru_cache(maxsize=1000)
def _of_kind(gvk: Gvk, judged: tuple[str, ...], known: ClusterSchemas, emitted: bool) -> tuple[_Remark, ...]:
    """What is to be said of every object of a kind."""
    return (
        *_unknown(gvk, judged),
        *_deprecated(gvk, judged),
        *_deprecated_there(gvk, known),
        *_unserved(gvk, known, emitted),
        *_unchecked(gvk, judged, known, emitted),
    )


def _unknown(gvk: Gvk, judged: tuple[str, ...]) -> Iterator[_Remark]:
    """R0605: a kind that its group, one of Kubernetes' own, does not have in some versions; the words fit them all."""
    api_version, kind = gvk
    group = api_version.rpartition("/")[0]
    lacking = [version for version in judged if group in known_groups(version) and gvk not in known_kinds(version)]
    by_message: dict[str, list[str]] = {}
    for version in lacking:
        # Asked only here: it takes the schemas of every version.
        removed, added = removed_in(gvk), added_in(gvk)
        if removed and number(version) >= number(removed):
            message = f"{api_version} has no {kind} since Kubernetes {removed}"
        elif added:
            message = f"{api_version} has {kind} only from Kubernetes {added} on"
        else:
            message = f"{api_version} has no {kind} in any Kubernetes that is known"
        by_message.setdefault(message, []).append(version)
    for message, versions in by_message.items():
        better = instead(versions[0], gvk)
        help = f"write {better}" if better else "see kubectl api-resources for the kinds there are"
        yield _Remark("R0605", _PLACE, message, help, tuple(versions))


def _deprecated(gvk: Gvk, judged: tuple[str, ...]) -> Iterator[_Remark]:
    """R0608: a kind that versions still have and warn of."""
    warning = [version for version in judged if gvk in known_kinds(version) and deprecation(version, gvk) is not None]
    lifecycle = deprecation(warning[-1], gvk) if warning else None
    if lifecycle is None:
        return
    end = f", to be removed in {lifecycle.removed}" if lifecycle.removed else ""
    message = f"{gvk[0]} {gvk[1]} is deprecated since Kubernetes {lifecycle.deprecated}{end}"
    better = instead(warning[-1], gvk)
    help = f"write {better}" if better else "do without it"
    yield _Remark("R0608", _PLACE, message, help, tuple(warning), inert=True)


def _deprecated_there(gvk: Gvk, known: ClusterSchemas) -> Iterator[_Remark]:
    """R0608: a version of a kind that its own definition calls deprecated."""
    if gvk in known.deprecated:
        help = known.deprecated[gvk] or "write another version of the kind, which its definition serves"
        yield _Remark("R0608", _PLACE, f"{gvk[0]} {gvk[1]} is deprecated, says its definition", help, (), inert=True)


def _unserved(gvk: Gvk, known: ClusterSchemas, emitted: bool) -> Iterator[_Remark]:
    """R0653: a version that Kubernetes has, or that we emit, and that the environment's cluster did not serve."""
    if known.served and gvk[0] not in known.served and (emitted or gvk in known_kinds(LATEST)):
        message = f"{gvk[0]} was not served by {known.cluster} when its definitions were pulled"
        help = "install it, switch it on in the cluster's API server, or write another version; then pull again"
        yield _Remark("R0653", _PLACE, message, help, (), inert=True)


def _unchecked(gvk: Gvk, judged: tuple[str, ...], known: ClusterSchemas, emitted: bool) -> Iterator[_Remark]:
    """R0606: a kind of another system's that no schema judges."""
    api_version, kind = gvk
    of_kubernetes = api_version.rpartition("/")[0] in known_groups(judged[-1])
    if of_kubernetes or has_schema(judged[-1], gvk, emitted=emitted, defined=known.schemas.get(gvk, b"")):
        return
    message = f"is {api_version}, of which no schema is known: only its name and labels were checked"
    if known.cluster:
        message = f"is {api_version} {kind}, which {known.cluster} did not define when its definitions were pulled"
    help = "`roster schema pull` fetches the definitions that the environment's cluster has"
    yield _Remark("R0606", _PLACE, message, help, (), inert=True)
