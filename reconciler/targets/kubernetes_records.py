"""Records and their status on a cluster: written by publish only, found by the unit's labels."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import orjson

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey, key_of
from reconciler.answer import Live
from reconciler.deciding.ours import foreign_owner
from reconciler.errors import Denied
from reconciler.target import Named
from reconciler.targets.kubernetes_answers import missing_permission, sentence
from reconciler.targets.kubernetes_client import APPLY, MERGE, Client, Reply
from reconciler.targets.kubernetes_inventory import INSTALL
from reconciler.targets.kubernetes_reading import Reader, selector
from reconciler.targets.kubernetes_resources import Resource, Resources, no_such_kind
from reconciler.unit import ENVIRONMENT_LABEL, FLEET_LABEL, MANAGER, Unit

WORKERS = 8


class Records:
    """The records on one API server."""

    def __init__(self, client: Client, resources: Resources, reader: Reader) -> None:
        """Nothing is asked yet."""
        self._client = client
        self._resources = resources
        self._reader = reader

    def read(self, unit: Unit, kinds: Sequence[Named]) -> Mapping[ObjectKey, Live]:
        """The unit's records of these kinds in all namespaces; a kind that is not installed has none."""
        wanted = sorted({(named.api_version, named.key.kind) for named in kinds})
        with ThreadPoolExecutor(WORKERS, "records") as pool:
            parts = pool.map(lambda what: self._of_kind(unit, *what), wanted)
            return {key_of(dict(record)): record for part in parts for record in part}

    def write(self, body: bytes) -> Live:
        """Apply one record, by force against people; but one that another unit published stays its own."""
        data = orjson.loads(body)
        path, labels = self._path(data), data["metadata"]["labels"]
        unit = Unit(labels[FLEET_LABEL], labels[ENVIRONMENT_LABEL])
        # A manager of its own for each unit: so the server itself tells when two of them mean one record.
        query = {"fieldManager": f"{MANAGER}-{unit.environment}.{unit.fleet}"[:128]}
        reply = self._client.request("PATCH", path, query, body, APPLY)
        if reply.status == 409:
            owner = foreign_owner(_good(self._client.request("GET", path)), unit)
            if owner:
                raise TargetError(f"one of this name belongs to {owner}", "give them namespaces of their own")
            reply = self._client.request("PATCH", path, {**query, "force": "true"}, body, APPLY)
        return _good(reply)

    def write_status(self, record: Live, status: Mapping[str, object]) -> Live:
        """Put the status of a record that exists."""
        body = orjson.dumps({"status": status})
        query = {"fieldManager": f"{MANAGER}-status"}
        return _good(self._client.request("PATCH", f"{self._path(record)}/status", query, body, MERGE))

    def delete(self, record: Live) -> None:
        """Remove one record, if it is still the one that was read."""
        options = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": {"uid": record["metadata"]["uid"]},
            "propagationPolicy": "Background",
        }
        reply = self._client.request("DELETE", self._path(record), body=orjson.dumps(options))
        if reply.status not in (404, 409):
            _good(reply)

    def _of_kind(self, unit: Unit, version: str, kind: str) -> list[Live]:
        resource = self._resources.find(version, kind)
        items = self._reader.items(resource, "", selector(unit)) if resource else ()
        return [{**item, "apiVersion": version, "kind": kind} for item in items]

    def _path(self, record: Live) -> str:
        resource = self._resource(record["apiVersion"], record["kind"])
        return resource.item(key_of(dict(record)))

    def _resource(self, version: str, kind: str) -> Resource:
        resource = self._resources.find(version, kind)
        if resource is None:
            raise TargetError(no_such_kind(kind, version), INSTALL)
        return resource


def _good(reply: Reply) -> Live:
    if reply.status in (200, 201, 202):
        return reply.json()
    permission = missing_permission(reply)
    if permission:
        raise Denied(permission, "the status of each spec is kept in records of roster.dev")
    raise TargetError(sentence(reply), INSTALL if reply.status == 404 else "")
