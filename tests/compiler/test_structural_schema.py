"""The schema of a definition, made into a JSON Schema: Roster and the API server must give the same verdict by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.kube_object import canonical
from compiler.object_schemas.kubernetes_schemas import LATEST
from compiler.object_schemas.object_schema import has_schema, schema_faults, schema_problem
from compiler.object_schemas.structural_schema import schemas_of
from tests.controlplane.cluster import Cluster

CASES = yaml.safe_load((Path(__file__).parent / "structural_schema.yaml").read_text())
GROUP, KIND, PLURAL = "roster.test", "Everything", "everythings"
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"{PLURAL}.{GROUP}"},
    "spec": {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {"kind": KIND, "plural": PLURAL, "singular": KIND.lower(), "listKind": f"{KIND}List"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": CASES["definition"]},
                "subresources": {"status": {}},
            },
            {
                "name": "v1beta1",
                "served": True,
                "storage": False,
                "deprecated": True,
                "deprecationWarning": "use v1",
                "schema": {"openAPIV3Schema": {"type": "object"}},
            },
            {"name": "v1alpha1", "served": False, "storage": False, "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}


def everything(spec: Any, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/v1", "kind": KIND, "metadata": {"name": "a", **metadata}, "spec": spec}


def faults(data: dict[str, Any]) -> set[tuple[str, str]]:
    schema = canonical(dict(schemas_of(DEFINITION))[f"{GROUP}/v1", KIND])
    found = schema_faults(LATEST, data, emitted=False, defined=schema)
    return {(fault.code, "/".join(map(str, fault.path))) for fault in found}


@pytest.fixture(scope="module")
def resource(cluster: Cluster) -> Iterator[str]:
    """The definition is there, and served, until the module's tests are done."""
    cluster.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION).checked()
    try:
        path = f"/apis/{GROUP}/v1/namespaces/default/{PLURAL}"
        cluster.until(path, lambda found: found["kind"] == f"{KIND}List")
        yield path
    finally:
        cluster.request("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{PLURAL}.{GROUP}")


@pytest.mark.parametrize("verdict", ["ok", "refused", "left_to_the_server"])
def test_every_document_gets_the_verdict_of_the_api_server(verdict: str, cluster: Cluster, resource: str) -> None:
    query = {"fieldValidation": "Strict", "dryRun": "All"}
    server = [cluster.request("POST", resource, everything(spec), query=query) for spec in CASES[verdict]]
    surprising = [
        (spec, reply.body.get("message", "accepted"))
        for spec, reply in zip(CASES[verdict], server, strict=True)
        if reply.ok != (verdict == "ok")
    ]
    assert surprising == []
    ours = [spec for spec in CASES[verdict] if bool(faults(everything(spec))) != (verdict == "refused")]
    assert ours == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (everything({"size": 1, "unknown": 1}), {("R0601", "spec/unknown")}),
        (everything({"size": "1"}), {("R0602", "spec/size")}),
        (everything({"size": 1, "groups": {"a": {"sise": 1}}}), {("R0601", "spec/groups/a/sise")}),
        (everything({"size": 1, "hosts": [{}]}), {("R0603", "spec/hosts/0")}),
        (everything({"size": 1, "mode": "quick"}), {("R0604", "spec/mode")}),
        (everything({"size": 1, "one": {}}), {("R0604", "spec/one")}),
        (everything({"size": 1}, name="a" * 41), {("R0604", "metadata/name")}),
        (everything({"size": 1}, labls={}), {("R0601", "metadata/labls")}),
        ({**everything({"size": 1}), "statuss": {}}, {("R0601", "statuss")}),
    ],
)
def test_a_fault_is_told_at_its_field(data: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert faults(data) == expected


def test_only_versions_that_are_served_are_known_and_a_deprecated_one_says_so() -> None:
    schemas = dict(schemas_of(DEFINITION))
    assert list(schemas) == [(f"{GROUP}/v1", KIND), (f"{GROUP}/v1beta1", KIND)]
    assert schemas[f"{GROUP}/v1beta1", KIND]["deprecated"] is True
    assert schemas[f"{GROUP}/v1beta1", KIND]["$comment"] == "use v1"


def test_a_definition_that_keeps_unknown_fields_refuses_none() -> None:
    definition = {**DEFINITION, "spec": {**DEFINITION["spec"], "preserveUnknownFields": True}}  # type: ignore[dict-item]
    schema = canonical(dict(schemas_of(definition))[f"{GROUP}/v1", KIND])
    data = everything({"size": 1, "unknown": {"a": 1}})
    assert schema_faults(LATEST, data, emitted=False, defined=schema) == ()
    assert has_schema(LATEST, (data["apiVersion"], data["kind"]), emitted=False, defined=schema)


@pytest.mark.parametrize(
    "broken", [{}, {"spec": []}, {"spec": {"group": 5, "versions": [5]}}, {"spec": {"versions": {}}}]
)
def test_what_is_no_definition_defines_nothing(broken: dict[str, Any]) -> None:
    assert list(schemas_of(broken)) == []


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (b'{"type": "object"}', ""),
        (b'{"type": "objekt"}', "\"objekt\" is not valid under any of the schemas listed in the 'anyOf' keyword"),
        (b'{"properties": {"$ref": {"type": "string"}}}', ""),
        (b'{"$ref": "http://localhost:9/schema.json"}', "it refers to another place"),
        (b'{"$ref": "file:///etc/passwd"}', "it refers to another place"),
        (b'{"properties": {"spec": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}}', "it refers to another place"),
        (b'{"properties": {"spec": {"$dynamicRef": "#node"}}}', "it refers to another place"),
        (b'{"pattern": "("}', "regex"),
    ],
)
def test_a_schema_from_a_tree_is_refused_before_it_reaches_out(schema: bytes, problem: str) -> None:
    assert problem in schema_problem(schema)
    assert bool(problem) == bool(schema_problem(schema))
