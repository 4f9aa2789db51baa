"""A KubernetesTarget on the test's own control plane, with its requests counted, and records' definitions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compiler.bundle import Bundle
from compiler.kinds import KINDS
from reconciler.install import install
from reconciler.reconcile import reconcile
from reconciler.request import Report, Request
from reconciler.targets.kubernetes import KubernetesTarget
from reconciler.targets.kubernetes_client import Client, Reply, client_for_context
from reconciler.unit import Pass, Unit
from tests.controlplane.cluster import Cluster

READS = frozenset({"GET"})


class CountingClient(Client):
    """The real client, which also keeps what it was asked."""

    asked: list[tuple[str, str, Mapping[str, str]]]

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        kind: str = "application/json",
        accept: str = "application/json",
    ) -> Reply:
        self.asked.append((method, path, dict(query or {})))
        return super().request(method, path, query, body, kind, accept)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that changed something, dry runs left out."""
        return [(method, path) for method, path, query in self.asked if method not in READS and "dryRun" not in query]

    @property
    def rehearsals(self) -> list[str]:
        """The paths of dry runs."""
        return [path for _, path, query in self.asked if "dryRun" in query]


class Fleet:
    """One unit on a cluster, synced pass by pass."""

    def __init__(self, cluster: Cluster, unit: Unit, user: str | None = None) -> None:
        file = cluster.kubeconfig_for(user) if user else cluster.kubeconfig
        context = cluster.context_for(user) if user else cluster.context
        self.cluster = cluster
        self.client = counting(context, file)
        self.target = KubernetesTarget(self.client)
        self.unit = unit
        self.commits = 0

    def plan(self, bundle: Bundle, **options: Any) -> Report:
        """What a sync would do."""
        return reconcile(self._request(bundle, options), self.target)

    def sync(self, bundle: Bundle, **options: Any) -> Report:
        """One pass; `asked` of the client then holds only this pass's requests."""
        self.client.asked.clear()
        with self.target.lease(self.unit, "test") as lease:
            return reconcile(self._request(bundle, options), self.target, lease)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """What the last pass wrote beside its Lease."""
        return [(method, path) for method, path in self.client.writes if "/leases" not in path]

    def inventory(self) -> set[str]:
        """What the stored inventory holds, as Kind/name."""
        return {str(owned.key) for owned in self.target.load_inventory(self.unit).objects}

    def _request(self, bundle: Bundle, options: dict[str, Any]) -> Request:
        self.commits += 1
        revision = options.pop("revision", f"{self.commits:040d}")
        options = {"settle_seconds": 90, "answer_seconds": 1, **options}
        return Request(which=Pass(self.unit, revision), bundle=bundle, **options)


def counting(context: str, file: Path) -> CountingClient:
    """A client of one context whose requests are kept."""
    client = client_for_context(context, str(file))
    client.__class__ = CountingClient
    assert isinstance(client, CountingClient)
    client.asked = []
    return client


def install_definitions(fleet: Fleet) -> None:
    """The least definitions that records can live by, and roster-system."""
    install(fleet.target, [definition(kind.name, kind.plural, kind.namespaced) for kind in KINDS.values()])


def definition(kind: str, plural: str, namespaced: bool) -> dict[str, Any]:
    """A definition that keeps any field, with a status of its own."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1alpha1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.roster.dev"},
        "spec": {
            "group": "roster.dev",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "scope": "Namespaced" if namespaced else "Cluster",
            "versions": [version],
        },
    }
