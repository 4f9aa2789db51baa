"""The source map as a sidecar: every field of every object of the example fleet, with the lines it came by."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from compiler.assets import folder
from compiler.compiled import Compiled
from compiler.explaining.why import scalars
from compiler.fleet import environment_names
from compiler.inside import at
from compiler.pipeline import compile_environment
from compiler.source_map import pointer, source_map
from compiler.trees.folder import FolderTree

ROOT = Path(__file__).parents[2]
TREE = FolderTree(ROOT)
NAMES = environment_names(TREE)


def mapped(name: str) -> tuple[Compiled, dict[str, Any]]:
    compiled = compile_environment(TREE, name)
    assert compiled.bundle is not None
    return compiled, source_map(compiled, compiled.bundle)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_every_object_has_an_entry(name: str) -> None:
    compiled, found = mapped(name)
    assert compiled.bundle is not None
    for item, entry in zip(compiled.bundle.objects, found["objects"], strict=True):
        assert (entry["kind"], entry["name"], entry["namespace"]) == (item.key.kind, item.key.name, item.key.namespace)
        assert list(entry["fields"]) == [pointer(path) for path, _ in scalars(item.data)]
        assert all(entry["fields"].values())


@pytest.mark.parametrize("name", NAMES)
def test_the_map_has_the_form_that_its_schema_says(name: str) -> None:
    schema = json.loads((folder("schemas") / "reports" / "source_map.json").read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(mapped(name)[1])] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_line_that_sets_a_field_has_the_fields_name_or_value(name: str) -> None:
    lines = {
        (link["file"], link["line"], link["column"], link["field"].rpartition(".")[2])
        for entry in mapped(name)[1]["objects"]
        for links in entry["fields"].values()
        for link in links
        if link["role"] == "layer" and not link["file"].endswith((".md", ".json"))
    }
    assert len(lines) > 5
    for file, line, column, _ in lines:
        text = (ROOT / file).read_text().splitlines()[line - 1]
        assert text[column - 1 :].strip(), (file, line)


FIELDS = {
    (
        "Deployment",
        "support",
        "/spec/template/spec/containers/1/resources/requests/cpu",
    ): "environments/base/agents/support.yaml",
    ("ConfigMap", None, "/data/pack.json"): "environments/base/prompts/",
    ("Namespace", None, "/metadata/name"): "environments/prod/environment.yaml",
}


@pytest.mark.parametrize(("kind", "name", "field"), FIELDS)
def test_a_field_is_led_back_to_the_file_that_sets_it(kind: str, name: str | None, field: str) -> None:
    found = [
        entry["fields"][field]
        for entry in mapped("prod")[1]["objects"]
        if entry["kind"] == kind and name in (None, entry["name"]) and field in entry["fields"]
    ]
    assert found
    for links in found:
        assert any(
            link.get("file", "").startswith(FIELDS[kind, name, field]) for link in links if link["role"] == "layer"
        )


def test_pointers_escape_what_has_a_meaning_in_them() -> None:
    assert pointer(("metadata", "labels", "roster.dev/name", 0, "a~b")) == "/metadata/labels/roster.dev~1name/0/a~0b"
    assert pointer(()) == ""


def test_compile_writes_the_map_beside_the_objects(tmp_path: Path) -> None:
    def compile(seed: str) -> tuple[str, str]:
        command = [sys.executable, "-m", "reconciler.cli", "compile", "prod", "--map", str(tmp_path / "map.json")]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
        return done.stdout, (tmp_path / "map.json").read_text()

    first, second = compile("1"), compile("2")
    assert first == second
    plain = subprocess.run(
        [sys.executable, "-m", "reconciler.cli", "compile", "prod"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert plain.stdout == first[0]
    written = json.loads(first[1])
    assert (written["version"], written["environment"]) == (1, "prod")
    labels = {"role": "roster", "note": "says whose object it is; every object has it"}
    assert at(written, "objects", 0, "fields", "/metadata/labels/roster.dev~1name") == [labels]


def test_a_map_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reconciler.cli", "compile", "prod", "--map", str(tmp_path / "none" / "map.json")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (3, "")
    assert "map.json cannot be written: No such file or directory" in done.stderr
