"""Definition: a kind -> the CustomResourceDefinition by which a cluster knows its records."""

from collections.abc import Iterable
from typing import Any

from compiler.kind import Kind
from compiler.model_schema import Schema, model_schema, resolved
from compiler.naming import API_VERSION, DOMAIN

_ANYTHING = "x-kubernetes-preserve-unknown-fields"
_KEPT = (
    "type",
    "description",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
)
"""Keywords that mean the same in a structural schema. Defaults are left out: a record holds them already."""


def definition(kind: Kind) -> dict[str, Any]:
    """The definition of a kind's records: structural, with status and printer columns."""
    singular = kind.name.lower()
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{DOMAIN}"},
        "spec": {
            "group": DOMAIN,
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": kind.plural,
                "singular": singular,
                "shortNames": list(kind.short_names),
                "categories": ["roster"],
            },
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [_version(kind)],
        },
    }


def _version(kind: Kind) -> dict[str, Any]:
    age = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
    return {
        "name": API_VERSION.partition("/")[2],
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _record(kind)},
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            *(
                {"name": column.name, "type": column.type, "jsonPath": column.path, "priority": int(column.wide)}
                for column in kind.columns
            ),
            age,
        ],
    }


def _record(kind: Kind) -> Schema:
    spec = model_schema(kind.spec)
    status = {"type": "object", "description": "How the spec is doing; written by the reconciler.", _ANYTHING: True}
    return {
        "type": "object",
        "description": f"{kind.title} A record: Git holds the spec, and changes here are not kept.",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": _structural(spec, spec, ()),
            "status": status,
        },
        "required": ["spec"],
    }


def _structural(schema: Schema, root: Schema, open_refs: tuple[str, ...]) -> Schema:
    """A schema as the API server takes it: everything in place, no references, one type each."""
    reference = schema.get("$ref", "")
    if reference in open_refs:
        return {"type": "object", _ANYTHING: True}
    open_refs = (*open_refs, reference) if reference else open_refs
    whole = resolved(schema, root)
    branches = whole.get("anyOf") or whole.get("oneOf")
    if branches:
        beside = {"description": whole["description"]} if "description" in whole else {}
        return {**_union((_structural(branch, root, open_refs) for branch in branches), whole), **beside}
    kept = {key: whole[key] for key in _KEPT if key in whole}
    kept |= _limits(whole)
    if "const" in whole:
        kept["enum"] = [whole["const"]]
        kept.setdefault("type", _type_of(whole["const"]))
    if "properties" in whole:
        kept["properties"] = {name: _structural(inner, root, open_refs) for name, inner in whole["properties"].items()}
    if "items" in whole:
        kept["items"] = _structural(whole["items"], root, open_refs)
    return _opened(kept, whole, root, open_refs)


def _opened(kept: Schema, whole: Schema, root: Schema, open_refs: tuple[str, ...]) -> Schema:
    """What a map may hold beside its named fields; what has no type may be anything."""
    values = whole.get("additionalProperties")
    if isinstance(values, dict) and "properties" not in whole:
        kept["additionalProperties"] = _structural(values, root, open_refs)
    elif "type" not in kept or (kept["type"] == "object" and "properties" not in kept):
        kept[_ANYTHING] = True
    elif kept["type"] == "array" and "items" not in kept:
        kept["items"] = {_ANYTHING: True}
    return kept


def _limits(whole: Schema) -> Schema:
    """Exclusive limits are flags beside the limit in the older dialect that definitions are written in."""
    limits: Schema = {}
    for name in ("minimum", "maximum"):
        exclusive = f"exclusive{name.capitalize()}"
        if exclusive in whole:
            limits |= {name: whole[exclusive], exclusive: True}
    return limits


def _union(branches: Iterable[Schema], whole: Schema) -> Schema:
    """One schema for what may be one of several: a text where the others are files, all fields of several maps."""
    several = list(branches)
    if whole.get("x-roster-file"):
        return next(branch for branch in several if branch.get("type") == "string")
    types = {branch.get("type") for branch in several}
    if types == {"object"} and all("properties" in branch for branch in several):
        required = set.intersection(*(set(branch.get("required", ())) for branch in several))
        properties = {name: inner for branch in reversed(several) for name, inner in branch["properties"].items()}
        clashing = {name for name in properties if len({str(_field(branch, name)) for branch in several} - {""}) > 1}
        properties |= {name: _widened([_field(branch, name) for branch in several]) for name in sorted(clashing)}
        return {"type": "object", "properties": properties, "required": sorted(required)}
    if types == {"string", "integer"}:
        return {"x-kubernetes-int-or-string": True}
    return {_ANYTHING: True}


def _field(branch: Schema, name: str) -> Schema | str:
    found: Schema | str = branch["properties"].get(name, "")
    return found


def _widened(fields: Iterable[Schema | str]) -> Schema:
    """One schema for a field of which the branches of a union say different things."""
    given = [field for field in fields if isinstance(field, dict)]
    types = {field.get("type") for field in given}
    if types == {"string"} and all("enum" in field for field in given):
        return {**given[0], "enum": sorted({value for field in given for value in field["enum"]})}
    return {_ANYTHING: True}


def _type_of(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
