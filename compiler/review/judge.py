"""Judge: the objects of one spec that change -> what a reviewer must know before saying yes, worst first."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from compiler.review.effect import Action, FieldEffect, ObjectEffect, Reason, Risk
from compiler.review.fields import ABSENT
from compiler.review.restarts import WORKLOADS

_HOLDS_DATA = ("PersistentVolumeClaim", "PersistentVolume", "Namespace", "CustomResourceDefinition")
_ROUTES = ("Service", "VirtualService", "HTTPRoute", "Ingress", "Gateway")
_RIGHTS = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
_SERVES = (*_ROUTES, "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ScaledObject")
_IMMUTABLE = {
    **dict.fromkeys(("Deployment", "DaemonSet", "ReplicaSet"), ("spec.selector",)),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates", "spec.podManagementPolicy"),
    "Job": ("spec.template", "spec.selector", "spec.completionMode"),
    "Service": ("spec.clusterIP",),
    "PersistentVolumeClaim": ("spec.storageClassName", "spec.accessModes", "spec.volumeName", "spec.selector"),
    **dict.fromkeys(("RoleBinding", "ClusterRoleBinding"), ("roleRef",)),
}
"""Fields that the API server refuses to change."""
_RULE_ITEM = re.compile(r"spec\.(ingress|egress)\[\d+\](\.(from|to|ports)\[[^\]]*\])?$")
_RULE_LIST = re.compile(r"spec\.(ingress|egress)\[\d+\]\.(from|to|ports)$")
_POWERS = {
    "privileged": True,
    "hostNetwork": True,
    "hostPID": True,
    "hostIPC": True,
    "allowPrivilegeEscalation": True,
    "runAsNonRoot": False,
    "runAsUser": 0,
}
"""Field of a pod -> the value that gives its containers power over the node."""
_CAPACITY = {
    "spec.replicas": "its pods",
    "spec.minReplicas": "the fewest pods",
    "spec.minReplicaCount": "the fewest pods",
    "spec.maxReplicas": "the most pods",
    "spec.maxReplicaCount": "the most pods",
}


def judge(objects: Iterable[ObjectEffect]) -> tuple[Reason, ...]:
    """The reasons for care, worst first, each once; what goes together with the pods it served is none."""
    effects = tuple(objects)
    stopped = any(item.action is Action.DELETE and item.key.kind in WORKLOADS for item in effects)
    told = [item for item in effects if not (stopped and item.action is Action.DELETE and item.key.kind in _SERVES)]
    found = dict.fromkeys(reason for effect in told for rule in _RULES for reason in rule(effect))
    return tuple(sorted(found, key=lambda reason: -reason.risk))


def _workload(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.key.kind not in WORKLOADS:
        return
    if effect.action is Action.CREATE:
        yield Reason(Risk.LOW, f"starts {effect.key}")
    elif effect.action is Action.DELETE:
        yield Reason(Risk.HIGH, f"deletes {effect.key} and its pods")
    elif effect.restarts:
        yield Reason(Risk.MEDIUM, f"restarts {effect.restarts}")


def _immutable(effect: ObjectEffect) -> Iterator[Reason]:
    fixed = _IMMUTABLE.get(effect.key.kind, ())
    if effect.action is not Action.UPDATE:
        return
    for field in effect.fields:
        if any(field.change.path == path or field.change.path.startswith((f"{path}.", f"{path}[")) for path in fixed):
            yield Reason(Risk.HIGH, f"{effect.key} must be made anew: {field.change.path} cannot be changed")


def _data(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.action is Action.DELETE and effect.key.kind in _HOLDS_DATA:
        yield Reason(Risk.MEDIUM, f"{effect.key} leaves Git, and stays where it is: what it holds cannot be made again")


def _routes(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.action is Action.DELETE and effect.key.kind in _ROUTES:
        yield Reason(Risk.HIGH, f"deletes {effect.key}: nobody reaches the pods that way any more")


def _network(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.key.kind != "NetworkPolicy":
        return
    if effect.action is Action.DELETE:
        yield Reason(Risk.HIGH, f"deletes {effect.key}: anything may reach the pods")
    elif effect.action is Action.UPDATE:
        wider = _widens(effect.fields)
        yield Reason(Risk.HIGH if wider else Risk.MEDIUM, f"{'widens' if wider else 'changes'} {effect.key}")


def _widens(fields: Iterable[FieldEffect]) -> bool:
    """Whether more may pass: more rules, peers or ports came than went, or what a rule is narrowed by changed."""
    balance = 0
    for change in (field.change for field in fields):
        if _RULE_ITEM.match(change.path):
            balance += change.is_new - change.is_gone
        elif _RULE_LIST.match(change.path) and (change.is_new or change.is_gone):
            balance += change.is_gone  # without a list of peers or of ports a rule is for all
        elif change.path.startswith("spec."):
            return True
    return balance > 0


def _capacity(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.action is Action.DELETE and effect.key.kind == "PodDisruptionBudget":
        yield Reason(Risk.MEDIUM, f"deletes {effect.key}: a drained node may take all pods at once")
    if effect.action is Action.DELETE and effect.key.kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        yield Reason(Risk.MEDIUM, f"deletes {effect.key}: the number of pods is fixed")
    for field in effect.fields:
        before, after = field.change.before, field.change.after
        if field.change.path in _CAPACITY and isinstance(before, int) and isinstance(after, int) and after < before:
            risk = Risk.HIGH if after == 0 and field.change.path == "spec.replicas" else Risk.MEDIUM
            yield Reason(risk, f"lowers {_CAPACITY[field.change.path]} of {effect.key} from {before} to {after}")


def _rights(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.key.kind not in _RIGHTS or effect.action is Action.DELETE:
        return
    everything = any("*" in value for _, value in _leaves(effect.after) if isinstance(value, str))
    what = f"gives {effect.key} rights over everything" if everything else f"changes rights: {effect.key}"
    yield Reason(Risk.HIGH if everything else Risk.MEDIUM, what)


def _powers(effect: ObjectEffect) -> Iterator[Reason]:
    for key, value in _gained(effect):
        if key in _POWERS and type(value) is type(_POWERS[key]) and value == _POWERS[key]:
            yield Reason(Risk.HIGH, f"{effect.key} gets {key}: {str(value).lower()}")
        elif key == "path" and effect.key.kind in WORKLOADS and _is_host_path(effect, value):
            yield Reason(Risk.HIGH, f"{effect.key} mounts {value} of the node")


def _identity(effect: ObjectEffect) -> Iterator[Reason]:
    for field in effect.fields:
        if field.change.path.endswith("spec.serviceAccountName") and not field.change.is_new:
            yield Reason(Risk.HIGH, f"{effect.key} runs as ServiceAccount {field.change.after}")


def _secrets(effect: ObjectEffect) -> Iterator[Reason]:
    if effect.action is Action.UPDATE:
        for name in sorted(_secret_names(effect.after) - _secret_names(effect.before)):
            yield Reason(Risk.MEDIUM, f"{effect.key} reads Secret {name}")


def _images(effect: ObjectEffect) -> Iterator[Reason]:
    for field in effect.fields:
        before, after = field.change.before, field.change.after
        if field.change.path.endswith("].image") and isinstance(before, str) and isinstance(after, str):
            old, new = (text.partition("@")[0].rpartition("/")[0] for text in (before, after))
            if old != new:
                yield Reason(Risk.MEDIUM, f"{effect.key} takes an image from {new or 'the default registry'}")


_RULES: tuple[Callable[[ObjectEffect], Iterator[Reason]], ...] = (
    *(_workload, _immutable, _data, _routes, _network, _capacity, _rights, _powers, _identity, _secrets, _images),
)


def _gained(effect: ObjectEffect) -> Iterator[tuple[str, Any]]:
    """Key and value of every leaf that was not there before, or was another."""
    if effect.action is Action.CREATE:
        yield from _leaves(effect.after)
    for field in effect.fields:
        if field.change.after is not ABSENT:
            key = str(field.change.place[-1]) if field.change.place else ""
            yield from _leaves(field.change.after, key)


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, key)
    else:
        yield key, value


def _is_host_path(effect: ObjectEffect, path: Any) -> bool:
    pod = (effect.after or {}).get("spec", {}).get("template", {}).get("spec", {})
    return any(volume.get("hostPath", {}).get("path") == path for volume in pod.get("volumes", ()))


def _secret_names(value: Any) -> set[str]:
    """The Secrets that an object reads."""
    if isinstance(value, list | tuple):
        return {name for item in value for name in _secret_names(item)}
    if not isinstance(value, Mapping):
        return set()
    own = {value[key].get("name") for key in ("secretKeyRef", "secretRef") if isinstance(value.get(key), Mapping)}
    own |= {value["secretName"]} if isinstance(value.get("secretName"), str) else set()
    inner = {name for item in value.values() for name in _secret_names(item)}
    return {name for name in own if isinstance(name, str)} | inner
