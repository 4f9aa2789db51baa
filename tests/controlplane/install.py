"""Installs definitions into a cluster and waits until the cluster serves them."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.controlplane.cluster import Cluster

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
POLICIES = "/apis/admissionregistration.k8s.io/v1"
COLLECTIONS = {
    "CustomResourceDefinition": DEFINITIONS,
    "ValidatingAdmissionPolicy": f"{POLICIES}/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": f"{POLICIES}/validatingadmissionpolicybindings",
}


def install(cluster: Cluster, objects: Iterable[Mapping[str, Any]]) -> list[str]:
    """Install what the cluster does not have yet; gives back the paths of what was installed."""
    present = _present(cluster)
    missing = {_path(found): found for found in objects if _path(found) not in present}
    # Policies come last, for the Gateway API has one that watches over its own definitions.
    definitions = {p: found for p, found in missing.items() if p.startswith(DEFINITIONS)}
    cluster.apply_all(definitions)
    cluster.apply_all({p: found for p, found in missing.items() if p not in definitions})
    cluster.until(DEFINITIONS, lambda body: definitions.keys() <= _established(body))
    await_served(cluster)
    return list(missing)


def await_served(cluster: Cluster) -> None:
    """Wait until objects of all defined kinds can be read; right after a start they cannot."""
    for item in cluster.get(DEFINITIONS)["items"]:
        spec = item["spec"]
        for version in spec["versions"]:
            if version["served"]:
                path = f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}"
                cluster.until(path, bool, query={"limit": "1"})


def uninstall(cluster: Cluster, paths: Iterable[str]) -> None:
    """Remove what was installed, policies first."""
    for path in sorted(paths):
        cluster.request("DELETE", path)


def _path(found: Mapping[str, Any]) -> str:
    return f"{COLLECTIONS[found['kind']]}/{found['metadata']['name']}"


def _present(cluster: Cluster) -> set[str]:
    return {
        f"{collection}/{item['metadata']['name']}"
        for collection in COLLECTIONS.values()
        for item in cluster.get(collection)["items"]
    }


def _established(body: Mapping[str, Any]) -> set[str]:
    return {
        f"{DEFINITIONS}/{item['metadata']['name']}"
        for item in body["items"]
        for condition in item.get("status", {}).get("conditions") or ()
        if condition["type"] == "Established" and condition["status"] == "True"
    }
