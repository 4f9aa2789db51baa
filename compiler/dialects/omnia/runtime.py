"""Omnia's `runtime` and `podOverrides` -> our `runtime`; what an override says wins, and lists are appended."""

from collections.abc import Mapping
from typing import Any

from compiler.dialects.omnia.env import env
from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Append, Call, Choose, Entries, Inert, Into, Move, Rule, Table, named
from compiler.source import FieldPath

CONNECTIONS = 200
"""Open connections a pod that Omnia's default KEDA trigger aims at."""
_MOUNT = ("name", "mountPath", "readOnly", "subPath")


def _replicas(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    if rewrite.foreign("spec", "runtime", "autoscaling", "enabled") is True:
        rewrite.inert(path, "the autoscaler decides how many pods there are")
    else:
        rewrite.put((*base, "scale", "replicas"), value, path)


def _autoscaling(value: Any) -> Rule:
    if not isinstance(value, Mapping) or value.get("enabled") is not True:
        return _OFF
    return _KEDA if value.get("type") == "keda" else _HPA


def _default(where: str, value: Any) -> Rule:
    """What a switch says beside being on: a default of Omnia's that is not ours."""

    def put(rewrite: Rewrite, _value: Any, path: FieldPath, base: FieldPath) -> None:
        rewrite.put((*base, where), value, path[:-1])

    return Call(put)


def _all(*rules: Rule) -> Rule:
    def apply(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        for rule in rules:
            rule.apply(rewrite, value, path, base)

    return Call(apply)


def _keda_switch(rewrite: Rewrite, _value: Any, path: FieldPath, base: FieldPath) -> None:
    """Without triggers of its own, KEDA counts open connections."""
    rewrite.put((*base, "autoscaler"), "keda", path[:-1])
    if not rewrite.foreign(*path[:-1], "keda", "triggers"):
        threshold = rewrite.foreign(*path[:-1], "keda", "connectionThreshold")
        at = path[:-1] if threshold is None else (*path[:-1], "keda", "connectionThreshold")
        rewrite.put((*base, "sessions"), CONNECTIONS if threshold is None else threshold, at)


def _threshold(rewrite: Rewrite, _value: Any, path: FieldPath, _base: FieldPath) -> None:
    if rewrite.foreign(*path[:-1], "triggers"):
        rewrite.inert(path, "there are triggers")


_RANGE: Table = {"minReplicas": Move("min"), "maxReplicas": Move("max")}
_HPA = Into(
    "scale",
    {
        "enabled": _all(
            _default("autoscaler", "hpa"),
            _default("min", 1),
            _default("max", 100),
            _default("memory", 70),
            _default("cpu", 90),
        ),
        "type": Move("autoscaler"),
        **_RANGE,
        "targetMemoryUtilizationPercentage": Move("memory"),
        "targetCPUUtilizationPercentage": Move("cpu"),
        "scaleDownStabilizationSeconds": Move("scaleDownStabilization"),
        "keda": Inert("the type is hpa"),
    },
)
_KEDA = Into(
    "scale",
    {
        "enabled": _all(_default("min", 1), _default("max", 100), Call(_keda_switch)),
        "type": Call(lambda *_: None),
        **_RANGE,
        "targetMemoryUtilizationPercentage": Inert("the type is keda"),
        "targetCPUUtilizationPercentage": Inert("the type is keda"),
        "scaleDownStabilizationSeconds": Inert("the type is keda"),
        "keda": Into(
            "",
            {
                "pollingInterval": Move("pollingInterval"),
                "cooldownPeriod": Move("cooldownPeriod"),
                "triggers": Move("triggers"),
                "connectionThreshold": Call(_threshold),
            },
        ),
    },
)
_OFF = Inert("autoscaling is not enabled")


def _mounts(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    for where, item, inner in named(rewrite, value, path, "mountPath"):
        to = (*base, "mounts", where)
        for field, ours in (("name", "volume"), ("readOnly", "readOnly"), ("subPath", "subPath")):
            if item.get(field) is not None:
                rewrite.put((*to, ours), item[field], (*inner, field))
        for field in sorted(item.keys() - set(_MOUNT)):
            rewrite.later((*inner, field), "this setting of a mount")


def _volumes(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    for name, item, inner in named(rewrite, value, path, "name"):
        to = (*base, "volumes", name)
        rewrite.put(to, {}, inner)
        for field, source in item.items():
            if field != "name":
                rewrite.put((*to, field), source, (*inner, field))


def _all_env(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    """The variables of every container: the runtime's and each facade's."""
    facades = rewrite.at(("spec", "facades"))
    types = facades if isinstance(facades, Mapping) else {}
    env("env", *(f"/facades.{type}.env" for type in types)).apply(rewrite, value, path, base)


def _extra_mounts(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    rewrite.partly(path, "the volumes are mounted in the runtime container, not in the facade's")
    _mounts(rewrite, value, path, base)


RUNTIME: Table = {
    "replicas": Call(_replicas),
    "autoscaling": Choose(_autoscaling, (_HPA, _KEDA, _OFF)),
    "resources": Move("resources"),
    "nodeSelector": Entries("nodeSelector"),
    "tolerations": Append("tolerations"),
    "affinity": Move("affinity"),
    "volumes": Call(_volumes),
    "volumeMounts": Call(_mounts),
    "extraEnv": env("env"),
}
"""What becomes of each field of `spec.runtime`."""

POD_OVERRIDES: Table = {
    "serviceAccountName": Move("serviceAccount"),
    "labels": Entries("labels"),
    "annotations": Entries("annotations"),
    "nodeSelector": Entries("nodeSelector"),
    "tolerations": Append("tolerations"),
    "priorityClassName": Move("priorityClass"),
    "imagePullSecrets": Append(
        "imagePullSecrets", lambda item: item.get("name") if isinstance(item, Mapping) else item
    ),
    "extraEnv": Call(_all_env),
    "extraEnvFrom": Append("envFrom"),
    "extraVolumes": Call(_volumes),
    "extraVolumeMounts": Call(_extra_mounts),
}
"""What becomes of each field of `spec.podOverrides`."""
