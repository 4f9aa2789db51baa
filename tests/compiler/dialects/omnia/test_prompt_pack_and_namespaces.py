"""What becomes of PromptPacks and their ConfigMaps, of namespaces, and of documents that are odd."""

from typing import Any

import pytest

from compiler.dialects.omnia import omnia
from tests.compiler.dialects.omnia.conftest import Fleet
from tests.compiler.dialects.omnia.documents import AGENT, config_map, document, layer, translated

PACK = {"packName": "p", "version": "v1.0.0", "source": {"type": "configmap", "configMapRef": {"name": "text"}}}


def test_a_pack_takes_its_name_and_its_text() -> None:
    pack = document("PromptPack", PACK, name="p-1")
    (made,), found = translated(pack, config_map("text", {"pack.json": " {} "}))
    assert found == []
    assert made["metadata"]["name"] == "p"
    assert made["spec"] == {"version": "1.0.0", "compiled": " {} "}
    result, _ = omnia(layer(pack, config_map("text", {"pack.json": " {} "})))
    assert result.objects == ()
    assert str(result.specs[0].span_of(("metadata", "name"))) == "environments/dev/0.yaml:6:13"


PACKS: list[tuple[dict[str, Any], str, str]] = [
    (PACK, config_map("other", {}), "R0707 spec.source.configMapRef.name"),
    (PACK, config_map("text", {"other": ""}), "R0707 spec.source.configMapRef.name"),
    (PACK, config_map("text", None), "R0707 spec.source.configMapRef.name"),
    (PACK, config_map("text", {"pack.json": "{}", "notes": ""}), "R0702 data.notes"),
    ({**PACK, "skills": [{"source": "s"}]}, config_map("text", {"pack.json": "{}"}), "R0701 spec.skills"),
    ({**PACK, "source": {"type": "git"}}, config_map("text", {}), "R0701 spec.source.type"),
    ({**PACK, "rollout": {}}, config_map("text", {"pack.json": "{}"}), "R0702 spec.rollout"),
    ({"version": "1.0.0", "source": PACK["source"]}, config_map("text", {"pack.json": "{}"}), "R0703 metadata.name"),
]


@pytest.mark.parametrize(("spec", "text", "expected"), PACKS)
def test_a_pack_is_told_what_is_wrong_with_it(spec: dict[str, Any], text: str, expected: str) -> None:
    _, found = translated(document("PromptPack", spec), text)
    assert expected in found


REFERS = {**AGENT, "providers": [{"name": "default", "providerRef": {"name": "a", "namespace": "shared"}}]}
PLAIN = {**AGENT, "providers": [{"name": "default", "providerRef": {"name": "a"}}]}
NAMESPACES: list[tuple[list[str], list[str]]] = [
    (
        [document("Provider", {"type": "mock"}, name="a", namespace="shared"), document("AgentRuntime", REFERS)],
        ["R0704"],
    ),
    ([document("Provider", {"type": "mock"}, name="a"), document("AgentRuntime", REFERS)], []),
    (
        [
            document("Provider", {"type": "mock"}, name="a", namespace="shared"),
            document("AgentRuntime", PLAIN, namespace="team"),
        ],
        ["R0704", "R0704", "R0707"],
    ),
    (
        [
            document("Provider", {"type": "mock"}, name="a", namespace="shared"),
            document("Provider", {"type": "mock"}, name="a", namespace="team"),
        ],
        ["R0704", "R0704", "R0709"],
    ),
    (
        [
            document("PromptPack", PACK, namespace="team"),
            config_map("text", {"pack.json": "{}"}, namespace="shared"),
        ],
        ["R0704", "R0704", "R0707"],
    ),
    (
        [document("Provider", {"type": "mock"}, namespace="team"), config_map("free", {}, namespace="team")],
        ["R0704", "R0704"],
    ),
]


def test_the_namespace_of_the_documents_is_no_object_beside_them() -> None:
    own, other = (f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n" for name in ("team", "other"))
    result, diagnostics = omnia(layer(document("Provider", {"type": "mock"}, namespace="team"), own, other))
    assert [item.name for item in result.objects] == ["other"]
    assert [item.field for item in diagnostics] == ["metadata.namespace", "metadata.name"]


@pytest.mark.parametrize(("texts", "expected"), NAMESPACES)
def test_a_namespace_resolves_references_and_is_then_gone(texts: list[str], expected: list[str]) -> None:
    result, diagnostics = omnia(layer(*texts))
    assert sorted(item.code for item in diagnostics) == expected
    assert not any("namespace" in item.data["metadata"] for item in result.specs)
    if "R0707" not in expected:
        assert not any("namespace" in item.data["metadata"] for item in result.objects)


def test_a_kind_that_cannot_be_read_is_told() -> None:
    assert translated(document("Workspace", {})) == ([], ["R0701 kind"])


def test_a_later_version_of_the_api_is_told() -> None:
    text = document("Provider", {}).replace("v1alpha1", "v2")
    assert translated(text) == ([], ["R0706 apiVersion"])


def test_what_an_api_server_writes_is_no_matter() -> None:
    text = document("Provider", {"type": "mock"}, uid="1", generation=2) + "status: {phase: Ready}\n"
    _, found = translated(text)
    assert found == ["R0702 metadata.generation", "R0702 metadata.uid", "R0702 status"]


def test_a_mistake_in_a_value_is_told_at_omnias_line(fleet: Fleet) -> None:
    compiled = fleet.compiled(document("Provider", {"type": "cluade", "model": "m", "defaults": {"maxTokens": "many"}}))
    found = [(item.code, str(item.span)) for item in compiled.diagnostics]
    assert found == [
        ("R0304", "environments/dev/document-0.yaml:6:9"),
        ("R0302", "environments/dev/document-0.yaml:9:16"),
    ]
