"""Definitions: a cluster takes them, stores every record whole, and judges every document as the compiler does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.bundle import Bundle
from compiler.declaration import Layered
from compiler.document import Document
from compiler.emit import emit
from compiler.fleet import environment_names
from compiler.kind import Kind
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.naming import API_VERSION
from compiler.overlay import overlay
from compiler.parse import parse
from compiler.pipeline import compile_environment
from compiler.read import read
from compiler.shapes import marked, model_at, places
from compiler.source import FieldPath
from compiler.spec import TextFile
from compiler.spec_key import SpecKey
from compiler.spec_schemas.definition import definition
from compiler.trees.folder import FolderTree
from tests.compiler.notice import NOTICE
from tests.controlplane.cluster import Cluster

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "kinds"
FLEETS = (ROOT, *sorted(path for path in GOLDEN.glob("*/*") if path.is_dir()))


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


def bundles() -> Iterator[tuple[str, Bundle]]:
    """Every environment of the example fleet and of the golden fleets that compiles."""
    for root in FLEETS:
        tree = FolderTree(root)
        for name in environment_names(tree):
            bundle = compile_environment(tree, name).bundle
            if bundle is not None:
                yield f"{root.relative_to(ROOT)} {name}", bundle


BUNDLES = dict(bundles())


@pytest.mark.parametrize("name", BUNDLES)
def test_every_record_is_stored_whole(name: str, installed: Cluster, namespace: str) -> None:
    assert BUNDLES[name].records
    for item in BUNDLES[name].records:
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


# It judges as the compiler does.


def specs() -> Iterator[tuple[str, Any]]:
    """Every different spec, right or wrong, of those fleets: its kind and its data, texts that lie in files filled in."""
    seen = set()
    for root in FLEETS:
        tree = FolderTree(root)
        for name in environment_names(tree):
            merged, _ = overlay(read(tree, name, Memo())[0], (), Memo())
            for layered in (*merged.specs, *([merged.environment] if merged.environment else [])):
                spec = with_texts(layered.key.kind, layered.data["spec"])
                if str((layered.key.kind, spec)) not in seen:
                    seen.add(str((layered.key.kind, spec)))
                    yield layered.key.kind, spec


def with_texts(kind: str, spec: Any) -> Any:
    """The spec as a record has it: the text itself where a file holds it."""
    for pattern, _ in marked(KINDS[kind].spec, TextFile):
        for path, value in places(spec, pattern):
            if isinstance(value, dict):
                spec = changed(spec, path, "the text of a file")
    return spec


GONE = object()


def changed(data: Any, path: FieldPath, value: Any) -> Any:
    """A copy of plain data with another value at a path, or without it."""
    if not path:
        return value
    step, *rest = path
    if isinstance(data, dict):
        inner = changed(data.get(step), tuple(rest), value)
        return {key: item for key, item in data.items() if key != step} | ({} if inner is GONE else {step: inner})
    inner = changed(data[step], tuple(rest), value)
    return [*data[:step], *([] if inner is GONE else [inner]), *data[step + 1 :]]


def inside(data: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """Every place in plain data, the outermost first."""
    yield path, data
    for step, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from inside(value, (*path, step))


WRONG = (None, "", "No Such Thing!", "1", -1, 1.5, 10**6, True, ["a"], {}, {"no such field": 1})
"""What stands in a field's place, one after the other."""
UNJUDGED = {
    r" None$": "the API server takes a null for a field that is not there; a record has none but in plain JSON",
    r"parameters\.(temperature|topP) ": "a number or a text: neither has a type then, and only the limits of each are left",
    r"\.inputSchema ": "a map or a truth value: it has no type then",
    r" patches\.\*\.json\.": "a value that is null is given, and the API server takes it for none",
    r"\.env(\.\*)? ": "a text or a map: the values have no type then, and no rule can speak of the names",
}
"""What a cluster lets pass that the compiler refuses, and why."""


def field_of(kind: str, path: FieldPath) -> str:
    """A path as a name of the field, any key of a map and any item of a list being `*`."""
    model = KINDS[kind].spec
    return ".".join(str(step) if model_at(model, path[:number]) else "*" for number, step in enumerate(path))


def mutated() -> Iterator[tuple[str, str, Any]]:
    """Every spec; and with each field of each kind removed, replaced, and, if it is a map, one more in it: only once."""
    seen = set()
    for number, (kind, spec) in enumerate(SPECS):
        yield f"{kind} {number}", kind, spec
        for path, value in inside(spec):
            field = field_of(kind, path)
            changes: list[tuple[str, Any]] = [("gone", GONE), *((repr(wrong), wrong) for wrong in WRONG)]
            if isinstance(value, dict):
                changes += [(f"with {name!r}", {**value, name: more}) for name, more in (("nmae", "a"), ("A.b", {}))]
            for what, change in changes:
                if path and (kind, field, what) not in seen:
                    seen.add((kind, field, what))
                    yield f"{kind} {number} {field} {what}", kind, changed(spec, path, change)


SPECS = list(specs())


def accepts(kind: str, spec: Any) -> bool:
    """What the compiler says."""
    data = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    document = Document("a.yaml", 0, data, emit([data]).encode())
    return not parse([Layered(SpecKey(kind, "a"), data, (document,))], Memo())[1]


def judged(installed: Cluster, namespace: str, kind: str, spec: Any) -> tuple[bool, str]:
    """What the API server says, and its words."""
    data = {"apiVersion": f"{GROUP}/v1alpha1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    query = {"fieldValidation": "Strict", "dryRun": "All"}
    reply = installed.request("POST", path_of(KINDS[kind], namespace), data, query=query)
    assert reply.status in (201, 400, 422), reply
    return reply.ok, reply.body.get("message", "")


def test_it_judges_every_spec_and_every_change_of_one_as_the_compiler_does(installed: Cluster, namespace: str) -> None:
    verdicts = [
        (name, accepts(kind, spec), *judged(installed, namespace, kind, spec)) for name, kind, spec in mutated()
    ]
    stricter = [f"{name}: {words}" for name, ours, theirs, words in verdicts if ours and not theirs]
    laxer = [name for name, ours, theirs, _ in verdicts if theirs and not ours]
    assert stricter == []
    assert [name for name in laxer if not any(re.search(pattern, name) for pattern in UNJUDGED)] == []
    assert [pattern for pattern in UNJUDGED if not any(re.search(pattern, name) for name in laxer)] == []
    assert {ours for _, ours, _, _ in verdicts} == {True, False}


BETWEEN_FIELDS = {
    "a target of both kinds": ("Environment", {"target": {"kubernetes": {"cluster": "a"}, "directory": {"path": "a"}}}),
    "a target of no kind": ("Environment", {"target": {}}),
    "a key from two places": ("Provider", {"keyFrom": {"env": "KEY", "file": "/key"}}),
    "a key from nowhere": ("Provider", {"keyFrom": {}}),
}


@pytest.mark.parametrize("name", BETWEEN_FIELDS)
def test_a_rule_between_fields_is_told_in_the_same_words(name: str, installed: Cluster, namespace: str) -> None:
    kind, change = BETWEEN_FIELDS[name]
    spec = {**next(spec for known, spec in SPECS if known == kind and accepts(kind, spec)), **change}
    with pytest.raises(ValueError, match="write exactly one of the") as told:
        KINDS[kind].spec.model_validate(spec)
    _, words = judged(installed, namespace, kind, spec)
    assert told.value.errors()[0]["ctx"]["error"].args[0] in words  # type: ignore[attr-defined]
