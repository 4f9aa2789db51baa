"""What ConfigMaps hold, and what agents may know of providers, packs and registries."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.assets import PackageAssets
from compiler.export import export
from compiler.kinds.prompt_pack.pack import pack
from compiler.kube_object import readable
from compiler.link import link
from compiler.memo import Memo
from compiler.overlay import overlay
from compiler.parse import parse
from compiler.read import read
from compiler.spec_key import SpecKey
from compiler.trees.folder import FolderTree

ENVIRONMENT: dict[str, Any] = {"fleet": "acme", "target": {"directory": {"path": "dev"}}, "namespace": "agents"}


def exports(root: Path, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one spec, alone in its environment, offers to others."""
    folder = root / "environments" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    for name, its_kind, its_spec in (("environment", "Environment", ENVIRONMENT), ("spec", kind, spec)):
        own = "dev" if its_kind == "Environment" else "own"
        data = {"apiVersion": "roster.dev/v1alpha1", "kind": its_kind, "metadata": {"name": own}, "spec": its_spec}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(data))
    tree = FolderTree(root)
    memo = Memo()
    overlaid, _ = overlay(read(tree, "dev", memo)[0], (), memo)
    assert overlaid.environment is not None
    declarations, diagnostics = parse((overlaid.environment, *overlaid.specs), memo)
    assert diagnostics == ()
    (environment, declared), _ = link(declarations, tree, "dev", {}, memo)
    _, scope = export(environment, [declared], PackageAssets(), memo).scopes
    return scope.own.exports


def provider(**fields: Any) -> dict[str, Any]:
    return {"type": "claude", "models": {"sonnet": {"model": "claude-sonnet-4"}}, **fields}


SECRET = {"name": "llm", "key": "token"}
CREDENTIALS: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"type": "claude"}, {"env": "ANTHROPIC_API_KEY", "secret": SECRET}),
    ({"type": "openai"}, {"env": "OPENAI_API_KEY", "secret": SECRET}),
    ({"type": "gemini"}, {"env": "GEMINI_API_KEY", "secret": SECRET}),
    ({"type": "vllm"}, {"env": "VLLM_API_KEY", "secret": SECRET}),
    ({"type": "claude", "keyEnv": "KEY"}, {"env": "KEY", "secret": SECRET}),
    ({"keyFrom": {"env": "MINE"}}, None),
    ({"keyFrom": {"file": "/key"}}, None),
]


@pytest.mark.parametrize(("fields", "expected"), CREDENTIALS)
def test_a_key_has_a_variable(tmp_path: Path, fields: dict[str, Any], expected: dict[str, Any] | None) -> None:
    offer = exports(tmp_path, "Provider", provider(**{"keyFrom": {"secretKeyRef": SECRET}, **fields}))
    assert offer["credential"] == expected


PLATFORMS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "bedrock",
        "accessKey",
        {},
        {
            "env": {
                "AWS_ACCESS_KEY_ID": {"name": "cloud", "key": "AWS_ACCESS_KEY_ID"},
                "AWS_SECRET_ACCESS_KEY": {"name": "cloud", "key": "AWS_SECRET_ACCESS_KEY"},
            },
            "files": {},
        },
    ),
    (
        "vertex",
        "serviceAccount",
        {"project": "p"},
        {"env": {}, "files": {"GOOGLE_APPLICATION_CREDENTIALS": {"name": "cloud", "key": "credentials.json"}}},
    ),
    ("azure", "workloadIdentity", {"endpoint": "https://a"}, {"env": {}, "files": {}}),
]


@pytest.mark.parametrize(("platform", "auth", "needs", "expected"), PLATFORMS)
def test_a_platform_has_credentials(
    tmp_path: Path, platform: str, auth: str, needs: dict[str, Any], expected: dict[str, Any]
) -> None:
    source = {} if auth == "workloadIdentity" else {"credentialsFrom": {"secretRef": {"name": "cloud"}}}
    spec = provider(platform={"type": platform, **needs}, auth={"type": auth, **source})
    assert exports(tmp_path, "Provider", spec)["credentials"] == expected


def test_where_a_key_lies_is_not_in_the_config_map(tmp_path: Path) -> None:
    one = exports(tmp_path, "Provider", provider(keyFrom={"secretKeyRef": {"name": "first", "key": "hidden"}}))
    two = exports(tmp_path, "Provider", provider(keyFrom={"secretKeyRef": {"name": "second", "key": "hidden"}}))
    assert one["config"] == two["config"]
    assert "hidden" not in one["payload"].text.value


def test_a_registry_tells_which_secrets_and_tokens_its_handlers_need(tmp_path: Path) -> None:
    bearer = {"type": "bearer", "credentialFrom": {"secretKeyRef": SECRET}}
    handlers = {
        "a": {"type": "mcp", "mcp": {"transport": "sse", "endpoint": "http://a"}, "auth": bearer},
        "b": {
            "type": "mcp",
            "mcp": {"transport": "sse", "endpoint": "http://b"},
            "auth": {"type": "serviceAccount", "audience": "b"},
        },
        "c": {"type": "mcp", "mcp": {"transport": "sse", "endpoint": "http://c"}},
    }
    offer = exports(tmp_path, "ToolRegistry", {"handlers": handlers})
    assert offer["secrets"] == {"a": SECRET}
    assert offer["tokens"] == {"b": {"audience": "b"}}
    assert offer["handlers"] == ["a", "b", "c"]
    settings_of = {item["name"]: item["mcpConfig"] for item in json.loads(offer["payload"].text.value)["handlers"]}
    assert settings_of["a"]["authTokenPath"] == f"{offer['folders']['secrets']}/a"
    assert settings_of["b"]["authTokenPath"] == f"{offer['folders']['tokens']}/b/token"
    assert "authType" not in settings_of["c"]


def test_a_pack_offers_its_prompts_and_its_version(tmp_path: Path) -> None:
    spec = {"version": "1.0.0", "prompts": {"b": {"system": "x"}, "a": {"system": "y"}}}
    offer = exports(tmp_path, "PromptPack", spec)
    assert (offer["prompts"], offer["version"]) == (["a", "b"], "1.0.0")
    compiled = {"version": "1.0.0", "compiled": '{"prompts": {"c": {}}}'}
    assert exports(tmp_path, "PromptPack", compiled)["prompts"] == ["c"]
    assert exports(tmp_path, "PromptPack", {"version": "1.0.0", "compiled": "[" * 100_000})["prompts"] is None


def test_a_change_of_a_prompt_is_a_change_of_its_own_field(tmp_path: Path) -> None:
    spec = {"version": "1.0.0", "prompts": {"default": {"system": "Be kind."}}}
    text = exports(tmp_path, "PromptPack", spec)["payload"].text
    paths = {source.path for source in text.sources}
    assert ("spec", "prompts", "default", "system") in paths
    assert {source.spec for source in text.sources} == {SpecKey("PromptPack", "own", "1.0.0")}


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_a_text_passes_through_unchanged(text: str) -> None:
    data = {"version": "1.0.0", "prompts": {"default": {"system": text, "variables": {}}}, "fragments": {"f": text}}
    document = json.loads(readable(pack("support", data)))
    assert document["prompts"]["default"]["system_template"] == text
    assert document["fragments"]["f"] == text
