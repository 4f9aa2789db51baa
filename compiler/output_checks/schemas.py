"""Schemas: an object and the Kubernetes versions to judge it by -> what its schema in each of them refuses or warns of.

What several versions say alike is one fault, which names them.
"""

from collections.abc import Iterator

from compiler.cluster_schemas import ClusterSchemas
from compiler.fault import Fault
from compiler.kubernetes_lifecycle import added_in, deprecation, instead, removed_in
from compiler.kubernetes_schemas import LATEST, Gvk, known_groups, known_kinds, number
from compiler.lowered import Lowered
from compiler.object_index import group_of
from compiler.object_schema import SchemaFault, has_schema, schema_faults

_PLACE = ("apiVersion",)


def check_schema(lowered: Lowered, judged: tuple[str, ...], known: ClusterSchemas) -> tuple[tuple[Fault, ...], bool]:
    """What is wrong with an object in the versions, oldest first, and whether at least one of them takes its shape.

    What none of them takes may have any shape: nothing more should be asked of it.
    """
    gvk: Gvk = (lowered.data["apiVersion"], lowered.data["kind"])
    defined, emitted = known.schemas.get(gvk, b""), bool(lowered.template)
    found: dict[tuple[str, tuple[str | int, ...], str], tuple[SchemaFault, list[str]]] = {}
    refusing = 0
    for version in judged:
        faults = schema_faults(version, lowered.data, emitted=emitted, defined=defined)
        refusing += bool(faults)
        if not has_schema(version, lowered.data, emitted=emitted, defined=defined):
            unknown = _unknown_kind(version, gvk) if group_of(lowered) in known_groups(version) else None
            refusing += unknown is not None and not faults
            faults += () if unknown is None else (unknown,)
        for fault in faults:
            found.setdefault((fault.code, fault.path, fault.message), (fault, []))[1].append(version)
    several = len(judged) > 1
    told = [
        Fault(item.code, lowered, item.path, item.message, item.help, versions=tuple(seen) if several else ())
        for item, seen in found.values()
    ]
    if refusing < len(judged):
        told += (*_deprecated(lowered, judged, gvk), *_deprecated_there(lowered, known, gvk))
        told += (*_unserved(lowered, known, gvk), *_unchecked(lowered, judged, known, defined)) if refusing == 0 else ()
    return tuple(told), refusing < len(judged)


def _unknown_kind(version: str, gvk: Gvk) -> SchemaFault:
    """R0605: a kind that its group does not have in this version; the words are the same for all versions."""
    api_version, kind = gvk
    removed, added = removed_in(gvk), added_in(gvk)
    if removed and number(version) >= number(removed):
        message = f"{api_version} has no {kind} since Kubernetes {removed}"
    elif added:
        message = f"{api_version} has {kind} only from Kubernetes {added} on"
    else:
        message = f"{api_version} has no {kind} in any Kubernetes that is known"
    better = instead(version, gvk)
    help = f"write {better}" if better else "see kubectl api-resources for the kinds there are"
    return SchemaFault("R0605", _PLACE, message, help)


def _deprecated(lowered: Lowered, judged: tuple[str, ...], gvk: Gvk) -> Iterator[Fault]:
    """R0608: a kind that versions still have and warn of."""
    warning = [version for version in judged if gvk in known_kinds(version) and deprecation(version, gvk) is not None]
    lifecycle = deprecation(warning[-1], gvk) if warning else None
    if lifecycle is None:
        return
    end = f", to be removed in {lifecycle.removed}" if lifecycle.removed else ""
    message = f"{gvk[0]} {gvk[1]} is deprecated since Kubernetes {lifecycle.deprecated}{end}"
    better = instead(warning[-1], gvk)
    help = f"write {better}" if better else "do without it"
    versions = tuple(warning) if len(judged) > 1 else ()
    yield Fault("R0608", lowered, _PLACE, message, help, inert=True, versions=versions)


def _deprecated_there(lowered: Lowered, known: ClusterSchemas, gvk: Gvk) -> Iterator[Fault]:
    """R0608: a version of a kind that its own definition calls deprecated."""
    if gvk in known.deprecated:
        help = known.deprecated[gvk] or "write another version of the kind, which its definition serves"
        yield Fault("R0608", lowered, _PLACE, f"{gvk[0]} {gvk[1]} is deprecated, says its definition", help, inert=True)


def _unserved(lowered: Lowered, known: ClusterSchemas, gvk: Gvk) -> Iterator[Fault]:
    """R0653: a version that Kubernetes has and that the environment's cluster did not serve."""
    if known.served and gvk[0] not in known.served and gvk in known_kinds(LATEST):
        message = f"{gvk[0]} was not served by {known.cluster} when its definitions were pulled"
        help = "switch it on in the cluster's API server, write a stable version, or pull again"
        yield Fault("R0653", lowered, _PLACE, message, help, inert=True)


def _unchecked(lowered: Lowered, judged: tuple[str, ...], known: ClusterSchemas, defined: bytes) -> Iterator[Fault]:
    """R0606: an object that no schema judges."""
    gvk = (lowered.data["apiVersion"], lowered.data["kind"])
    if defined or has_schema(judged[-1], lowered.data, emitted=bool(lowered.template)):
        return
    message = f"is {gvk[0]}, of which no schema is known: only its name and labels were checked"
    if known.cluster:
        message = f"is {gvk[0]} {gvk[1]}, which {known.cluster} did not define when its definitions were pulled"
    help = "`roster schema pull` fetches the definitions that the environment's cluster has"
    yield Fault("R0606", lowered, _PLACE, message, help, inert=True)
