"""Record: a declaration -> the `roster.dev` object by which a cluster shows it; plain data, owned by nobody."""

import hashlib
from collections.abc import Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.kinds import KINDS
from compiler.kube_object import KubeObject, canonical, key_of
from compiler.naming import API_VERSION, ownership

MAX_TEXT = 8 * 1024
"""Longest text in a record, in bytes; a longer one is shown as its digest."""


def record(declaration: Declaration[Any], environment: Declaration[Any]) -> KubeObject:
    """The record of one spec. A versioned spec's record carries its version in the name."""
    key = declaration.key
    name = f"{key.name}-{key.version}".lower().replace("+", "-") if key.version else key.name
    if key.kind == "Environment":
        name = f"{environment.spec.fleet}.{key.name}"
    labels = {**declaration.labels, **ownership(environment.spec.fleet, environment.name, key)}
    metadata = {"name": name, "labels": labels}
    if KINDS[key.kind].namespaced:
        metadata["namespace"] = environment.spec.namespace
    data = {"apiVersion": API_VERSION, "kind": key.kind, "metadata": metadata, "spec": declaration.data["spec"]}
    body = canonical(data)
    if len(body) > MAX_TEXT:
        body = canonical({**data, "spec": _shortened(data["spec"])})
    return KubeObject(key_of(data), API_VERSION, body, key)


def _shortened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value.encode()) > MAX_TEXT:
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    return value
