"""The generated schemas: they are those of the kinds, and editors say by them what the parser says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta
from pydantic import BaseModel

from compiler.assets import folder
from compiler.fleet import environment_names
from compiler.kind import Kind
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.metadata import Metadata
from compiler.overlay import overlay
from compiler.read import read
from compiler.schema import GENERATED, schema
from compiler.spec import Shape
from compiler.spec_schemas.document_schema import any_schema, document_schema, overlay_schema
from compiler.trees.folder import FolderTree
from compiler.yaml_reader import load
from tests.compiler.notice import NOTICE

ROOT = Path(__file__).parents[2]
TREE = FolderTree(ROOT)
ENVIRONMENTS = environment_names(TREE)


def test_the_files_are_those_that_the_kinds_generate() -> None:
    target = folder("schemas")
    found = {path.relative_to(target).as_posix(): path.read_text() for glob in GENERATED for path in target.glob(glob)}
    differing = {name for name in schema() | found if schema().get(name) != found.get(name)}
    assert not differing, "run `python -m compiler.schema`"


def test_generating_twice_gives_the_same_bytes() -> None:
    assert schema() == schema()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_schemas_of_a_kind_are_json_schemas(kind: Kind) -> None:
    assert meta.is_valid(document_schema(kind))
    assert meta.is_valid(overlay_schema(kind))


def test_the_schemas_of_any_kind_are_json_schemas() -> None:
    for schema_of in (document_schema, overlay_schema):
        assert meta.is_valid(any_schema(KINDS.values(), schema_of))


# Every field is described.


def every_model(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A model and those of its fields, at any depth."""
    if model not in seen:
        seen.add(model)
        yield model
        for field in model.model_fields.values():
            for inner in models_in(field.annotation):
                yield from every_model(inner, seen)


def undescribed(model: type[BaseModel]) -> Iterator[str]:
    """What of a model says nothing of itself, at any depth."""
    for inner in every_model(model, set()):
        yield from (inner.__name__,) if not inner.__doc__ else ()
        yield from (f"{inner.__name__}.{name}" for name, field in inner.model_fields.items() if not field.description)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


@pytest.mark.parametrize("model", [Metadata, *(kind.spec for kind in KINDS.values())], ids=lambda model: model.__name__)
def test_every_field_of_every_spec_is_described(model: type[BaseModel]) -> None:
    assert list(undescribed(model)) == []


def test_a_rule_between_fields_is_said_in_one_place_and_so_in_every_language() -> None:
    """A model's own validator would be known to the compiler alone."""
    models = {model for kind in KINDS.values() for model in every_model(kind.spec, set())}
    assert {model.__name__ for model in models if model.__pydantic_decorators__.model_validators} == set(COMPILER_ALONE)
    ruled = {model.__name__ for model in models if issubclass(model, Shape) and model.rules}
    assert ruled == {"Target", "KeySource", "Patch"}


COMPILER_ALONE = {"JsonOperation": "whether a value is given: the API server takes one that is null for none"}
"""Model that has a validator of its own -> why its rule cannot be said in every language."""


# They agree with the parser.


def documents() -> Iterator[tuple[str, Any, bool]]:
    """Every document of the example fleet: where it stands, its data, and whether a lower layer has it too."""
    for name in ENVIRONMENTS:
        reading, _ = read(TREE, name, Memo())
        merged, _ = overlay(reading, (), Memo())
        for layered in (*merged.specs, *([merged.environment] if merged.environment else [])):
            for number, document in enumerate(layered.layers):
                whole = number == 0 and layered.key.kind != "Environment"
                yield f"{name} {document.path}", load(document.text)[0][document.index], whole


@pytest.mark.parametrize(
    ("data", "is_whole"), [item[1:] for item in documents()], ids=[item[0] for item in documents()]
)
def test_the_example_fleet_fits_the_schemas(data: Any, is_whole: bool) -> None:
    kind = KINDS[data["kind"]]
    judge = Draft202012Validator(document_schema(kind) if is_whole else overlay_schema(kind))
    assert [error.message for error in judge.iter_errors(data)] == []


@pytest.mark.parametrize(
    ("data", "is_whole"), [item[1:] for item in documents()], ids=[item[0] for item in documents()]
)
def test_the_schema_of_any_kind_says_what_that_of_the_kind_says(data: Any, is_whole: bool) -> None:
    schema_of = document_schema if is_whole else overlay_schema
    for whole in (data, {**data, "spec": {**data["spec"], "nmae": 1}}, {**data, "nmae": 1}):
        one, every = (
            {error.message for error in Draft202012Validator(schema).iter_errors(whole)}
            for schema in (schema_of(KINDS[data["kind"]]), any_schema(KINDS.values(), schema_of))
        )
        assert every == one


def test_a_whole_document_is_an_overlay_too() -> None:
    """So that one schema will do for a folder whose files may be either."""
    judge = Draft202012Validator(any_schema(KINDS.values(), overlay_schema))
    wholes = [data for _, data, is_whole in documents() if is_whole]
    assert wholes
    assert [error.message for data in wholes for error in judge.iter_errors(data)] == []


def test_a_document_of_no_kind_of_ours_is_told_the_kinds() -> None:
    judge = Draft202012Validator(any_schema(KINDS.values(), document_schema))
    data = {"apiVersion": "roster.dev/v1alpha1", "kind": "Agnet", "metadata": {"name": "a"}}
    (error,) = judge.iter_errors(data)
    assert (error.instance_path, error.schema_path) == (["kind"], ["properties", "kind", "enum"])


RULED_CASES = {
    "{kubernetes: {cluster: a}}": True,
    "{directory: {path: a}}": True,
    "{}": False,
    "{kubernetes: {cluster: a}, directory: {path: a}}": False,
}


@pytest.mark.parametrize(("target", "is_right"), RULED_CASES.items(), ids=RULED_CASES)
def test_a_rule_between_fields_holds_for_whole_documents_only(target: str, is_right: bool) -> None:
    kind = KINDS["Environment"]
    text = HEAD.replace("Notice", "Environment") + f"spec: {{fleet: a, namespace: a, target: {target}}}"
    assert judged(kind, text) == ([] if is_right else ["spec.target"])
    assert judged(kind, text, as_overlay=True) == []


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_merged_documents_fit_the_schema_of_whole_documents(name: str) -> None:
    merged, _ = overlay(read(TREE, name, Memo())[0], (), Memo())
    assert merged.environment is not None
    for layered in (*merged.specs, merged.environment):
        judge = Draft202012Validator(document_schema(KINDS[layered.key.kind]))
        assert [error.message for error in judge.iter_errors(layered.data)] == []


def judged(kind: Kind, text: str, *, as_overlay: bool = False) -> list[str]:
    (data,), problems = load(text.encode())
    assert not problems
    judge = Draft202012Validator(overlay_schema(kind) if as_overlay else document_schema(kind))
    return [".".join(map(str, error.instance_path)) for error in judge.iter_errors(data)]


HEAD = "apiVersion: roster.dev/v1alpha1\nkind: Notice\nmetadata: {name: a}\n"

WHOLE_CASES = {
    "spec: {text: hello}": [],
    "spec: {text: {file: hello.md}}": [],
    "spec: {text: {file: hello.md, more: 1}}": ["spec.text"],
    "spec: {}": ["spec"],
    "spec: {text: a, txt: b}": ["spec"],
    "spec: {text: a, to: {b: {do: c}}}": [],
    "spec: {text: a, to: {B: {do: c}}}": ["spec.to"],
    "spec: {text: a, to: {$remove: [b]}}": ["spec.to", "spec.to.$remove"],
    "spec: {text: a, agent: null}": ["spec.agent"],
    "spec: {text: a, settings: {any: [thing, 1]}}": [],
    "spec: {text: a, action: {type: pause, seconds: 0}}": ["spec.action"],
    "spec: {text: a, action: {type: call, url: b}}": [],
}
OVERLAY_CASES = {
    "spec: {}": [],
    "spec: {to: {$remove: [b], c: {do: d}}}": [],
    "spec: {to: {$replace: true, c: {}}}": [],
    "spec: {to: {$replace: maybe}}": ["spec.to.$replace"],
    "spec: {$remove: [to]}": [],
    "spec: {action: {seconds: 3}}": [],
    "spec: {txt: b}": ["spec"],
    "spec: {to: {c: {done: d}}}": ["spec.to.c"],
}


@pytest.mark.parametrize(("spec", "places"), WHOLE_CASES.items(), ids=WHOLE_CASES)
def test_a_whole_document(spec: str, places: list[str]) -> None:
    assert sorted(set(judged(NOTICE, HEAD + spec))) == places


@pytest.mark.parametrize(("spec", "places"), OVERLAY_CASES.items(), ids=OVERLAY_CASES)
def test_an_overlay_needs_nothing_and_takes_directives(spec: str, places: list[str]) -> None:
    assert sorted(set(judged(NOTICE, HEAD + spec, as_overlay=True))) == places


def test_what_a_field_refers_to_is_said() -> None:
    definitions = document_schema(KINDS["Agent"])["$defs"]
    assert definitions["Prompts"]["properties"]["pack"]["x-roster-ref"] == "PromptPack"
    assert definitions["ModelSlot"]["properties"]["use"]["x-roster-ref"] == "Provider/models"
    assert definitions["ModelSlot"]["properties"]["fallback"]["items"]["x-roster-ref"] == "Provider/models"
    assert document_schema(NOTICE)["properties"]["spec"]["properties"]["text"]["x-roster-file"] is True
