"""What becomes of Providers and ToolRegistries."""

from typing import Any

import pytest

from tests.compiler.dialects.omnia.documents import AGENT, document, translated

PROVIDERS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"type": "mock"}, {"type": "mock", "models": {"default": {}}}, []),
    (
        {"type": "claude", "model": "m", "credential": {"secretRef": {"name": "s"}}},
        {"keyFrom": {"secretKeyRef": {"name": "s", "key": "ANTHROPIC_API_KEY"}}},
        [],
    ),
    (
        {"type": "anthropic", "model": "m", "secretRef": {"name": "s"}, "validateCredentials": True},
        {"type": "claude", "keyFrom": {"secretKeyRef": {"name": "s", "key": "ANTHROPIC_API_KEY"}}},
        ["R0703 spec.type", "R0703 spec.secretRef", "R0702 spec.validateCredentials"],
    ),
    ({"type": "openai", "model": "m", "credential": {"envVar": "K"}}, {"keyFrom": {"env": "K"}}, []),
    ({"type": "openai", "model": "m", "credential": {"filePath": "/k"}}, {"keyFrom": {"file": "/k"}}, []),
    (
        {
            "type": "openai",
            "model": "m",
            "defaults": {"temperature": "0.7", "topP": "1", "truncationStrategy": "sliding"},
        },
        {"defaults": {"temperature": 0.7, "topP": 1, "truncation": "sliding"}},
        [],
    ),
    ({"type": "openai", "model": "m", "defaults": {"temperature": "warm"}}, {}, ["R0706 spec.defaults.temperature"]),
    (
        {"type": "openai", "model": "m", "pricing": {"inputCostPer1K": "1"}, "capabilities": ["text"]},
        {"models": {"default": {"model": "m", "pricing": {"inputPer1K": "1"}, "capabilities": ["text"]}}},
        [],
    ),
    (
        {
            "type": "claude",
            "model": "m",
            "platform": {"type": "bedrock", "region": "r"},
            "auth": {"type": "accessKey", "roleArn": "a", "credentialsSecretRef": {"name": "s", "key": "k"}},
        },
        {"auth": {"type": "accessKey", "roleARN": "a", "credentialsFrom": {"secretRef": {"name": "s"}}}},
        ["R0702 spec.auth.credentialsSecretRef.key"],
    ),
    ({"type": "openai", "modle": "m"}, {}, ["R0705 spec.modle"]),
    ({"type": "openai", "model": "m", "config": {"topP": "0.5"}}, {"defaults": {"topP": 0.5}}, ["R0703 spec.config"]),
    (
        {"type": "ollama", "model": "m", "credential": {"secretRef": {"name": "s"}}},
        {"keyFrom": None},
        ["R0702 spec.credential.secretRef"],
    ),
    (
        {"type": "vllm", "model": "m", "credential": {"secretRef": {"name": "s"}}},
        {"keyFrom": {"secretKeyRef": {"name": "s", "key": "VLLM_API_KEY"}}},
        ["R0708 spec.credential.secretRef"],
    ),
]


@pytest.mark.parametrize(("theirs", "ours", "expected"), PROVIDERS)
def test_a_provider_becomes(theirs: dict[str, Any], ours: dict[str, Any], expected: list[str]) -> None:
    (made,), found = translated(document("Provider", theirs))
    assert sorted(found) == sorted(expected)
    assert {key: made["spec"].get(key) for key in ours} == ours


def test_an_agent_uses_the_one_model_of_a_provider_of_ours() -> None:
    agent = document("AgentRuntime", {**AGENT, "providers": [{"name": "default", "providerRef": {"name": "ours"}}]})
    own = "apiVersion: roster.dev/v1alpha1\nkind: Provider\nmetadata: {name: ours}\nspec: {models: {large: {}}}\n"
    (made, _), found = translated(agent, own)
    assert found == []
    assert made["spec"]["models"] == {"default": {"use": "ours/large"}}


TOOL = {"name": "t", "description": "T", "inputSchema": {}}
HANDLERS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (
        {
            "type": "http",
            "httpConfig": {"endpoint": "e", "retryPolicy": {"maxAttempts": 3, "backoffMultiplier": "1.5"}},
        },
        {"type": "http", "http": {"endpoint": "e", "retry": {"maxAttempts": 3, "backoffMultiplier": 1.5}}},
        [],
    ),
    (
        {
            "type": "http",
            "httpConfig": {"endpoint": "e", "authType": "basic", "authSecretRef": {"name": "s", "key": "k"}},
        },
        {
            "type": "http",
            "http": {"endpoint": "e"},
            "auth": {"type": "basic", "credentialFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        },
        ["R0703 spec.handlers[0].httpConfig.authType", "R0703 spec.handlers[0].httpConfig.authSecretRef"],
    ),
    (
        {"type": "openapi", "openAPIConfig": {"specURL": "u", "operationFilter": ["a"]}, "tool": TOOL},
        {"type": "openapi", "openapi": {"specURL": "u", "operations": ["a"]}},
        ["R0702 spec.handlers[0].tool"],
    ),
    (
        {"type": "grpc", "grpcConfig": {"endpoint": "e", "tls": True, "tlsCAPath": "/ca"}, "tool": TOOL},
        {"type": "grpc", "grpc": {"endpoint": "e", "tls": {"caPath": "/ca"}}, "tool": TOOL},
        [],
    ),
    (
        {"type": "grpc", "grpcConfig": {"endpoint": "e", "tlsCAPath": "/ca"}},
        {"type": "grpc", "grpc": {"endpoint": "e"}},
        ["R0702 spec.handlers[0].grpcConfig.tlsCAPath"],
    ),
    (
        {"type": "mcp", "mcpConfig": {"transport": "stdio", "command": "c", "toolFilter": {"blocklist": ["x"]}}},
        {"type": "mcp", "mcp": {"transport": "stdio", "command": "c", "deny": ["x"]}},
        [],
    ),
    (
        {"type": "client", "clientConfig": {"consentMessage": "?"}, "httpConfig": {"endpoint": "e"}, "retries": 3},
        {"type": "client", "client": {"consentMessage": "?"}},
        ["R0702 spec.handlers[0].httpConfig", "R0702 spec.handlers[0].retries"],
    ),
    (
        {"type": "mcp", "auth": {"type": "serviceAccount", "serviceAccount": {"audience": "a"}, "secretRef": {}}},
        {"type": "mcp", "auth": {"type": "serviceAccount", "audience": "a"}},
        ["R0702 spec.handlers[0].auth.secretRef"],
    ),
    ({"type": "mcp", "auth": {"type": "none"}}, {"type": "mcp"}, []),
    ({"type": "mcp", "selector": {}}, {"type": "mcp"}, ["R0701 spec.handlers[0].selector"]),
]


@pytest.mark.parametrize(("theirs", "ours", "expected"), HANDLERS)
def test_a_handler_becomes(theirs: dict[str, Any], ours: dict[str, Any], expected: list[str]) -> None:
    (made,), found = translated(document("ToolRegistry", {"handlers": [{"name": "h", **theirs}]}))
    assert found == expected
    assert made["spec"] == {"handlers": {"h": ours}}


def test_probing_is_refused_where_it_is_on() -> None:
    for enabled, code in ((True, "R0701"), (False, "R0702")):
        _, found = translated(document("ToolRegistry", {"handlers": [], "probe": {"enabled": enabled}}))
        assert found == [f"{code} spec.probe"]
