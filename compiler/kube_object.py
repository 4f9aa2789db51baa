"""KubeObject: one Kubernetes object as canonical bytes, and ObjectKey, its identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from compiler.spec_key import SpecKey

CLUSTER_SCOPED = frozenset(
    (
        "Namespace",
        "CustomResourceDefinition",
        "ClusterRole",
        "ClusterRoleBinding",
        "PersistentVolume",
        "StorageClass",
        "PriorityClass",
        "RuntimeClass",
        "IngressClass",
        "GatewayClass",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "APIService",
    )
)
"""Kinds of Kubernetes that belong to no namespace."""


class ObjectKey(NamedTuple):
    """Identity of an object on a target: group, kind, namespace and name; the version is not part of it."""

    group: str
    """API group, empty for the core group."""
    kind: str
    namespace: str
    """Namespace, empty for a cluster-scoped object."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class KubeObject:
    """One object to apply; immutable: the body is canonical JSON, handed out as a fresh value."""

    key: ObjectKey
    api_version: str
    """`apps/v1`, `v1`, …"""
    body: bytes
    """Canonical JSON: sorted keys, UTF-8, no white space."""
    spec: SpecKey
    """The spec that the object serves."""

    @property
    def data(self) -> dict[str, Any]:
        """The object as a fresh dictionary."""
        value: dict[str, Any] = orjson.loads(self.body)
        return value


def canonical(value: object) -> bytes:
    """Canonical JSON of plain data: the one form that is hashed, compared and stored."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def readable(value: object) -> str:
    """The same for people: two spaces, a line for each value, a line end."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def key_of(body: Mapping[str, Any]) -> ObjectKey:
    """The identity of an object given as plain data."""
    group, _, _ = str(body["apiVersion"]).rpartition("/")
    metadata = body["metadata"]
    return ObjectKey(group, body["kind"], metadata.get("namespace", ""), metadata["name"])
