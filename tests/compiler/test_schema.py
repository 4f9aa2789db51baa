"""The generated schemas: they are those of the kinds, they say what the parser says, and a cluster takes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema_rs import Draft202012Validator, meta
from pydantic import BaseModel, Field

from compiler.assets import folder
from compiler.compiled import Compiled
from compiler.definition import definition
from compiler.document_schema import document_schema, overlay_schema
from compiler.fleet import environment_names
from compiler.kind import Column, Kind
from compiler.kinds import KINDS
from compiler.metadata import Metadata
from compiler.overlay import overlay
from compiler.pipeline import compile_environment
from compiler.read import read
from compiler.schema import GENERATED, schema
from compiler.spec import Json, Name, Shape, Spec, String, Text
from compiler.trees.folder import FolderTree
from compiler.yaml_reader import load
from tests.controlplane.cluster import Cluster

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


# Every field is described.


def undescribed(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """The fields of a model, at any depth, that say nothing of themselves."""
    if model in seen:
        return
    seen.add(model)
    if not model.__doc__:
        yield model.__name__
    for name, field in model.model_fields.items():
        if not field.description:
            yield f"{model.__name__}.{name}"
        for inner in models_in(field.annotation):
            yield from undescribed(inner, seen)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


@pytest.mark.parametrize("model", [Metadata, *(kind.spec for kind in KINDS.values())], ids=lambda model: model.__name__)
def test_every_field_of_every_spec_is_described(model: type[BaseModel]) -> None:
    assert list(undescribed(model, set())) == []


# They agree with the parser.


def documents() -> Iterator[tuple[str, Any, bool]]:
    """Every document of the example fleet: where it stands, its data, and whether a lower layer has it too."""
    for name in ENVIRONMENTS:
        reading, _ = read(TREE, name)
        merged, _ = overlay(reading)
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


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_merged_documents_fit_the_schema_of_whole_documents(name: str) -> None:
    merged, _ = overlay(read(TREE, name)[0])
    assert merged.environment is not None
    for layered in (*merged.specs, merged.environment):
        judge = Draft202012Validator(document_schema(KINDS[layered.key.kind]))
        assert [error.message for error in judge.iter_errors(layered.data)] == []


def judged(kind: Kind, text: str, *, as_overlay: bool = False) -> list[str]:
    (data,), problems = load(text.encode())
    assert not problems
    judge = Draft202012Validator(overlay_schema(kind) if as_overlay else document_schema(kind))
    return [".".join(map(str, error.instance_path)) for error in judge.iter_errors(data)]


class Step(Shape):
    """One step."""

    do: String = Field(description="What is done, `wait`.", min_length=1)


class Pause(Shape):
    """A pause."""

    type: Literal["pause"] = Field(description="Always `pause`.")
    seconds: int = Field(description="How long, in seconds, 3.", gt=0)


class Call(Shape):
    """A call."""

    type: Literal["call"] = Field(description="Always `call`.")
    url: String = Field(description="Where, `http://a`.")


class NoticeSpec(Spec):
    """A notice."""

    text: Text = Field(description="The text, or a file.")
    to: dict[Name, Step] = Field(default={}, description="Steps by name.", min_length=1)
    agent: Name | None = Field(default=None, description="An agent.", json_schema_extra={})
    settings: Json = Field(default=None, description="Anything at all.")
    action: Pause | Call | None = Field(default=None, description="What then.", discriminator="type")
    amount: int | str = Field(default=1, description="How much, 1 or `1Gi`.")


NOTICE = Kind(
    name="Notice",
    plural="notices",
    short_names=("no",),
    spec=NoticeSpec,
    title="A notice.",
    lower=lambda _declaration, _scope: (),
    columns=(Column("Text", ".spec.text", wide=True),),
)
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


# A cluster takes them.


def spec_of(data: Any) -> Any:
    (version,) = data["spec"]["versions"]
    return version["schema"]["openAPIV3Schema"]["properties"]["spec"]


def test_a_definition_is_structural() -> None:
    fields = spec_of(definition(NOTICE))["properties"]
    assert fields["text"] == {"type": "string", "description": "The text, or a file."}
    assert fields["settings"] == {"description": "Anything at all.", "x-kubernetes-preserve-unknown-fields": True}
    assert fields["to"]["additionalProperties"]["properties"]["do"]["type"] == "string"
    assert fields["amount"]["x-kubernetes-int-or-string"] is True
    action = fields["action"]
    assert action["properties"]["type"]["enum"] == ["call", "pause"]
    assert (action["properties"]["seconds"]["minimum"], action["properties"]["seconds"]["exclusiveMinimum"]) == (
        0,
        True,
    )
    assert action["required"] == ["type"]


def test_a_definition_names_what_kubectl_prints() -> None:
    data = definition(NOTICE)
    assert data["metadata"]["name"] == "notices.roster.dev"
    assert data["spec"]["names"]["categories"] == ["roster"]
    (version,) = data["spec"]["versions"]
    assert [column["name"] for column in version["additionalPrinterColumns"]] == ["Text", "Age"]
    assert version["additionalPrinterColumns"][0]["priority"] == 1
    assert version["subresources"] == {"status": {}}


GROUP = "schemas.test.roster.dev"
"""The definitions are tried under another group, so that no other test of the same cluster sees them."""


@pytest.fixture(scope="module")
def installed(cluster: Cluster) -> Iterator[Cluster]:
    """A cluster that has the definitions of all kinds."""
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    names = []
    for kind in (*KINDS.values(), NOTICE):
        data = definition(kind)
        data["metadata"]["name"] = f"{kind.plural}.{GROUP}"
        data["spec"]["group"] = GROUP
        cluster.request("POST", path, data, query={"fieldValidation": "Strict"}).checked()
        names.append(data["metadata"]["name"])
    for name in names:
        cluster.until(f"{path}/{name}", is_established)
    yield cluster
    for name in names:
        cluster.request("DELETE", f"{path}/{name}")


def is_established(data: Any) -> bool:
    conditions = {item["type"]: item["status"] for item in (data.get("status") or {}).get("conditions") or ()}
    assert "NonStructuralSchema" not in conditions
    return conditions.get("Established") == "True"


def path_of(kind: Kind, namespace: str) -> str:
    where = f"namespaces/{namespace}/" if kind.namespaced else ""
    return f"/apis/{GROUP}/v1alpha1/{where}{kind.plural}"


def compiled(name: str) -> Compiled:
    return compile_environment(TREE, name)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_record_of_the_example_fleet_is_stored_whole(name: str, installed: Cluster, namespace: str) -> None:
    bundle = compiled(name).bundle
    assert bundle is not None
    assert bundle.records
    for item in bundle.records:
        data = {**item.data, "apiVersion": f"{GROUP}/v1alpha1"}
        kind = KINDS[data["kind"]]
        if kind.namespaced:
            data["metadata"]["namespace"] = namespace
        path = path_of(kind, namespace)
        stored = installed.request("POST", path, data, query={"fieldValidation": "Strict"}).checked().body
        assert stored["spec"] == data["spec"]
        if not kind.namespaced:
            installed.request("DELETE", f"{path}/{data['metadata']['name']}")


def test_a_record_takes_any_json_and_any_branch(installed: Cluster, namespace: str) -> None:
    specs = (
        {"text": "x" * 9000, "settings": {"any": [1, None, {"deep": True}]}, "amount": "1Gi"},
        {"text": "x", "settings": "text", "amount": 2, "action": {"type": "pause", "seconds": 1}},
        {"text": "x", "to": {"a": {"do": "b"}}, "action": {"type": "call", "url": "c"}},
    )
    for number, spec in enumerate(specs):
        data = {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Notice", "metadata": {"name": f"n{number}"}, "spec": spec}
        path = path_of(NOTICE, namespace)
        stored = installed.request("POST", path, data, query={"fieldValidation": "Strict"}).checked().body
        assert stored["spec"] == spec


def test_a_record_with_an_unknown_field_is_refused(installed: Cluster, namespace: str) -> None:
    data = {
        "apiVersion": f"{GROUP}/v1alpha1",
        "kind": "Notice",
        "metadata": {"name": "n"},
        "spec": {"text": "", "a": 1},
    }
    reply = installed.request("POST", path_of(NOTICE, namespace), data, query={"fieldValidation": "Strict"})
    assert reply.status == 400
    assert 'unknown field "spec.a"' in str(reply.body)


def test_status_is_written_apart_from_the_spec(installed: Cluster, namespace: str) -> None:
    path = path_of(NOTICE, namespace)
    data = {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Notice", "metadata": {"name": "s"}, "spec": {"text": "a"}}
    installed.request("POST", path, data).checked()
    data["status"] = {"health": "Healthy", "conditions": [{"type": "Ready", "status": "True"}]}
    installed.apply(f"{path}/s/status", data)
    assert installed.get(f"{path}/s")["status"]["health"] == "Healthy"
