"""What is said of the fields of an AgentRuntime that are old, or have no place in a spec of ours."""

from typing import Any

import pytest

from compiler.diagnostic import Severity
from compiler.dialects.omnia import omnia
from tests.compiler.dialects.omnia.documents import AGENT, BASIS, document, layer, translated

OLD_FORMS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (
        {"promptPackRef": {"name": "p"}, "facade": {"type": "websocket", "port": 81, "media": {"enabled": True}}},
        {**BASIS, "facades": {"websocket": {"port": 81}}},
        ["R0703 spec.facade", "R0702 spec.facade.media"],
    ),
    (
        {**AGENT, "session": {"type": "redis", "storeRef": {"name": "r"}}},
        {**BASIS, "session": {"urlFrom": {"secretKeyRef": {"name": "r", "key": "url"}}}},
        ["R0703 spec.session"],
    ),
    (
        {**AGENT, "session": {"ttl": "1h"}, "context": {"ttl": "2h"}},
        {**BASIS, "session": {"ttl": "2h"}},
        ["R0702 spec.session"],
    ),
    (
        {**AGENT, "providerRef": {"name": "a"}},
        {**BASIS, "models": {"default": {"use": "a/default"}}},
        ["R0703 spec.providerRef"],
    ),
    (
        {**AGENT, "provider": {"providerRef": {"name": "a"}}},
        {**BASIS, "models": {"default": {"use": "a/default"}}},
        ["R0703 spec.provider"],
    ),
    (
        {**AGENT, "a2a": {"enabled": True, "taskTTL": "2h"}},
        {**BASIS, "facades": {"websocket": {"port": 8080}, "a2a": {"port": 9999, "taskTTL": "2h"}}},
        ["R0703 spec.a2a"],
    ),
    (
        {**AGENT, "facades": [{"type": "websocket", "a2a": {"enabled": True, "port": 7}}]},
        {**BASIS, "facades": {"websocket": {"port": 8080}, "a2a": {"port": 7}}},
        ["R0703 spec.facades[0].a2a"],
    ),
]


@pytest.mark.parametrize(("theirs", "ours", "expected"), OLD_FORMS)
def test_an_old_form_is_mapped_with_a_warning(
    theirs: dict[str, Any], ours: dict[str, Any], expected: list[str]
) -> None:
    (made,), found = translated(document("AgentRuntime", theirs))
    assert found == expected
    assert made["spec"] == ours


VERDICTS: list[tuple[dict[str, Any], str]] = [
    ({"rollout": {"steps": [{"setWeight": 5}]}}, "R0701 spec.rollout"),
    ({"memory": {"enabled": True}}, "R0701 spec.memory"),
    ({"memory": {"enabled": False}}, "R0702 spec.memory"),
    ({"duplex": {"enabled": True}}, "R0701 spec.duplex"),
    ({"console": {"maxFiles": 3}}, "R0701 spec.console"),
    ({"externalAuth": {"clientKeys": {}}}, "R0701 spec.externalAuth"),
    ({"evals": {"enabled": True}}, "R0701 spec.evals"),
    ({"evals": {"sampling": {"defaultRate": 5}}}, "R0702 spec.evals"),
    ({"privacyPolicyRef": {"name": "p"}}, "R0701 spec.privacyPolicyRef"),
    ({"serviceGroup": "default"}, "R0702 spec.serviceGroup"),
    ({"serviceGroup": "gold"}, "R0701 spec.serviceGroup"),
    ({"session": {"type": "postgres"}}, "R0701 spec.session.type"),
    ({"provider": {"type": "mock"}}, "R0701 spec.provider"),
    ({"context": {"type": "redis"}}, "R0706 spec.context.type"),
    ({"context": {"type": "memory", "storeRef": {"name": "r"}}}, "R0702 spec.context.storeRef"),
    ({"framework": {"type": "custom"}}, "R0706 spec.framework.type"),
    ({"runtime": {"replicas": 2, "autoscaling": {"enabled": True}}}, "R0702 spec.runtime.replicas"),
    ({"runtime": {"autoscaling": {"enabled": False}}}, "R0702 spec.runtime.autoscaling"),
    ({"runtime": {"autoscaling": {"enabled": True, "keda": {}}}}, "R0702 spec.runtime.autoscaling.keda"),
    (
        {"runtime": {"volumeMounts": [{"name": "v", "mountPath": "/v", "subPathExpr": "x"}]}},
        "R0701 spec.runtime.volumeMounts[0].subPathExpr",
    ),
    ({"runtime": {"extraEnv": [{"name": "A"}, {"name": "A"}]}}, "R0706 spec.runtime.extraEnv[1].name"),
    ({"runtime": {"extraEnv": [{"value": "A"}]}}, "R0706 spec.runtime.extraEnv[0].name"),
    ({"runtime": {"replicaz": 2}}, "R0705 spec.runtime.replicaz"),
    ({"promptPackReff": {"name": "p"}}, "R0705 spec.promptPackReff"),
    ({"facades": [{"type": "websocket"}, {"type": "websocket"}]}, "R0706 spec.facades[1].type"),
    ({"facades": [{"type": "websocket", "mcp": {"enabled": True}}]}, "R0702 spec.facades[0].mcp"),
    ({"facades": [{"type": "websocket", "managementPlane": True}]}, "R0702 spec.facades[0].managementPlane"),
    ({"facades": [{"type": "rest"}, {"type": "mcp", "port": 9}]}, "R0702 spec.facades[1].port"),
    ({"media": {"storage": {"type": "s3"}}}, "R0706 spec.media.storage.type"),
    ({"media": {"storage": {"type": "none", "s3": {"bucket": "b"}}}}, "R0702 spec.media.storage.s3"),
    (
        {"podOverrides": {"extraVolumeMounts": [{"name": "v", "mountPath": "/v"}]}},
        "R0708 spec.podOverrides.extraVolumeMounts",
    ),
    ({"providers": [{"name": "default"}]}, "R0706 spec.providers[0].providerRef"),
]


@pytest.mark.parametrize(("theirs", "expected"), VERDICTS)
def test_a_field_that_has_no_place_is_told_at_its_line(theirs: dict[str, Any], expected: str) -> None:
    result, diagnostics = omnia(layer(document("AgentRuntime", {**AGENT, **theirs})))
    assert expected in [f"{item.code} {item.field}" for item in diagnostics]
    severities = {item.code: item.severity for item in diagnostics}
    warnings = {"R0702", "R0703", "R0704", "R0708"}
    assert all((severity is Severity.WARNING) == (code in warnings) for code, severity in severities.items())
    assert all(item.span is not None and item.span.line > 1 for item in diagnostics)
    assert len(result.specs) == 1


def test_the_annotation_for_a_mock_becomes_a_variable() -> None:
    (made,), found = translated(
        document("AgentRuntime", AGENT, annotations={"omnia.altairalabs.ai/mock-provider": "true"})
    )
    assert found == []
    assert made["spec"]["runtime"] == {"env": {"OMNIA_MOCK_PROVIDER": "true"}}
