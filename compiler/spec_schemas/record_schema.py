"""Record schema: a spec's JSON Schema -> the structural schema by which an API server judges the spec of a record.

What it cannot say is left out, so that it refuses nothing that the compiler accepts; rules between fields, and those
for the names in a map, are said in CEL.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from compiler.rule import RULES
from compiler.spec_schemas.model_schema import Schema, resolved

ANYTHING = "x-kubernetes-preserve-unknown-fields"
_VALIDATIONS = "x-kubernetes-validations"
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
_OF_ONE_TYPE = ("pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
"""Keywords that speak of values of one type only, and say nothing of any other."""


@dataclass(frozen=True, slots=True)
class _Where:
    """Where in a spec a schema stands."""

    root: Schema
    """The whole schema, which has the definitions."""
    open_refs: tuple[str, ...] = ()
    """The references that lead here; one that comes again is cut off."""
    repeated: bool = False
    """Whether it stands in a map or a list, so that there may be any number of it."""


def record_schema(schema: Schema) -> Schema:
    """The schema as an API server takes it: no references, one type each, nothing that costs it too much to check."""
    return _structural(schema, _Where(schema))


def _structural(schema: Schema, where: _Where) -> Schema:
    reference = schema.get("$ref", "")
    if reference in where.open_refs:
        return {"type": "object", ANYTHING: True}
    if reference:
        where = replace(where, open_refs=(*where.open_refs, reference))
    whole = resolved(schema, where.root)
    branches = whole.get("anyOf") or whole.get("oneOf")
    if branches:
        beside = {"description": whole["description"]} if "description" in whole else {}
        return {**_union([_structural(branch, where) for branch in branches], whole), **beside}
    kept = {key: whole[key] for key in _KEPT if key in whole} | _limits(whole)
    if "const" in whole:
        kept["enum"] = [whole["const"]]
        kept.setdefault("type", _type_of(whole["const"]))
    kept |= _inside(whole, where)
    rules = list(_rules(kept, whole, where))
    return {**kept, _VALIDATIONS: rules} if rules else _opened(kept)


def _inside(whole: Schema, where: _Where) -> Schema:
    """The schemas of what a map or a list holds."""
    each = replace(where, repeated=True)
    if "properties" in whole:
        return {"properties": {name: _structural(inner, where) for name, inner in whole["properties"].items()}}
    if "items" in whole:
        return {"items": _structural(whole["items"], each)}
    if isinstance(whole.get("additionalProperties"), dict):
        return {"additionalProperties": _structural(whole["additionalProperties"], each)}
    return {}


def _opened(kept: Schema) -> Schema:
    """What is said to hold nothing in particular, or has no type, may hold anything."""
    if kept.get("type") == "array":
        return {"items": {ANYTHING: True}, **kept}
    holds_any = kept.get("type", "object") == "object" and not {"properties", "additionalProperties"} & kept.keys()
    return {**kept, ANYTHING: True} if holds_any else kept


def _rules(kept: Schema, whole: Schema, where: _Where) -> Iterator[Schema]:
    """The rules between fields, and those for the names in a map.

    A map inside a map has no rules for names: the API server takes no rule that could be asked so often. Nor has a map
    whose values may be of several types: it cannot be spoken of in CEL.
    """
    for rule in whole.get(RULES, ()):
        yield {"rule": rule["cel"], "message": rule["message"]}
    if not where.repeated and "type" in kept.get("additionalProperties", {}):
        yield from _name_rules(whole.get("propertyNames", {}))


def _name_rules(names: Schema) -> Iterator[Schema]:
    if "pattern" in names:
        pattern = json.dumps(names["pattern"])
        yield {"rule": f"self.all(name, name.matches({pattern}))", "message": f"names must match {pattern}"}
    if "minLength" in names:
        yield {"rule": "self.all(name, size(name) > 0)", "message": "a name must not be empty"}
    if "maxLength" in names:
        most = names["maxLength"]
        yield {"rule": f"self.all(name, size(name) <= {most})", "message": f"a name has at most {most} characters"}


def _limits(whole: Schema) -> Schema:
    """Exclusive limits are flags beside the limit in the older dialect that definitions are written in."""
    limits: Schema = {}
    for name in ("minimum", "maximum"):
        exclusive = f"exclusive{name.capitalize()}"
        if exclusive in whole:
            limits |= {name: whole[exclusive], exclusive: True}
    return limits


def _union(several: list[Schema], whole: Schema) -> Schema:
    """One schema for what may be one of several: a text where the others are files, all fields of several maps."""
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
    limits = {key: branch[key] for branch in several for key in _OF_ONE_TYPE if key in branch}
    return {ANYTHING: True, **(limits if len(types) == len(several) else {})}


def _field(branch: Schema, name: str) -> Schema | str:
    found: Schema | str = branch["properties"].get(name, "")
    return found


def _widened(fields: Iterable[Schema | str]) -> Schema:
    """One schema for a field of which the branches of a union say different things."""
    given = [field for field in fields if isinstance(field, dict)]
    types = {field.get("type") for field in given}
    if types == {"string"} and all("enum" in field for field in given):
        return {**given[0], "enum": sorted({value for field in given for value in field["enum"]})}
    return {ANYTHING: True}


def _type_of(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
