"""Omnia's documents as tests write them, and what becomes of them."""

from typing import Any

import yaml

from compiler.dialects.omnia import omnia
from compiler.document import Document
from compiler.layer import Layer
from compiler.yaml_reader import load

AGENT = {"promptPackRef": {"name": "p"}, "facades": [{"type": "websocket"}]}
"""The spec of the smallest AgentRuntime."""
BASIS = {"prompts": {"pack": "p"}, "facades": {"websocket": {"port": 8080}}}
"""What it becomes."""


def document(kind: str, spec: Any, name: str = "support", **metadata: Any) -> str:
    data = {
        "apiVersion": "omnia.altairalabs.ai/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }
    return yaml.safe_dump(data, sort_keys=False)


def layer(*texts: str) -> Layer:
    """The documents as `read` would hand them on."""
    specs, objects = [], []
    for index, text in enumerate(texts):
        (data,), problems = load(text.encode())
        assert not problems
        found = Document(f"environments/dev/{index}.yaml", 0, data, text.encode())
        (objects if found.data["apiVersion"] == "v1" else specs).append(found)
    return Layer("environments/dev", None, tuple(specs), tuple(objects))


def translated(*texts: str) -> tuple[list[dict[str, Any]], list[str]]:
    """What the documents become, and `CODE field` of what is said about them."""
    result, diagnostics = omnia(layer(*texts))
    return [dict(item.data) for item in result.specs], [f"{item.code} {item.field}" for item in diagnostics]


def config_map(name: str, data: Any, **metadata: Any) -> str:
    return yaml.safe_dump(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": data}
    )
