"""References: objects that name others -> names that no object of the environment has. Secrets are never asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import at, items, mapping, text
from compiler.lowered import Lowered, namespace_of
from compiler.object_index import ObjectIndex
from compiler.object_links import scale_target
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, meant
from compiler.workload import WORKLOADS, Workload

_MADE_BY_KUBERNETES = frozenset((("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")))
_RBAC = "rbac.authorization.k8s.io"


def check_service_accounts(workload: Workload, index: ObjectIndex) -> Iterator[Fault]:
    """R0633: pods of a ServiceAccount that does not exist; Kubernetes would make none of them."""
    path, pod = workload.pod
    yield from _missing(index, workload.lowered, (*path, "serviceAccountName"), "ServiceAccount", pod)


def check_claims(workload: Workload, index: ObjectIndex) -> Iterator[Fault]:
    """R0633: a volume of a PersistentVolumeClaim that does not exist."""
    path, pod = workload.pod
    for number, volume in enumerate(items(pod, "volumes")):
        place = (*path, "volumes", number, "persistentVolumeClaim", "claimName")
        claim = mapping(volume, "persistentVolumeClaim")
        yield from _missing(index, workload.lowered, place, "PersistentVolumeClaim", claim)


def check_config_maps(workload: Workload, index: ObjectIndex) -> Iterator[Fault]:
    """R0633: a ConfigMap, or a key of one, that a pod takes files or variables from and that does not exist."""
    for path, reference, keys in (*_volume_maps(workload), *_environment_maps(workload)):
        if reference.get("optional"):
            continue
        missing = tuple(_missing(index, workload.lowered, (*path, "name"), "ConfigMap", reference))
        yield from missing or _missing_keys(index, workload.lowered, path, reference, keys)


_Reference = tuple[FieldPath, Mapping[str, Any], tuple[tuple[FieldPath, str], ...]]
"""Where a ConfigMap is named, the reference, and the keys wanted of it, each with the place where it is named."""


def _volume_maps(workload: Workload) -> Iterator[_Reference]:
    path, pod = workload.pod
    for number, volume in enumerate(items(pod, "volumes")):
        place = (*path, "volumes", number)
        if at(volume, "configMap") is not None:
            yield _with_items((*place, "configMap"), mapping(volume, "configMap"))
        for index, source in enumerate(items(volume, "projected", "sources")):
            if at(source, "configMap") is not None:
                where = (*place, "projected", "sources", index, "configMap")
                yield _with_items(where, mapping(source, "configMap"))


def _with_items(path: FieldPath, reference: Mapping[str, Any]) -> _Reference:
    keys = enumerate(items(reference, "items"))
    return path, reference, tuple(((*path, "items", index, "key"), text(item, "key")) for index, item in keys)


def _environment_maps(workload: Workload) -> Iterator[_Reference]:
    for place, container in workload.containers:
        for index, source in enumerate(items(container, "envFrom")):
            if at(source, "configMapRef") is not None:
                yield (*place, "envFrom", index, "configMapRef"), mapping(source, "configMapRef"), ()
        for index, variable in enumerate(items(container, "env")):
            reference = mapping(variable, "valueFrom", "configMapKeyRef")
            if reference:
                path = (*place, "env", index, "valueFrom", "configMapKeyRef")
                yield path, reference, (((*path, "key"), text(reference, "key")),)


def _missing(
    index: ObjectIndex, lowered: Lowered, path: FieldPath, kind: str, holder: Mapping[str, Any], group: str = ""
) -> Iterator[Fault]:
    """A fault if the name at the end of the path, which `holder` holds, names nothing."""
    name = text(holder, str(path[-1]))
    if name and (kind, name) not in _MADE_BY_KUBERNETES and index.named(kind, lowered, name, group) is None:
        near = index.nearest(name, f"{kind}.{group}".rstrip("."))
        help = meant(near) or f"declare the {kind} in objects/, or name one that is declared"
        yield Fault("R0633", lowered, path, f"names {kind} {name}, which is not declared", help, doubtful=True)


def _missing_keys(
    index: ObjectIndex,
    lowered: Lowered,
    path: FieldPath,
    reference: Mapping[str, Any],
    keys: tuple[tuple[FieldPath, str], ...],
) -> Iterator[Fault]:
    target = index.named("ConfigMap", lowered, text(reference, "name"))
    if target is None:
        return
    known = {*mapping(target.data, "data"), *mapping(target.data, "binaryData")}
    for place, key in keys:
        if key not in known:
            help = did_you_mean(key, known) or f"it has {', '.join(sorted(known)) or 'none'}"
            message = f"is {key}, which ConfigMap {text(reference, 'name')} does not have"
            yield Fault("R0633", lowered, place, message, help, other=target)


def check_headless_services(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0633: a StatefulSet's Service that does not exist; its pods would have no names of their own."""
    yield from _missing(index, lowered, ("spec", "serviceName"), "Service", mapping(lowered.data, "spec"))


def check_bindings(lowered: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0633: a RoleBinding of a Role, or to a ServiceAccount of its own namespace, that does not exist."""
    role = mapping(lowered.data, "roleRef")
    if text(role, "kind") == "Role":
        yield from _missing(index, lowered, ("roleRef", "name"), "Role", role, _RBAC)
    for number, subject in enumerate(items(lowered.data, "subjects")):
        namespace = text(subject, "namespace") or namespace_of(lowered)
        if text(subject, "kind") == "ServiceAccount" and namespace == namespace_of(lowered):
            yield from _missing(index, lowered, ("subjects", number, "name"), "ServiceAccount", subject)


def check_scale_targets(scaler: Lowered, index: ObjectIndex) -> Iterator[Fault]:
    """R0634: an autoscaler of a workload that does not exist."""
    target = scale_target(scaler)
    if target.name and index.first(target) is None:
        help = meant(index.nearest(target.name, *WORKLOADS)) or "name a workload of the environment"
        message = f"names {target.kind} {target.name}, which is not declared"
        yield Fault("R0634", scaler, ("spec", "scaleTargetRef", "name"), message, help, doubtful=True)
