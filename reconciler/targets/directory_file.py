"""An object of a directory target and its file: plain data in, bytes out, and back with what a server would add."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from compiler.emit import emit
from compiler.rendered.folder import File
from compiler.yaml_reader import load
from reconciler.answer import Live
from reconciler.target import Named
from reconciler.unit import MANAGER

HEADER = "# Made by Roster from Git; what is changed here by hand is changed back. uid: "
"""The first line of every file of ours; its end is the object's identity, which nobody's own file can have."""
SERVER_FIELDS = frozenset({"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"})
"""What is added to an object's metadata when it is read, as an API server does."""


def written(desired: Mapping[str, Any], before: File | None) -> bytes:
    """The file of an object: it keeps the identity of the file before, if that one was ours."""
    uid = (uid_of(before) if before else "") or str(uuid.uuid4())
    return (HEADER + uid + "\n" + emit([bare(desired)])).encode()


def version_of(file: File) -> str:
    """The resourceVersion: another content is another version."""
    return sha256(file.content).hexdigest()[:16]


def uid_of(file: File) -> str:
    """The UID that the file's first line holds; empty if it is not one of ours."""
    first = file.content.split(b"\n", 1)[0].decode("utf-8", "replace")
    return first.removeprefix(HEADER).strip() if first.startswith(HEADER) else ""


def live_object(file: File, named: Named) -> Live:
    """The object in a file; where none can be read a bare one, which no label claims, so that it is left alone."""
    documents, _ = load(file.content)
    first = documents[0] if len(documents) == 1 and isinstance(documents[0], dict) else {}
    if first.get("kind") != named.key.kind or not isinstance(first.get("metadata"), dict):
        metadata = {"name": named.key.name} | ({"namespace": named.key.namespace} if named.key.namespace else {})
        first = {"apiVersion": named.api_version, "kind": named.key.kind, "metadata": metadata}
    return with_server_fields(first, file)


def with_server_fields(data: Mapping[str, Any], file: File) -> Live:
    """The object with the metadata that an API server would add, and a Secret without its values."""
    uid = uid_of(file)
    facts: dict[str, Any] = {
        "uid": uid,
        "resourceVersion": version_of(file),
        "creationTimestamp": datetime.fromtimestamp(file.written, UTC).isoformat(timespec="microseconds"),
        "managedFields": [{"manager": MANAGER, "operation": "Apply"}] if uid else [],
    }
    live = {**data, "metadata": {**data["metadata"], **facts}}
    return _without_values(live) if live["kind"] == "Secret" else live


def bare(desired: Mapping[str, Any]) -> dict[str, Any]:
    """The object as it is kept: without status and what is added when it is read."""
    metadata = {name: value for name, value in desired["metadata"].items() if name not in SERVER_FIELDS}
    return {**{name: value for name, value in desired.items() if name != "status"}, "metadata": metadata}


def _without_values(secret: dict[str, Any]) -> dict[str, Any]:
    """A Secret with its key names alone."""
    parts = [part for part in ("data", "stringData") if part in secret]
    return secret | {part: dict.fromkeys(secret[part] or (), "") for part in parts}
