"""The Kubernetes target: the one door to a cluster, each request by server-side apply, LIST, watch and DELETE."""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing

import orjson

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey, key_of
from reconciler.answer import ApplyAnswer, DeleteAnswer, Live, Rejected
from reconciler.deciding.claim import Claim
from reconciler.errors import Denied
from reconciler.inventory import Inventory
from reconciler.reach import Reach
from reconciler.target import Lease, Named, Reading
from reconciler.targets import kubernetes_inventory, kubernetes_lease
from reconciler.targets.kubernetes_answers import applied, deleted, missing_permission, sentence
from reconciler.targets.kubernetes_client import APPLY, Client, client_for_context, client_in_cluster
from reconciler.targets.kubernetes_reading import Reader, selector
from reconciler.targets.kubernetes_records import Records
from reconciler.targets.kubernetes_resources import Resource, Resources, no_such_kind
from reconciler.targets.kubernetes_watch import Scenery
from reconciler.targets.kubernetes_workloads import Workloads
from reconciler.unit import MANAGER, Unit

DEFINED_SECONDS = 5.0
"""How long a kind may take to be served once its definition is established."""


class KubernetesTarget:
    """One cluster; see `reconciler.target.Target` for what each method means."""

    runs_workloads = True

    def __init__(self, client: Client, reach: Reach | None = None) -> None:
        """Nothing is asked of the cluster until it is needed."""
        self.reach = reach or Reach()
        self._client = client
        self._resources = Resources(client)
        self._reader = Reader(client, self._resources)
        self._workloads = Workloads(self._reader, self._resources)
        self._records = Records(client, self._resources, self._reader)
        self._identity = ""
        self._version = ""

    @property
    def title(self) -> str:
        """`kubernetes prod-eu (1.36)`; asks the cluster for its version the first time."""
        if not self._version:
            reply = self._client.request("GET", "/version")
            version = reply.json() if reply.status == 200 else {}
            self._version = f"{version.get('major', '?')}.{version.get('minor', '?')}"
        return f"kubernetes {self._client.title} ({self._version})"

    def identity(self) -> str:
        """The UID of kube-system."""
        if not self._identity:
            reply = self._client.request("GET", "/api/v1/namespaces/kube-system")
            if reply.status != 200:
                permission = missing_permission(reply)
                raise Denied(permission) if permission else TargetError(sentence(reply))
            self._identity = reply.json()["metadata"]["uid"]
        return self._identity

    def lease(self, unit: Unit, holder: str) -> AbstractContextManager[Lease]:
        """A Lease object in roster-system."""
        return kubernetes_lease.lease(self._client, unit, holder)

    def load_inventory(self, unit: Unit) -> Inventory:
        """From ConfigMaps in roster-system."""
        return kubernetes_inventory.load_inventory(self._client, unit, self.identity())

    def store_inventory(self, inventory: Inventory) -> Inventory:
        """To ConfigMaps in roster-system."""
        return kubernetes_inventory.store_inventory(self._client, inventory)

    def read(self, unit: Unit, wanted: Sequence[Named]) -> Mapping[ObjectKey, Reading]:
        """By one LIST a kind and namespace."""
        return self._reader.read(unit, wanted)

    def claims(self, namespaces: Sequence[str]) -> tuple[Claim, ...]:
        """HorizontalPodAutoscalers, and ScaledObjects where KEDA is known."""
        return self._workloads.claims(namespaces)

    def references(self, namespaces: Sequence[str]) -> Mapping[ObjectKey, frozenset[ObjectKey]]:
        """From all ReplicaSets and Pods of the namespaces."""
        return self._workloads.references(namespaces)

    def pods(self, workload: Live) -> tuple[Live, ...]:
        """By the workload's own selector."""
        return self._workloads.pods(workload)

    def apply(self, body: bytes, *, force: bool = False, dry_run: bool = False) -> ApplyAnswer:
        """A server-side apply, with unknown fields refused."""
        data = orjson.loads(body)
        resource = self._served(data["apiVersion"], data["kind"], 0.0 if dry_run else DEFINED_SECONDS)
        if resource is None:
            return Rejected(no_such_kind(data["kind"], data["apiVersion"]))
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
        query |= {"force": "true"} if force else {}
        query |= {"dryRun": "All"} if dry_run else {}
        return applied(self._client.request("PATCH", resource.item(key_of(data)), query, body, APPLY))

    def can_create(self, body: bytes) -> bool:
        """By a dry-run create under a random name."""
        data = orjson.loads(body)
        data["metadata"]["name"] = f"{data['metadata']['name'][:200]}-{secrets.token_hex(4)}"
        resource = self._resources.find(data["apiVersion"], data["kind"])
        if resource is None:
            return False
        query = {"dryRun": "All", "fieldManager": MANAGER}
        path = resource.collection(data["metadata"].get("namespace", ""))
        return self._client.request("POST", path, query, orjson.dumps(data)).status == 201

    def delete(self, wanted: Named, uid: str, resource_version: str) -> DeleteAnswer:
        """With preconditions; what depends on the object goes after it."""
        resource = self._resources.find(wanted.api_version, wanted.key.kind)
        if resource is None:
            return Rejected(no_such_kind(wanted.key.kind, wanted.api_version))
        preconditions = {"uid": uid, **({"resourceVersion": resource_version} if resource_version else {})}
        options = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": preconditions,
            "propagationPolicy": "Background",
        }
        return deleted(self._client.request("DELETE", resource.item(wanted.key), body=orjson.dumps(options)))

    def scenes(self, unit: Unit, wanted: Sequence[Named]) -> Iterator[Mapping[ObjectKey, Live]]:
        """By one watch a kind and namespace."""
        with closing(Scenery(self._client, self._resources, selector(unit), wanted)) as scenery:
            yield from scenery.scenes()

    def read_records(self, unit: Unit, kinds: Sequence[Named]) -> Mapping[ObjectKey, Live]:
        """By one LIST a kind."""
        return self._records.read(unit, kinds)

    def write_record(self, body: bytes) -> Live:
        """By a forced server-side apply."""
        return self._records.write(body)

    def write_status(self, record: Live, status: Mapping[str, object]) -> Live:
        """By a merge patch of the subresource."""
        return self._records.write_status(record, status)

    def delete_record(self, record: Live) -> None:
        """With its UID as precondition."""
        self._records.delete(record)

    def _served(self, api_version: str, kind: str, patience: float) -> Resource | None:
        """The resource, waiting a moment for one whose definition was applied just now."""
        end = time.monotonic() + patience
        while True:
            resource = self._resources.find(api_version, kind)
            if resource is not None or time.monotonic() > end:
                return resource
            time.sleep(0.1)


def kubernetes_target(
    context: str, file: str | None = None, reach: Reach | None = None, patience: float = 15.0
) -> KubernetesTarget:
    """The cluster that a kubeconfig context names (`file`, else KUBECONFIG). Raises UsageError if there is none such.

    `patience` is in seconds: how long a request is repeated before the cluster counts as unreachable.
    """
    reach = reach or Reach()
    return KubernetesTarget(client_for_context(context, file, reach.impersonate, patience), reach)


def kubernetes_target_in_cluster(name: str, reach: Reach | None = None, patience: float = 15.0) -> KubernetesTarget:
    """The cluster that this process runs in, called `name`. Raises UsageError outside a cluster."""
    reach = reach or Reach()
    return KubernetesTarget(client_in_cluster(name, reach.impersonate, patience), reach)
