"""Kind and API version -> the path of its resource, as discovery tells; asked once a version, when first needed."""

import threading
from dataclasses import dataclass

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey
from reconciler.errors import Denied
from reconciler.targets.kubernetes_answers import missing_permission, sentence
from reconciler.targets.kubernetes_client import Client


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind in one version, as the server serves it."""

    root: str
    """`/apis/apps/v1`, `/api/v1`."""
    plural: str
    """`deployments`."""
    namespaced: bool
    """False for cluster-scoped kinds."""

    def collection(self, namespace: str) -> str:
        """The path of all objects in a namespace, or in the cluster if the namespace is empty."""
        inner = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{self.root}{inner}/{self.plural}"

    def item(self, key: ObjectKey) -> str:
        """The path of one object."""
        return f"{self.collection(key.namespace)}/{key.name}"


class Resources:
    """What one API server serves, as far as it was asked; only what exists is remembered."""

    def __init__(self, client: Client) -> None:
        """Nothing is asked yet."""
        self._client = client
        self._known: dict[str, dict[str, Resource]] = {}
        self._lock = threading.Lock()

    def find(self, api_version: str, kind: str) -> Resource | None:
        """The resource of a kind, None if the server has none such. Raises Denied, TargetError or Unreachable."""
        found = self._known.get(api_version, {}).get(kind)
        if found is None:
            with self._lock:
                found = self._known.get(api_version, {}).get(kind)
                if found is None:
                    self._known[api_version] = self._ask(api_version)
                    found = self._known[api_version].get(kind)
        return found

    def _ask(self, api_version: str) -> dict[str, Resource]:
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        reply = self._client.request("GET", root)
        if reply.status == 404:
            return {}
        if reply.status != 200:
            permission = missing_permission(reply)
            raise Denied(permission) if permission else TargetError(sentence(reply))
        return {
            entry["kind"]: Resource(root, entry["name"], bool(entry["namespaced"]))
            for entry in reply.json()["resources"]
            if "/" not in entry["name"]
        }


def no_such_kind(kind: str, api_version: str) -> str:
    """The sentence for a kind that the server does not have."""
    return f"the cluster has no kind {kind} in {api_version}: install its definition first"
