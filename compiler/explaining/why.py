"""Why: a compiled environment, a thing in it and a field -> its values, each with the chain of lines it came by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from compiler.compiled import Compiled
from compiler.errors import UsageError
from compiler.field_name import field_name
from compiler.inside import at
from compiler.kube_object import KubeObject
from compiler.layering.layered import Layered
from compiler.naming import DOMAIN
from compiler.source import Cause, FieldPath, Source, cause_of
from compiler.span import Span
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean, listed

_NAMES = ("name", "mountPath", "containerPort", "port", "host")
"""Fields by which people call an item of a list, the first that it has."""


_SHORT = {
    "cm": "configmap",
    "deploy": "deployment",
    "hpa": "horizontalpodautoscaler",
    "netpol": "networkpolicy",
    "ns": "namespace",
    "pdb": "poddisruptionbudget",
    "sa": "serviceaccount",
    "so": "scaledobject",
    "svc": "service",
    "vs": "virtualservice",
}
"""Short names of kinds that people know from kubectl."""


class Role(StrEnum):
    """What a line has to do with a value."""

    TEMPLATE = "template"
    LAYER = "layer"
    OVERRIDDEN = "overridden"
    VARIABLE = "variable"
    DEFAULT = "default"
    ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class Link:
    """One line that a value came by."""

    role: Role
    """What it has to do with the value."""
    place: Span | None
    """The line; None for what no file says."""
    field: str
    """The field of the spec that the line sets; empty for a template's."""
    value: Any
    """What the line sets, as it is written; None for a template's."""
    note: str = ""
    """What kind of layer it is, `override for tier=gold`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One value, and how it came to be."""

    thing: str
    """The object or the spec, `Deployment/support`."""
    field: str
    """The field, `spec.replicas`."""
    value: Any
    """Its value."""
    links: tuple[Link, ...]
    """The lines, that of the template first, then layer by layer, the one that holds first."""


def why(compiled: Compiled, thing: str, field: FieldPath) -> tuple[Explanation, ...]:
    """One explanation for each value at or below the field. Raises UsageError if there is no such thing or field."""
    found = _found(compiled, thing)
    data = found.data if isinstance(found, KubeObject) else _whole(compiled, found)
    name = f"{found.key.kind}/{found.key.name}" if isinstance(found, KubeObject) else str(found.key)
    path = _path(data, ("spec", *field) if _is_short(field, found) else field, name)
    links = links_of if isinstance(found, KubeObject) else _of_spec
    return tuple(
        Explanation(name, field_name(leaf), value, tuple(links(compiled, found, leaf)))
        for leaf, value in scalars(at(data, *path), path)
    )


def _is_short(field: FieldPath, found: Any) -> bool:
    """Whether the field of a spec is named as specs are spoken of, without the word spec."""
    return isinstance(found, Layered) and bool(field) and field[0] not in ("spec", "metadata")


def _found(compiled: Compiled, thing: str) -> Any:
    """The object or spec of this name: `deployment/support`, `PromptPack/support@1.4.0`."""
    bundle = compiled.bundle
    objects = {f"{item.key.kind}/{item.key.name}": item for item in bundle.objects} if bundle else {}
    records = {record.spec for record in bundle.records} if bundle else set()
    specs = {str(key): compiled.documents[key] for key in records if key in compiled.documents}
    known: dict[str, Any] = {**objects, **specs}
    kind, _, rest = thing.lower().partition("/")
    wanted = f"{_SHORT.get(kind, kind)}/{rest}"
    matching = [name for name in known if name.lower() == wanted or name.lower().startswith(f"{wanted}@")]
    if len(matching) == 1:
        return known[matching[0]]
    if matching:
        raise UsageError(f"{thing} may be {listed(matching)}", "say which")
    kinds = sorted({name.partition("/")[0] for name in known})
    help = did_you_mean(thing, known) or f"write KIND/NAME; kinds here: {listed(kinds)}"
    raise UsageError(f"environment {compiled.name} has no {thing}", help)


def _whole(compiled: Compiled, spec: Layered) -> Mapping[str, Any]:
    """A spec with its defaults; texts are as they are written."""
    records = compiled.bundle.records if compiled.bundle is not None else ()
    record = next((item.data for item in records if item.spec == spec.key), {})
    return {"metadata": spec.data.get("metadata", {}), "spec": _over(record.get("spec", {}), spec.data.get("spec", {}))}


def _over(below: Any, above: Any) -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        keys = (*below, *(key for key in above if key not in below))
        return {key: _over(below.get(key), above.get(key)) for key in keys}
    return below if above is None else above


def _path(data: Any, field: FieldPath, name: str) -> FieldPath:
    """The field with indices in place of the names of list items."""
    path: FieldPath = ()
    for step in field:
        known = _steps(at(data, *path))
        if str(step) not in known:
            above = f"{name} {field_name(path)}".strip()
            help = did_you_mean(str(step), known) or (f"it has {listed(known)}" if known else "it has no fields")
            raise UsageError(f"{above} has no {step}", help)
        path = (*path, known[str(step)])
    return path


def _steps(here: Any) -> Mapping[str, str | int]:
    """What may be named in a map or a list -> the step that it means; items of a list go by name and by number."""
    if isinstance(here, Mapping):
        return {str(key): key for key in here}
    if isinstance(here, list | tuple):
        numbers = {str(number): number for number in range(len(here))}
        return {**numbers, **{_called(item, number): number for number, item in reversed([*enumerate(here)])}}
    return {}


def _called(item: Any, number: int) -> str:
    if isinstance(item, Mapping):
        return next((str(item[name]) for name in _NAMES if name in item), str(number))
    return str(number)


def scalars(value: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """Every scalar at or below a path, in maps and in lists, with its path; an empty map or list counts as one."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from scalars(inner, (*path, key))
    elif isinstance(value, list | tuple) and value:
        for index, inner in enumerate(value):
            yield from scalars(inner, (*path, index))
    else:
        yield path, value


def links_of(compiled: Compiled, item: KubeObject, path: FieldPath) -> Iterator[Link]:
    """The lines that one field of an object came by, the template's first, then layer by layer from the top."""
    sources = compiled.bundle.source_maps.get(item.key, {}) if compiled.bundle is not None else {}
    cause = None if _is_stamp(path) else cause_of(sources, path)
    if path == ("metadata", "namespace") and (cause is None or not cause.template):
        cause = Cause("", 0, (Source(SpecKey("Environment", compiled.name), ("spec", "namespace")),))
    if cause is None:
        yield Link(Role.ROSTER, None, "", None, "says whose object it is; every object has it")
        return
    if cause.template:
        yield Link(Role.TEMPLATE, Span(f"templates/{cause.template}", cause.line, 1), "", None)
    yield from _of_sources(compiled, cause)


def _is_stamp(path: FieldPath) -> bool:
    """Whether it is one of the labels that tell what Roster owns."""
    return path[:2] == ("metadata", "labels") and str(path[-1]).startswith((f"{DOMAIN}/", "app.kubernetes.io/"))


def _of_sources(compiled: Compiled, cause: Cause) -> Iterator[Link]:
    for source in cause.sources:
        document = compiled.documents.get(source.spec)
        if document is not None:
            yield from _of_spec(compiled, document, source.path)


def _of_spec(compiled: Compiled, document: Layered, path: FieldPath) -> Iterator[Link]:
    chain = document.chain(path)
    field = field_name(path)
    for number, item in enumerate(chain):
        role = Role.OVERRIDDEN if number and not isinstance(item.value, Mapping) else Role.LAYER
        yield Link(role, item.span, field, item.value, item.document.role)
        if not number:
            yield from _of_variables(compiled, document, path)
    if not chain:
        yield Link(Role.DEFAULT, None, field, None, f"default of {_explained(document.key, path)}")


def _of_variables(compiled: Compiled, document: Layered, path: FieldPath) -> Iterator[Link]:
    names = {name for place, found in document.variables.items() if place[: len(path)] == path for name in found}
    environment = compiled.documents.get(SpecKey("Environment", compiled.name))
    for name in sorted(names):
        place = ("spec", "variables", name)
        for number, item in enumerate(environment.chain(place) if environment is not None else ()):
            role = Role.OVERRIDDEN if number else Role.VARIABLE
            yield Link(role, item.span, field_name(place), item.value, f"variable {name}")


def _explained(key: SpecKey, path: FieldPath) -> str:
    """What to ask `roster explain` for."""
    return ".".join((key.kind, *(str(step) for step in path if step != "spec")))
