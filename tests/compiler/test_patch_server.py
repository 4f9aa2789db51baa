"""A `merge` patch does what a real API server does with the same strategic merge patch."""

from typing import Any

import pytest

from compiler.kube_object import canonical
from compiler.object_schemas.kubernetes_schemas import LATEST
from compiler.object_schemas.object_shape import shape_of
from compiler.patching.patching import Patching
from compiler.patching.strategic_merge import strategic_merge
from compiler.spec_key import SpecKey
from tests.compiler.patch_cases import MERGES, deployment, pod
from tests.controlplane.cluster import Cluster

STRATEGIC = "application/strategic-merge-patch+json"
MORE: dict[str, dict[str, Any]] = {
    "a container is added": pod(containers=[{"name": "proxy", "image": "example/proxy:1"}]),
    "several at once": pod(
        containers=[
            {"name": "proxy", "image": "example/proxy:1"},
            {
                "name": "runtime",
                "env": [{"name": "C", "value": "3"}, {"name": "A", "$patch": "delete"}],
                "volumeMounts": [{"mountPath": "/tmp", "name": "cache2"}],
            },
        ],
        volumes=[{"name": "cache", "$patch": "delete"}, {"name": "cache2", "emptyDir": {"medium": "Memory"}}],
    ),
}
PATCHES = {**{name: patch for name, (patch, _) in MERGES.items()}, **MORE}


def in_any_order(value: Any) -> Any:
    """Lists whose items have names in the order of these: a server puts new items first, and we last."""
    if isinstance(value, dict):
        return {key: in_any_order(item) for key, item in value.items()}
    if isinstance(value, list):
        named = all(isinstance(item, dict) and "name" in item for item in value)
        return [in_any_order(item) for item in (sorted(value, key=lambda item: item["name"]) if named else value)]
    return value


def declared(answer: dict[str, Any]) -> bytes:
    return canonical(
        in_any_order({"spec": answer["spec"], "finalizers": sorted(answer["metadata"].get("finalizers", ()))})
    )


@pytest.fixture
def there(cluster: Cluster, namespace: str) -> Any:
    """The path of a Deployment that exists."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    body = deployment()
    del body["metadata"]["finalizers"]  # nobody would take it away again
    cluster.request("POST", path, body).checked()
    return f"{path}/support"


@pytest.mark.parametrize("name", PATCHES)
def test_a_merge_is_what_the_api_server_makes_of_the_same_patch(cluster: Cluster, there: str, name: str) -> None:
    live = cluster.get(there)
    theirs = cluster.request("PATCH", there, PATCHES[name], content_type=STRATEGIC, query={"dryRun": "All"}).checked()
    patching = Patching(live, SpecKey("Agent", "support"))
    patching.begin()
    strategic_merge(patching, PATCHES[name], shape_of(LATEST, "apps/v1", "Deployment"), ())
    del patching.data["metadata"]["resourceVersion"]
    ours = cluster.request("PUT", there, patching.data, query={"dryRun": "All"}).checked()
    assert patching.misses == []
    assert declared(ours.body) == declared(theirs.body)
    assert declared(ours.body) != declared(live), "the patch does something"
