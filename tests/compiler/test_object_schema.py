"""The schemas by which compiled objects are judged: those of Kubernetes, and ours for what other systems define."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from compiler.assets import folder
from compiler.fleet import environment_names
from compiler.object_schemas.kubernetes_schemas import LATEST, known_kinds, versions
from compiler.object_schemas.object_schema import has_schema, schema_faults
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from tests.controlplane.cluster import Cluster

METADATA = {"name": "web", "namespace": "agents", "labels": {"a": "b"}, "annotations": {"a": "b"}}

WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "ScaledObject": (
        "scaledobjects",
        {
            "apiVersion": "keda.sh/v1alpha1",
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                "minReplicaCount": 0,
                "maxReplicaCount": 20,
                "pollingInterval": 30,
                "cooldownPeriod": 300,
                "triggers": [
                    {"type": "prometheus", "name": "sessions", "metadata": {"query": "up", "threshold": "10"}},
                    {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "90"}},
                ],
            },
        },
    ),
    "VirtualService": (
        "virtualservices",
        {
            "apiVersion": "networking.istio.io/v1",
            "spec": {
                "hosts": ["web.agents.example.com"],
                "gateways": ["infra/public"],
                "http": [
                    {"route": [{"destination": {"host": "web.agents.svc.cluster.local", "port": {"number": 8080}}}]}
                ],
            },
        },
    ),
    "DestinationRule": (
        "destinationrules",
        {
            "apiVersion": "networking.istio.io/v1",
            "spec": {
                "host": "web.agents.svc.cluster.local",
                "trafficPolicy": {
                    "loadBalancer": {"consistentHash": {"httpCookie": {"name": "roster-session", "ttl": "0s"}}}
                },
            },
        },
    ),
    "HTTPRoute": (
        "httproutes",
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "spec": {
                "parentRefs": [{"name": "public", "namespace": "infra"}],
                "hostnames": ["web.agents.example.com"],
                "rules": [
                    {
                        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                        "backendRefs": [{"name": "web", "port": 8080}],
                    }
                ],
            },
        },
    ),
}
"""Kind -> its plural, and an object with every field that our schema of it knows."""


def whole(kind: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": METADATA, **WHOLE[kind][1]}


def fields_of_schema(schema: Any, root: Any, path: str = "") -> Iterator[str]:
    """Every field that a schema names, as a path; items of lists under the list."""
    schema = root["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from fields_of_schema(inner, root, f"{path}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from fields_of_schema(schema["items"], root, path)


def fields_of(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}"
            yield from fields_of(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from fields_of(inner, path)


@pytest.mark.parametrize("kind", WHOLE)
def test_the_object_with_every_field_fits_and_has_every_field(kind: str) -> None:
    schema = orjson.loads((folder("schemas") / "objects" / f"{kind.lower()}.json").read_bytes())
    assert schema_faults(LATEST, whole(kind), emitted=True) == ()
    assert set(fields_of_schema(schema, schema)) <= set(fields_of(whole(kind)))


@pytest.mark.parametrize("kind", WHOLE)
def test_what_fits_our_schema_fits_the_real_definition(kind: str, cluster: Cluster, namespace: str) -> None:
    plural, _ = WHOLE[kind]
    data = {**whole(kind), "metadata": {**METADATA, "namespace": namespace}}
    path = f"/apis/{data['apiVersion']}/namespaces/{namespace}/{plural}"
    stored = cluster.request("POST", path, data, query={"fieldValidation": "Strict"}).checked().body
    assert set(fields_of(data["spec"])) <= set(fields_of(stored["spec"]))


PLURALS = {"NetworkPolicy": "networkpolicies", "HTTPRoute": "httproutes"}
TREE = FolderTree(Path(__file__).parents[2])


@pytest.mark.parametrize("name", environment_names(TREE))
def test_the_api_server_accepts_every_object_of_the_example_fleet(name: str, cluster: Cluster, namespace: str) -> None:
    bundle = compile_environment(TREE, name).bundle
    assert bundle is not None
    for item in bundle.objects:
        plural = PLURALS.get(item.key.kind, f"{item.key.kind.lower()}s")
        where = f"/namespaces/{namespace}" if item.key.namespace else ""
        prefix = "/api" if item.api_version == "v1" else "/apis"
        data = item.data
        data["metadata"] |= {"namespace": namespace} if where else {"name": f"{namespace}-dry"}
        query = {"fieldValidation": "Strict", "dryRun": "All"}
        cluster.request("POST", f"{prefix}/{item.api_version}{where}/{plural}", data, query=query).checked()


@pytest.mark.parametrize("kind", WHOLE)
def test_a_persons_own_object_is_not_judged_by_what_we_emit(kind: str) -> None:
    data = {**whole(kind), "spec": {"something": "else"}}
    assert not has_schema(LATEST, (data["apiVersion"], data["kind"]), emitted=False)
    assert schema_faults(LATEST, data, emitted=False) == ()
    assert schema_faults(LATEST, data, emitted=True) != ()


@pytest.mark.parametrize("version", versions())
def test_every_version_knows_what_we_emit(version: str) -> None:
    emitted = {
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("v1", "Service"),
        ("v1", "ServiceAccount"),
        ("apps/v1", "Deployment"),
        ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
    }
    assert emitted <= known_kinds(version)


def test_versions_are_in_order() -> None:
    assert {"1.33", "1.34", "1.35", "1.36"} <= set(versions())
    assert versions()[0] == "1.25"


def test_a_tuple_is_a_list() -> None:
    data = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": ({"port": 80},)}}
    assert schema_faults(LATEST, data, emitted=True) == ()
