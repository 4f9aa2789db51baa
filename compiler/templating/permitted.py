"""Permitted: an object that a template of the fleet made -> why it may not be emitted.

What Roster does with an object later rests on what it is called, what it selects, and what its name promises. A
template of the fleet may change everything else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.inside import at, mapping
from compiler.kube_object import CLUSTER_SCOPED
from compiler.naming import DOMAIN, KIND, NAME, hashed
from compiler.problem import Problem
from compiler.source import FieldPath
from compiler.yaml_nodes import place_of

_SELECTORS: tuple[FieldPath, ...] = (
    ("spec", "selector"),
    ("spec", "selector", "matchLabels"),
    ("spec", "podSelector", "matchLabels"),
    ("spec", "template", "metadata", "labels"),
)
_IDENTITY: tuple[FieldPath, ...] = (("kind",), ("metadata", "name"))
_TEXTS: tuple[FieldPath, ...] = (("apiVersion",), ("kind",), ("metadata", "name"))


def permitted(
    data: Mapping[str, Any], base: Mapping[str, Any] | None, text: bytes, namespace: str, family: str
) -> tuple[Problem, ...]:
    """What is wrong with an object. `base` is what Roster's own template makes of the same values; `text` the fleet's
    template, to find places in; `family` that of an object whose name holds its content's hash."""
    found = tuple(_nameless(data))
    if not found:
        found = (*_foreign(data, namespace), *_other(data, base or {}), *_changed(data, family))
    return tuple(_problem(text, *item) for item in found)


_Found = tuple[FieldPath, str, str]
"""Path of the field to blame, what is wrong, how to mend it."""


def _problem(text: bytes, path: FieldPath, message: str, help: str) -> Problem:
    place = place_of(text, 0, path, key=False)
    return Problem("R0805", message, place.line, place.column, place.width, help)


def _nameless(data: Mapping[str, Any]) -> Iterator[_Found]:
    for path in _TEXTS:
        value = at(data, *path)
        if not (isinstance(value, str) and value):
            yield path, f"the object has no {'.'.join(map(str, path))}", "every Kubernetes object has one, a text"
    if not isinstance(at(data, "metadata", "labels"), Mapping | None):
        yield ("metadata", "labels"), "metadata.labels is no map", "write names and values"


def _foreign(data: Mapping[str, Any], namespace: str) -> Iterator[_Found]:
    """Objects that are not for templates to make."""
    if data["kind"] in ("Secret", "SecretList"):
        yield ("kind",), "a template may not make a Secret", "Roster never holds a secret; name one that exists"
    elif data["kind"].endswith("List") and "items" in data:
        yield ("kind",), f"a {data['kind']} is no object", "write a template for each of its items"
    if data["apiVersion"].partition("/")[0].endswith(DOMAIN):
        yield ("apiVersion",), f"a template may not make a {data['kind']} of {DOMAIN}", "write it as a spec"
    written = at(data, "metadata", "namespace")
    if written not in (None, namespace) and data["kind"] not in CLUSTER_SCOPED:
        message = f"the object is in namespace {written}, and its environment is {namespace}"
        yield ("metadata", "namespace"), message, "remove the namespace"


def _other(data: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[_Found]:
    """What Roster's own template makes has another kind, name or selector."""
    for path in _IDENTITY:
        wanted = at(base, *path)
        if wanted not in (None, at(data, *path)):
            message = f"{'.'.join(map(str, path))} is {at(data, *path)}, and Roster's own template makes {wanted}"
            yield path, message, f"keep it; another object belongs in a file of its own, in {_EXTRA}"
    for path in _SELECTORS:
        wanted = {key: value for key, value in mapping(base, *path).items() if key in (KIND, NAME)}
        made = mapping(data, *path)
        exactly = base.get("kind") == "Deployment" and path[-1] == "matchLabels"
        if wanted and (made != wanted if exactly else any(made.get(key) != wanted[key] for key in wanted)):
            message = f"{'.'.join(map(str, path))} must {'be' if exactly else 'hold'} the labels that select the pods"
            yield path, message, 'write "{{ selector }}", or $merge it'


_EXTRA = "templates/KIND/extra/"


def _changed(data: Mapping[str, Any], family: str) -> Iterator[_Found]:
    """The name of an immutable ConfigMap is made from its data, before any template sees them."""
    if family and data["metadata"]["name"] != hashed(family, mapping(data, "data")):
        message = "the data are not those that the ConfigMap is named by"
        yield ("data",), message, f"leave data as they are; more of them belong in a ConfigMap in {_EXTRA}"
