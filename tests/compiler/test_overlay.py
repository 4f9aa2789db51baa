"""Overlay: what the layers of an environment become together, and what they may not do."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostic import Severity
from compiler.document import Document
from compiler.layer import Layer, Reading
from compiler.layering.merge import leaves
from compiler.memo import Memo
from compiler.overlay import overlay
from compiler.yaml_reader import load

HEAD = "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: a}\nspec:\n"


def document(path: str, spec: str) -> Document:
    text = (HEAD + "".join(f"  {line}\n" for line in spec.splitlines())).encode()
    (data,), problems = load(text)
    assert not problems
    return Document(path, 0, data, text)


def merged(*specs: str):
    layers = [Layer(str(n), None, (document(f"{n}.yaml", spec),), ()) for n, spec in enumerate(specs)]
    overlaid, diagnostics = overlay(Reading("dev", tuple(layers)), (), Memo())
    return overlaid.specs, diagnostics


MERGED = [
    ("maps merge", ["a: {b: 1, c: 2}", "a: {c: 3, d: 4}"], {"a": {"b": 1, "c": 3, "d": 4}}),
    ("scalars replace", ["a: 1", "a: 2", "a: 3"], {"a": 3}),
    ("lists replace whole", ["a: [1, 2]", "a: [3]"], {"a": [3]}),
    ("$remove takes entries away", ["a: {b: 1, c: 2}", "a: {$remove: [b]}"], {"a": {"c": 2}}),
    ("$remove and set", ["a: {b: {x: 1}}", "a: {$remove: [b], b: {y: 2}}"], {"a": {"b": {"y": 2}}}),
    ("$replace drops what is below", ["a: {b: 1, c: 2}", "a: {$replace: true, d: 3}"], {"a": {"d": 3}}),
    ("an integer may become a fraction", ["a: 1", "a: 0.5"], {"a": 0.5}),
    ("null over nothing", ["a: 1", "b: null"], {"a": 1, "b": None}),
]

REFUSED = [
    ("a map over a text", ["a: x", "a: {b: 1}"], "R0401", "1.yaml:5:3"),
    ("a list over a map", ["a: {b: 1}", "a: [1]"], "R0401", "1.yaml:5:3"),
    ("a number over a text", ["a: x", "a: 1"], "R0401", "1.yaml:5:6"),
    ("null deletes nothing", ["a: 1", "a: null"], "R0403", "1.yaml:5:6"),
    ("$remove of what is not there", ["a: {tools: 1}", "a: {$remove: [tool]}"], "R0402", "1.yaml:5:17"),
]


@pytest.mark.parametrize(("specs", "expected"), [case[1:] for case in MERGED], ids=[case[0] for case in MERGED])
def test_layers_become(specs, expected):
    (layered,), diagnostics = merged(*specs)
    assert [told for told in diagnostics if told.code != "R0404"] == []
    assert layered.data["spec"] == expected


@pytest.mark.parametrize(("specs", "code", "place"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_layer_may_not(specs, code, place):
    _, (told,) = merged(*specs)
    assert (told.code, str(told.span)) == (code, place)


def test_a_field_is_found_in_the_highest_layer_that_sets_it():
    (layered,), _ = merged("a: {b: 1, c: 2}", "a: {c: 3}")
    assert str(layered.span_of(("spec", "a", "b"))) == "0.yaml:5:10"
    assert str(layered.span_of(("spec", "a", "c"))) == "1.yaml:5:10"


# --- laws, for any documents


SCALARS = st.one_of(
    st.booleans(), st.integers(-3, 3), st.text("ab", max_size=2), st.lists(st.integers(0, 3), max_size=3)
)
MAPS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), SCALARS, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(SCALARS, inner), max_size=3),
    max_leaves=8,
)


def layer(number: int, spec: dict) -> Document:
    text = json.dumps({"spec": spec}).encode()
    return Document(
        f"{number}.yaml", 0, {"kind": "Thing", "apiVersion": "v1", "metadata": {"name": "a"}, "spec": spec}, text
    )


def folded(*specs: dict):
    layers = tuple(Layer(str(n), None, (layer(n, spec),), ()) for n, spec in enumerate(specs))
    overlaid, diagnostics = overlay(Reading("dev", layers), (), Memo())
    return overlaid.specs[0], [told for told in diagnostics if told.severity is Severity.ERROR]


@given(MAPS, MAPS)
def test_laying_a_layer_twice_is_laying_it_once(below, above):
    once, errors = folded(below, above)
    twice, _ = folded(below, above, above)
    assert errors or once.data == twice.data


@given(MAPS, MAPS)
def test_no_layer_is_changed_by_merging(below, above):
    kept = copy.deepcopy((below, above))
    folded(below, above)
    assert (below, above) == kept


@given(MAPS, MAPS, MAPS)
def test_merging_does_not_depend_on_how_layers_are_grouped(low, middle, high):
    """Lay the two upper layers over each other first: the same, where no layer drops or clashes."""
    together, errors = folded(low, middle, high)
    upper, more = folded(middle, high)
    grouped, last = folded(low, dict(upper.data["spec"]))
    assert errors or more or last or together.data["spec"] == grouped.data["spec"]


@given(MAPS, MAPS, MAPS)
def test_the_chain_of_every_leaf_begins_with_the_layer_that_set_it(low, middle, high):
    layered, errors = folded(low, middle, high)
    if errors:
        return
    for path, value in leaves(layered.data["spec"], ("spec",)):
        chain = layered.chain(path)
        assert chain[0].value == value or value == {}
        assert [item.document for item in chain] == sorted(
            (item.document for item in chain), key=layered.layers.index, reverse=True
        )
