"""Wanted objects in -> Readings out: one LIST a kind and namespace, whatever the number of objects."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey
from reconciler.errors import Denied
from reconciler.target import Found, Missing, Named, NoSuchKind, Reading, Unread
from reconciler.targets.kubernetes_answers import at_the_door, missing_permission, sentence
from reconciler.targets.kubernetes_client import JSON, METADATA_ONLY, Client
from reconciler.targets.kubernetes_resources import Resource, Resources, no_such_kind
from reconciler.unit import Unit

PAGE = "500"
GONE = 410
"""What the server answers to whoever asks about a moment that it no longer knows."""
FEW = 3
"""So many missing objects are asked for by name; for more it is cheaper to list what names are taken."""
WORKERS = 8


@dataclass(frozen=True, slots=True, order=True)
class _Shelf:
    """Objects that one LIST can bring."""

    api_version: str
    kind: str
    namespace: str


class Reader:
    """Reads objects of one API server."""

    def __init__(self, client: Client, resources: Resources) -> None:
        """Nothing is read yet."""
        self._client = client
        self._resources = resources

    def read(self, unit: Unit, wanted: Sequence[Named]) -> Mapping[ObjectKey, Reading]:
        """Each wanted object as it is. Raises Unreachable; every other failure is the Reading of what it touches."""
        shelves: dict[_Shelf, list[ObjectKey]] = {}
        for named in wanted:
            shelf = _Shelf(named.api_version, named.key.kind, named.key.namespace)
            shelves.setdefault(shelf, []).append(named.key)
        with ThreadPoolExecutor(WORKERS, "read") as pool:
            answers = pool.map(lambda shelf: self._shelf(unit, shelf, shelves[shelf]), sorted(shelves))
            return {key: reading for part in answers for key, reading in part.items()}

    def items(self, resource: Resource, namespace: str, labels: str = "", accept: str = JSON) -> list[dict[str, Any]]:
        """Every object of a collection, or those with the labels, as of one moment. Raises Denied or TargetError.

        It is asked for page by page; if the server forgets that moment before the last page, anew and all at once.
        """
        chosen = {"labelSelector": labels} if labels else {}
        found, query = list[dict[str, Any]](), {**chosen, "limit": PAGE}
        while True:
            reply = self._client.request("GET", resource.collection(namespace), query, accept=accept)
            if reply.status == GONE and "continue" in query:
                found, query = [], chosen
                continue
            if reply.status != 200:
                permission = missing_permission(reply)
                raise Denied(permission) if permission else TargetError(sentence(reply))
            page = reply.json()
            found += page.get("items") or ()
            token = page.get("metadata", {}).get("continue")
            if not token:
                return found
            query = {**query, "continue": token}

    def one(self, resource: Resource, key: ObjectKey) -> Reading:
        """One object by its name."""
        reply = self._client.request("GET", resource.item(key))
        if reply.status == 200:
            return Found(at_the_door(reply.json()))
        return Missing() if reply.status == 404 else Unread(missing_permission(reply) or sentence(reply))

    def _shelf(self, unit: Unit, shelf: _Shelf, keys: Sequence[ObjectKey]) -> dict[ObjectKey, Reading]:
        try:
            resource = self._resources.find(shelf.api_version, shelf.kind)
            if resource is None:
                return dict.fromkeys(keys, NoSuchKind(no_such_kind(shelf.kind, shelf.api_version)))
            ours = self._ours(unit, shelf, resource)
            missing = [key for key in keys if key.name not in ours]
            others = self._by_name(resource, shelf.namespace, missing)
        except Denied as error:
            return dict.fromkeys(keys, Unread(error.message))
        return {key: Found(ours[key.name]) if key.name in ours else others[key] for key in keys}

    def _ours(self, unit: Unit, shelf: _Shelf, resource: Resource) -> dict[str, dict[str, Any]]:
        """What carries our labels, by name; a LIST's items do not say what they are, so that is put back."""
        described = {"apiVersion": shelf.api_version, "kind": shelf.kind}
        items = self.items(resource, shelf.namespace, selector(unit))
        return {item["metadata"]["name"]: {**item, **described} for item in items}

    def _by_name(self, resource: Resource, namespace: str, keys: Sequence[ObjectKey]) -> dict[ObjectKey, Reading]:
        """What does not carry our labels: a stranger's of that name, or nothing."""
        taken = {key.name for key in keys}
        if len(keys) > FEW:
            names = self.items(resource, namespace, accept=METADATA_ONLY)
            taken &= {item["metadata"]["name"] for item in names}
        return {key: self.one(resource, key) if key.name in taken else Missing() for key in keys}


def selector(unit: Unit) -> str:
    """The label selector that finds everything of a unit."""
    return ",".join(f"{name}={value}" for name, value in unit.labels.items())
