"""A Reply of the API server in -> what it means: an answer, a sentence, the conflicts, the missing permission."""

import re
from collections.abc import Mapping
from typing import Any

from reconciler.answer import Applied, ApplyAnswer, Conflicted, DeleteAnswer, Deleted, Live, Rejected
from reconciler.deciding.conflict import Conflict
from reconciler.targets.kubernetes_client import Reply

HOLDER = re.compile(r'conflict with "([^"]+)"')
RBAC = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]*)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]*)"| at the cluster scope)'
)
IMMUTABLE = re.compile(r"immutable|may not change once set|updates to statefulset spec for fields other than", re.I)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
IMMUTABLE_REASONS = frozenset({"FieldValueForbidden", "FieldValueInvalid"})


def applied(reply: Reply) -> ApplyAnswer:
    """What became of an apply."""
    if reply.status in (200, 201):
        return Applied(at_the_door(reply.json()), created=reply.status == 201)
    status = reply.json()
    if reply.status == 409 and status.get("reason") == "Conflict":
        return Conflicted(_conflicts(status))
    return rejected(reply)


def deleted(reply: Reply) -> DeleteAnswer:
    """What became of a delete; an object that is not there is deleted."""
    if reply.status in (200, 202):
        metadata = reply.json().get("metadata", {})
        terminating = bool(metadata.get("deletionTimestamp"))
        return Deleted(tuple(metadata.get("finalizers") or ()) if terminating else (), terminating)
    if reply.status == 404:
        return Deleted()
    if reply.status == 409:
        return Conflicted(())
    return rejected(reply)


def rejected(reply: Reply) -> Rejected:
    """Why the server said no."""
    status = reply.json()
    permission = missing_permission(reply)
    if permission:
        return Rejected(permission, forbidden=True)
    return Rejected(sentence(reply), immutable=_immutable(status))


def missing_permission(reply: Reply) -> str:
    """The permission that is missing, as a sentence; empty if the reply is not about one."""
    match = RBAC.search(str(reply.json().get("message", ""))) if reply.status == 403 else None
    if match is None:
        return ""
    resource = f"{match['resource']}.{match['group']}".rstrip(".")
    place = f"in namespace {match['namespace']}" if match["namespace"] else "in the whole cluster"
    return f"permission is missing: {match['user']} may not {match['verb']} {resource} {place}"


def sentence(reply: Reply) -> str:
    """One line for a person."""
    status = reply.json()
    details = status.get("details") or {}
    if reply.status == 404 and details.get("kind") == "namespaces":
        return f"namespace {details.get('name')} does not exist"
    message = " ".join(str(status.get("message", "")).split())
    return message or f"the API server answered HTTP {reply.status}"


def at_the_door(live: dict[str, Any]) -> Live:
    """The object, a Secret's values dropped: only its key names come in."""
    if live.get("kind") == "Secret":
        keys = {**(live.pop("stringData", None) or {}), **(live.get("data") or {})}
        live["data"] = dict.fromkeys(keys, "")
        live["metadata"] = {**live.get("metadata", {}), "managedFields": []}
        (live["metadata"].get("annotations") or {}).pop(LAST_APPLIED, None)
    return live


def _conflicts(status: Mapping[str, Any]) -> tuple[Conflict, ...]:
    causes = (status.get("details") or {}).get("causes") or ()
    found = []
    for cause in causes:
        match = HOLDER.search(cause.get("message", ""))
        if cause.get("reason") == "FieldManagerConflict":
            found.append(Conflict(cause.get("field", ""), match[1] if match else "another manager"))
    return tuple(sorted(set(found)))


def _immutable(status: Mapping[str, Any]) -> bool:
    causes = (status.get("details") or {}).get("causes") or ()
    return bool(causes) and all(
        cause.get("reason") in IMMUTABLE_REASONS and IMMUTABLE.search(cause.get("message", "")) for cause in causes
    )
