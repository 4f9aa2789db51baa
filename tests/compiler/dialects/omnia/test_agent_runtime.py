"""What becomes of each field of an AgentRuntime, and what is said of those that have no place."""

from typing import Any

import pytest

from tests.compiler.dialects.omnia.documents import AGENT, BASIS, document, translated

AGENT_FIELDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"mode": "agent"}, {"mode": "daemon"}),
    ({"mode": "function", "inputSchema": {"type": "object"}}, {"mode": "function", "inputSchema": {"type": "object"}}),
    ({"outputSchema": {"a": None}, "outputFormat": "json"}, {"outputSchema": {"a": None}, "outputFormat": "json"}),
    ({"framework": {"type": "promptkit", "version": "1"}}, {"framework": {"type": "promptkit", "version": "1"}}),
    ({"framework": {"type": "langchain", "image": "i"}}, {"framework": {"type": "promptkit", "image": "i"}}),
    ({"promptPackRef": {"name": "q", "version": "v1.0.0"}}, {"prompts": {"pack": "q", "version": "1.0.0"}}),
    ({"promptPackRef": {"name": "q", "track": "prerelease"}}, {"prompts": {"pack": "q", "track": "prerelease"}}),
    ({"toolRegistryRef": {"name": "t"}}, {"tools": {"default": {"registry": "t"}}}),
    (
        {"providers": [{"name": "default", "providerRef": {"name": "a"}, "requiredCapabilities": ["tools"]}]},
        {"models": {"default": {"use": "a/default", "requires": ["tools"]}}},
    ),
    (
        {"providers": [{"name": "vectors", "role": "embedding", "providerRef": {"name": "b"}}]},
        {"models": {"vectors": {"use": "b/default", "role": "embedding"}}},
    ),
    ({"context": {"type": "memory", "ttl": "1h"}}, {"session": {"ttl": "1h"}}),
    (
        {"context": {"type": "redis", "storeRef": {"name": "r"}}},
        {"session": {"urlFrom": {"secretKeyRef": {"name": "r", "key": "url"}}}},
    ),
    ({"media": {"basePath": "/m"}}, {"media": {"basePath": "/m"}}),
    (
        {"media": {"storage": {"type": "local", "local": {"basePath": "/m", "volumeClaim": "c"}, "defaultTTL": "1h"}}},
        {"media": {"storage": {"local": {"path": "/m", "volumeClaim": "c"}, "defaultTTL": "1h"}}},
    ),
    (
        {
            "media": {
                "storage": {"type": "s3", "s3": {"bucket": "b"}, "secretRef": {"name": "s"}, "maxFileSizeBytes": 9}
            }
        },
        {"media": {"storage": {"s3": {"bucket": "b"}, "secret": "s", "maxFileSize": 9}}},
    ),
    ({"runtime": {"replicas": 2}}, {"runtime": {"scale": {"replicas": 2}}}),
    ({"runtime": {"resources": {"limits": {"cpu": 1}}}}, {"runtime": {"resources": {"limits": {"cpu": 1}}}}),
    (
        {"runtime": {"autoscaling": {"enabled": True, "maxReplicas": 5}}},
        {"runtime": {"scale": {"autoscaler": "hpa", "min": 1, "max": 5, "memory": 70, "cpu": 90}}},
    ),
    (
        {"runtime": {"autoscaling": {"enabled": True, "type": "keda", "minReplicas": 0}}},
        {"runtime": {"scale": {"autoscaler": "keda", "min": 0, "max": 100, "sessions": 200}}},
    ),
    (
        {
            "runtime": {
                "autoscaling": {
                    "enabled": True,
                    "type": "keda",
                    "keda": {"pollingInterval": 15, "triggers": [{"type": "cron", "metadata": {"a": "b"}}]},
                }
            }
        },
        {
            "runtime": {
                "scale": {
                    "autoscaler": "keda",
                    "min": 1,
                    "max": 100,
                    "pollingInterval": 15,
                    "triggers": [{"type": "cron", "metadata": {"a": "b"}}],
                }
            }
        },
    ),
    (
        {
            "runtime": {
                "volumes": [{"name": "v", "emptyDir": {}}],
                "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": True}],
            }
        },
        {"runtime": {"volumes": {"v": {"emptyDir": {}}}, "mounts": {"/v": {"volume": "v", "readOnly": True}}}},
    ),
    (
        {"runtime": {"extraEnv": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {}}}]}},
        {"runtime": {"env": {"A": "1", "B": {"fieldRef": {}}}}},
    ),
    (
        {
            "runtime": {"nodeSelector": {"a": "1", "b": "1"}, "tolerations": [{"key": "x"}]},
            "extraPodAnnotations": {"a": "1", "b": "1"},
            "podOverrides": {
                "nodeSelector": {"b": "2"},
                "annotations": {"b": "2"},
                "tolerations": [{"key": "y"}],
                "imagePullSecrets": [{"name": "login"}],
                "serviceAccountName": "sa",
                "priorityClassName": "high",
                "labels": {"l": "1"},
                "extraEnvFrom": [{"secretRef": {"name": "s"}}],
            },
        },
        {
            "runtime": {
                "nodeSelector": {"a": "1", "b": "2"},
                "annotations": {"a": "1", "b": "2"},
                "tolerations": [{"key": "x"}, {"key": "y"}],
                "imagePullSecrets": ["login"],
                "serviceAccount": "sa",
                "priorityClass": "high",
                "labels": {"l": "1"},
                "envFrom": [{"secretRef": {"name": "s"}}],
            }
        },
    ),
    (
        {"podOverrides": {"extraEnv": [{"name": "A", "value": "1"}]}},
        {"runtime": {"env": {"A": "1"}}, "facades": {"websocket": {"port": 8080, "env": {"A": "1"}}}},
    ),
    (
        {"facades": [{"type": "websocket", "expose": {"enabled": True, "host": "h"}, "handler": "echo"}]},
        {"facades": {"websocket": {"port": 8080, "expose": {"host": "h"}, "handler": "echo"}}},
    ),
    ({"facades": [{"expose": {"enabled": False}}]}, {"facades": {"websocket": {"port": 8080}}}),
    ({"facades": [{"type": "a2a"}]}, {"facades": {"a2a": {"port": 8080}}}),
    (
        {"facades": [{"type": "websocket"}, {"type": "a2a"}]},
        {"facades": {"websocket": {"port": 8080}, "a2a": {"port": 9999}}},
    ),
    (
        {"facades": [{"type": "rest"}, {"type": "mcp", "mcp": {"enabled": True, "port": 7000}}]},
        {"facades": {"rest": {"port": 8080}, "mcp": {"port": 7000}}},
    ),
    (
        {
            "facades": [
                {
                    "type": "a2a",
                    "port": 1,
                    "a2a": {
                        "agentCard": {"name": "n", "skills": [{"id": "s", "name": "S", "tags": ["t"]}]},
                        "taskStore": {"type": "redis", "redisSecretRef": {"name": "r"}},
                        "clients": [
                            {
                                "name": "c",
                                "url": "http://c",
                                "exposeAsTools": True,
                                "authentication": {"secretRef": {"name": "k"}},
                            },
                            {"name": "d", "agentRuntimeRef": {"name": "support"}},
                        ],
                    },
                }
            ]
        },
        {
            "facades": {
                "a2a": {
                    "port": 1,
                    "card": {"name": "n", "skills": {"s": {"name": "S", "tags": ["t"]}}},
                    "taskStore": {"type": "redis", "urlFrom": {"secretKeyRef": {"name": "r", "key": "url"}}},
                    "clients": {
                        "c": {
                            "url": "http://c",
                            "exposeAsTools": True,
                            "tokenFrom": {"secretKeyRef": {"name": "k", "key": "token"}},
                        },
                        "d": {"agent": "support"},
                    },
                }
            }
        },
    ),
]


@pytest.mark.parametrize(("theirs", "ours"), AGENT_FIELDS)
def test_a_field_of_an_agent_runtime_becomes(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    (made,), found = translated(document("AgentRuntime", {**AGENT, **theirs}))
    assert found == []
    assert made["kind"] == "Agent"
    assert made["apiVersion"] == "roster.dev/v1alpha1"
    assert made["spec"] == {**BASIS, **ours}
