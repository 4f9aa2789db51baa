"""Omnia's own documents compile, and every field of its definitions has a verdict."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.compiled import Compiled
from compiler.diagnostic import Severity
from compiler.dialects.omnia import KINDS, omnia
from compiler.dialects.rules import Rule, Table
from compiler.document import Document
from compiler.layer import Layer, Reading
from compiler.memo import Memo
from compiler.overlay import overlay
from compiler.parse import parse
from compiler.source import cause_of
from tests.compiler.dialects.omnia.conftest import Fleet

OURS = frozenset(("R0501", "R0536"))
"""What is said of a Secret that lies beside, and of a runtime that reads Omnia's objects; not the dialect's affair."""


def said(compiled: Compiled) -> list[str]:
    """`CODE file:line`, what is not the dialect's affair left out."""
    found = (item for item in compiled.diagnostics if item.code not in OURS and item.span)
    return sorted(f"{item.code} {item.span.path.rpartition('/')[2]}:{item.span.line}" for item in found)  # type: ignore[union-attr]


def kinds_of(compiled: Compiled) -> list[str]:
    assert compiled.bundle is not None, compiled.diagnostics
    return sorted(item.key.kind for item in compiled.bundle.objects)


def test_the_samples_compile(samples: Path, fleet: Fleet) -> None:
    for file in (samples / "config" / "samples").glob("*.yaml"):
        shutil.copy(file, fleet.folder)
    compiled = fleet.compiled()
    assert said(compiled) == ["R0702 omnia_v1alpha1_promptpack.yaml:18", "R0704 omnia_v1alpha1_provider.yaml:6"]
    kinds = kinds_of(compiled)
    assert kinds.count("ConfigMap") == 3
    assert {"Deployment", "Service", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget"} < set(kinds)


def test_the_echo_function_compiles(samples: Path, fleet: Fleet) -> None:
    for file in (samples / "examples" / "echo-function").glob("*.yaml"):
        shutil.copy(file, fleet.folder)
    compiled = fleet.compiled()
    assert said(compiled) == ["R0702 promptpack.yaml:18", "R0703 provider.yaml:12"]
    assert {"Deployment", "Service", "ConfigMap"} < set(kinds_of(compiled))


def test_a_pack_keeps_its_bytes_and_its_place(samples: Path, fleet: Fleet) -> None:
    file = samples / "config" / "samples" / "omnia_v1alpha1_promptpack.yaml"
    shutil.copy(file, fleet.folder)
    compiled = fleet.compiled()
    assert compiled.bundle is not None
    (made,) = [item for item in compiled.bundle.objects if item.key.kind == "ConfigMap"]
    written = list(yaml.safe_load_all(file.read_text()))[1]["data"]["pack.json"]
    assert made.data["data"] == {"pack.json": written}
    cause = cause_of(compiled.bundle.source_maps[made.key], ("data", "pack.json"))
    assert cause is not None
    (source,) = cause.sources
    span = compiled.documents[source.spec].span_of(source.path)
    assert file.read_text().splitlines()[span.line - 1].strip() == "pack.json: |"


# --- a verdict for every field


def properties(schema: dict[str, Any], path: str = "spec") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    if "items" in schema:
        yield from properties(schema["items"], f"{path}[]")
    for name, inner in schema.get("properties", {}).items():
        yield from properties(inner, f"{path}.{name}")


def schema_of(samples: Path, kind: str) -> dict[str, Any]:
    file = samples / "config" / "crd" / "bases" / f"omnia.altairalabs.ai_{kind.lower().removesuffix('y')}"
    (found,) = [*file.parent.glob(f"{file.name}ies.yaml"), *file.parent.glob(f"{file.name}s.yaml")]
    (version,) = yaml.load(found.read_text(), yaml.CSafeLoader)["spec"]["versions"]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return schema


def without_verdict(schema: dict[str, Any], table: Table, path: str) -> Iterator[str]:
    """The properties that a table, or a table inside it, does not name."""
    for name, inner in schema.get("properties", {}).items():
        rule = table.get(name)
        if rule is None:
            yield f"{path}.{name}"
        else:
            yield from inside(inner, rule, f"{path}.{name}")


def inside(schema: dict[str, Any], rule: Rule, path: str) -> Iterator[str]:
    fields = schema.get("items", schema)
    for table in rule.tables():
        yield from without_verdict(fields, table, path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_omnias_definitions_has_a_verdict(samples: Path, kind: str) -> None:
    schema = schema_of(samples, kind)
    assert len(list(properties(schema))) > 5
    assert list(without_verdict(schema, KINDS[kind].spec, "spec")) == []


ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    5,
    -1,
    True,
    1.5,
    [],
    [None],
    ["x"],
    [{}],
    [[]],
    {},
    {"a": None},
    {"name": 5},
    {"name": "x"},
)


def spoiled(schema: dict[str, Any], value: Any) -> Iterator[Any]:
    """Values of the shape of a schema with the odd value in one place."""
    yield value
    for name, inner in schema.get("properties", {}).items():
        for item in spoiled(inner, value):
            yield {name: item}
            yield {"type": "redis", "enabled": True, "name": "n", name: item}
    if "items" in schema:
        for item in spoiled(schema["items"], value):
            yield [item]


@pytest.mark.parametrize("kind", KINDS)
def test_no_document_makes_it_fail(samples: Path, kind: str) -> None:
    schema = schema_of(samples, kind)
    for name in ("affinity", "volumes", "tolerations", "console", "rollout", "externalAuth", "evals"):
        schema.get("properties", {}).pop(name, None)
    schema.get("properties", {}).get("runtime", {}).get("properties", {}).pop("affinity", None)
    schema.get("properties", {}).get("runtime", {}).get("properties", {}).pop("volumes", None)
    for value in ODD:
        for spec in spoiled(schema, value):
            data = {
                "apiVersion": "omnia.altairalabs.ai/v1alpha1",
                "kind": kind,
                "metadata": {"name": "n"},
                "spec": spec,
            }
            found = Document("environments/dev/n.yaml", 0, data, b"{}")
            result, diagnostics = omnia(Layer("environments/dev", None, (found,), ()))
            if not any(item.severity is Severity.ERROR for item in diagnostics):
                merged, _ = overlay(Reading("dev", (result,)), (), Memo())
                parse(merged.specs, Memo())
