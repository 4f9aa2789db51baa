"""Expressed: the objects of a bundle -> the same objects in each peer's own way: a Helm chart, a kustomization."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from compiler.emit import emit
from compiler.kube_object import KubeObject

SAMPLE = 123
"""The agent whose objects become the chart's template: its number is found nowhere else in them."""
ENVIRONMENT_LABEL = "roster.dev/environment"
_CHART = "apiVersion: v2\nname: fleet\nversion: 1.0.0\n"
_CONFIG = re.compile(r"agent-(\d+)-config-[0-9a-f]+")


def chart(objects: Iterable[KubeObject], folder: Path) -> None:
    """Write a Helm chart: one template that ranges over the agents, and a values file with what differs among them."""
    by_agent: dict[str, list[KubeObject]] = {}
    for item in objects:
        by_agent.setdefault(item.spec.name if item.spec.kind == "Agent" else "", []).append(item)
    others = by_agent.pop("")
    sample = emit(item.data for item in by_agent[f"agent-{SAMPLE}"])
    body = _CONFIG.sub("\0config\0", _literal(sample)).replace(str(SAMPLE), "{{ .number }}")
    body = body.replace("\0config\0", "{{ .config }}")
    template = f"{_literal(emit(item.data for item in others))}{{{{- range .Values.agents }}}}\n{body}{{{{- end }}}}\n"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(_CHART)
    (folder / "templates" / "fleet.yaml").write_text(template)
    (folder / "values.yaml").write_text(emit([{"agents": [_values(name, made) for name, made in by_agent.items()]}]))


def _literal(text: str) -> str:
    """Text in which Helm sees no expression."""
    return re.sub(r"\{\{|\}\}", lambda found: "{{ `" + found.group() + "` }}", text)


def _values(name: str, objects: Iterable[KubeObject]) -> Mapping[str, Any]:
    config = next(found.group() for item in objects if (found := _CONFIG.fullmatch(item.key.name)))
    return {"number": int(name.removeprefix("agent-")), "config": config}


def kustomization(objects: Iterable[KubeObject], folder: Path) -> Path:
    """Write a base and an overlay that sets the namespace and one label. Returns the overlay's folder."""
    bare = [_without_overlay(item.data) for item in objects]
    base, overlay = folder / "base", folder / "overlay"
    base.mkdir(parents=True)
    overlay.mkdir()
    (base / "objects.yaml").write_text(emit(bare))
    (base / "kustomization.yaml").write_text("resources: [objects.yaml]\n")
    labels = f"labels:\n- pairs: {{{ENVIRONMENT_LABEL}: prod}}\n"
    (overlay / "kustomization.yaml").write_text(f"resources: [../base]\nnamespace: agents\n{labels}")
    return overlay


def _without_overlay(data: dict[str, Any]) -> dict[str, Any]:
    data["metadata"].pop("namespace", None)
    data["metadata"]["labels"].pop(ENVIRONMENT_LABEL)
    return data


def parsed(text: bytes) -> frozenset[bytes]:
    """The objects of a YAML stream, as a set of canonical JSON."""
    return frozenset(_canonical(yaml.load_all(text, yaml.CSafeLoader)))


def _canonical(objects: Iterable[Any]) -> Iterator[bytes]:
    return (orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in objects if item is not None)
