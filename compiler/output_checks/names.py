"""Names: an object -> names, labels and keys of it that break Kubernetes' rules for them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from compiler.fault import Fault
from compiler.inside import mapping
from compiler.lowered import Lowered, type_of
from compiler.naming import MAX_LABEL, MAX_NAME, SERVICE, SUBDOMAIN
from compiler.source import FieldPath
from compiler.workload import Workload

_LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
_RBAC = re.compile(r"^[^/%]+$")
_VALUE = re.compile(r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")
_DATA_KEY = re.compile(r"^[-._A-Za-z0-9]+$")

_KEY_RULE = "use letters, digits, -, _ and ."
_SUBDOMAIN_RULE = "lower-case letters, digits, - and ."
_RULES: Mapping[str, tuple[int, re.Pattern[str], str]] = {
    "Service": (MAX_LABEL, SERVICE, "lower-case letters, digits and -, a letter first"),
    "Namespace": (MAX_LABEL, _LABEL, "lower-case letters, digits and -"),
    "CronJob.batch": (52, SUBDOMAIN, _SUBDOMAIN_RULE),
    "Job.batch": (MAX_LABEL, SUBDOMAIN, _SUBDOMAIN_RULE),
    "StatefulSet.apps": (52, SUBDOMAIN, _SUBDOMAIN_RULE),
    "ScaledObject.keda.sh": (54, SUBDOMAIN, _SUBDOMAIN_RULE),
    **{
        f"{kind}.rbac.authorization.k8s.io": (MAX_NAME, _RBAC, "no / and no %")
        for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    },
}
"""Type -> longest name, pattern, and the pattern in words. Some are shorter than the API server's limit, because what a
controller makes of the name (a Job's pods, KEDA's `keda-hpa-<name>`) must fit a label too."""
_OTHERS = (MAX_NAME, SUBDOMAIN, _SUBDOMAIN_RULE)


def check_name(lowered: Lowered) -> Iterator[Fault]:
    """R0610: a name that is too long for what the object becomes, or has characters that it may not have."""
    name = lowered.data["metadata"]["name"]
    longest, pattern, words = _RULES.get(type_of(lowered), _OTHERS)
    path = ("metadata", "name")
    if len(name) > longest:
        over = len(name) - longest
        yield Fault(
            "R0610",
            lowered,
            path,
            f"has {len(name)} characters, at most {longest} fit a {lowered.data['kind']}",
            f"shorten the name of the spec by {over} character{'s' if over > 1 else ''}",
        )
    elif not pattern.match(name):
        yield Fault("R0610", lowered, path, f"is {name}, which is no name for a {lowered.data['kind']}", f"use {words}")


def check_labels(lowered: Lowered) -> Iterator[Fault]:
    """R0611: a label that breaks the rules of labels; not the echo of a bad name."""
    yield from _labels(lowered, ("metadata", "labels"))


def check_pod_labels(workload: Workload) -> Iterator[Fault]:
    """R0611: the same of the labels of pods."""
    if workload.path:
        yield from _labels(workload.lowered, (*workload.path, "metadata", "labels"))


def _labels(lowered: Lowered, path: FieldPath) -> Iterator[Fault]:
    name = lowered.data["metadata"]["name"]
    for key, value in mapping(lowered.data, *path).items():
        if not _is_label(key, value) and not (value == name and any(check_name(lowered))):
            made = lowered.spec.name in (value or "")
            yield Fault("R0611", lowered, (*path, key), *_label_fault(key, value, made=made))


@lru_cache(maxsize=10_000)
def _is_label(key: str, value: str | None) -> bool:
    return _is_label_key(key) and len(value or "") <= MAX_LABEL and bool(_VALUE.match(value or ""))


def _is_label_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    named = bool(name) and len(name) <= MAX_LABEL and bool(_VALUE.match(name))
    return named and (not slash or (len(prefix) <= MAX_NAME and bool(SUBDOMAIN.match(prefix))))


def _label_fault(key: str, value: str | None, *, made: bool) -> tuple[str, str]:
    """What is wrong with a label, and the remedy; `made` if the value was made from the name of the spec."""
    if not _is_label_key(key):
        return "is no label's name", "write name or domain/name, the name with letters, digits, -, _ and ."
    if len(value or "") > MAX_LABEL:
        over = len(value or "") - MAX_LABEL
        help = f"shorten the name of the spec by {over}" if made else "put long texts into annotations"
        return f"has {len(value or '')} characters, at most {MAX_LABEL} fit a label", help
    return "is no label's value", "use letters, digits, -, _ and ., a letter or digit first and last"


def check_data_keys(lowered: Lowered) -> Iterator[Fault]:
    """R0612: a key of a ConfigMap that could not become the name of a file."""
    for field in ("data", "binaryData"):
        for key in mapping(lowered.data, field):
            if len(key) > MAX_NAME or not _DATA_KEY.match(key) or key in (".", ".."):
                yield Fault("R0612", lowered, (field, key), "is no key of a ConfigMap", _KEY_RULE)
