"""Why: a value and the lines it came by; what is printed is what the files say at those lines."""

from pathlib import Path

import pytest

from compiler.compiled import Compiled
from compiler.errors import UsageError
from compiler.explaining.why import Role, scalars, why
from compiler.field_name import field_name, steps
from compiler.inside import at
from compiler.layering.merge import leaves
from compiler.pipeline import compile_environment
from compiler.source import cause_of
from compiler.trees.folder import FolderTree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=["dev", "staging", "prod"])
def compiled(request) -> Compiled:
    found = compile_environment(FolderTree(ROOT), request.param)
    assert found.bundle is not None
    return found


def test_why_reproduces_the_value_it_explains(compiled):
    """A field that copies a field of a spec has its value from the line that is named first, and from no other."""
    copies = 0
    for item in compiled.bundle.objects:
        for explanation in why(compiled, f"{item.key.kind}/{item.key.name}", ()):
            path = tuple(steps(explanation.field))
            assert at(item.data, *path) == explanation.value
            cause = cause_of(compiled.bundle.source_maps[item.key], path)
            first = next((link for link in explanation.links if link.role is Role.LAYER), None)
            if cause is not None and cause.exact and first is not None:
                copies += 1
                assert first.value == explanation.value, explanation
    assert copies > 30


def test_every_value_of_every_object_has_a_line_or_a_reason(compiled):
    for item in compiled.bundle.objects:
        for explanation in why(compiled, f"{item.key.kind}/{item.key.name}", ()):
            assert explanation.links, explanation
            assert all(link.place is not None or link.note for link in explanation.links)


FIELDS = [
    ("spec.replicas", ("spec", "replicas")),
    ("spec.containers[runtime].env[0].value", ("spec", "containers", "runtime", "env", 0, "value")),
    ("metadata.labels[roster.dev/name]", ("metadata", "labels", "roster.dev/name")),
]


@pytest.mark.parametrize(("text", "path"), FIELDS)
def test_a_field_is_read(text, path):
    assert steps(text) == path


@pytest.mark.parametrize("path", [("a", 0, "b"), ("metadata", "labels", "roster.dev/name"), ("a", "b c")])
def test_a_field_is_read_as_it_is_written(path):
    assert steps(field_name(path)) == path


UNKNOWN = [
    ("Agent/suport", "spec", "environment prod has no Agent/suport", "did you mean Agent/support?"),
    ("deploy/support", "spec.tmplate", "Deployment/support spec has no tmplate", "did you mean template?"),
    ("Deployment/support", "metadata.name.x", "Deployment/support metadata.name has no x", "it has no fields"),
    ("Agent/support", "runtime.scal", "Agent/support spec.runtime has no scal", "did you mean scale?"),
]


@pytest.mark.parametrize(("thing", "field", "message", "help"), UNKNOWN)
def test_what_is_not_there_is_told_with_the_nearest_that_is(thing, field, message, help):
    prod = compile_environment(FolderTree(ROOT), "prod")
    with pytest.raises(UsageError) as told:
        why(prod, thing, steps(field))
    assert (told.value.message, told.value.help) == (message, help)


def test_a_layer_sets_a_list_as_one_leaf_and_why_explains_each_scalar_in_it():
    data = {"args": ["-v", {"port": 1}], "labels": {}, "name": "web"}
    assert list(leaves(data)) == [(("args",), ["-v", {"port": 1}]), (("labels",), {}), (("name",), "web")]
    assert list(scalars(data)) == [
        (("args", 0), "-v"),
        (("args", 1, "port"), 1),
        (("labels",), {}),
        (("name",), "web"),
    ]
