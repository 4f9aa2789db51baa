"""Reads the definitions of KEDA, Istio and the Gateway API out of Go's module cache."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

SOURCES = {
    "github.com/kedacore/keda/v2": "config/crd/bases/*.yaml",
    "istio.io/api": "kubernetes/customresourcedefinitions.gen.yaml",
    "sigs.k8s.io/gateway-api": "config/crd/standard/*.yaml",
}
FILE = "definitions.json"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def write_definitions(source: Callable[[str], Path], output: Path) -> None:
    """Keep all definitions as one JSON file, which loads many times faster than the YAML."""
    found = [d for module, pattern in SOURCES.items() for d in _read(source(module), pattern)]
    (output / FILE).write_text(json.dumps(found))


def read_definitions(folder: Path) -> list[dict[str, Any]]:
    """The definitions kept by write_definitions."""
    found: list[dict[str, Any]] = json.loads((folder / FILE).read_text())
    return found


def _read(module: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(module.glob(pattern)):
        for document in yaml.load_all(path.read_text(), Loader=LOADER):
            if document:
                yield document
