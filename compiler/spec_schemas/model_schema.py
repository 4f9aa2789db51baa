"""Model schema: a spec's model -> its JSON Schema (2020-12) in plain form, with the marks of its fields.

Plain form: no titles, no defaults that only say "empty", and one way to write maps. A field that
names another spec carries `x-roster-ref`, a text that may lie in a file `x-roster-file`, and a Kubernetes type as it is
`x-roster-kubernetes` with the name of its definition; one in which variables are filled in carries `x-roster-variable`.
A mapping with rules between its fields carries `x-roster-rules`, for whoever translates them into an editor's language
or a cluster's.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from compiler.shapes import ANY, Pattern, marked
from compiler.spec import KubernetesShape, Ref, TextFile, Variable

Schema = dict[str, Any]

_MAPS = frozenset(("properties", "$defs", "patternProperties"))
_LISTS = frozenset(("anyOf", "oneOf", "allOf"))
_SINGLE = frozenset(("items", "additionalProperties", "propertyNames"))


def model_schema(model: type[BaseModel]) -> Schema:
    """The schema of a model, what it refers to under `$defs`."""
    schema = rebuilt(model.model_json_schema(), _plain)
    for pattern, ref in marked(model, Ref):
        _note(schema, pattern, "x-roster-ref", f"{ref.kind}/{ref.member}" if ref.member else ref.kind)
    for pattern, _ in marked(model, TextFile):
        _note(schema, pattern, "x-roster-file", True)
    for pattern, shape in marked(model, KubernetesShape):
        _note(schema, pattern, "x-roster-kubernetes", shape.definition)
    for pattern, _ in marked(model, Variable):
        _note(schema, pattern, "x-roster-variable", True)
    return schema


def rebuilt(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with each schema inside it, and at last itself, replaced by what `change` makes of it."""
    result: Schema = {}
    for key, value in schema.items():
        if key in _MAPS:
            result[key] = {name: rebuilt(inner, change) for name, inner in value.items()}
        elif key in _LISTS:
            result[key] = [rebuilt(inner, change) for inner in value]
        elif key in _SINGLE and isinstance(value, dict):
            result[key] = rebuilt(value, change)
        else:
            result[key] = value
    return change(result)


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a `$ref` means, with what is said beside it; any other schema as it is."""
    if "$ref" not in schema:
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**root["$defs"][schema["$ref"].rpartition("/")[2]], **beside}


def _plain(schema: Schema) -> Schema:
    plain = {key: value for key, value in schema.items() if key not in ("title", "discriminator")}
    plain = _with_one_map(plain)
    if plain.get("default", ()) in (None, [], {}) or isinstance(plain.get("default"), dict):
        del plain["default"]
    if "description" in plain:
        plain["description"] = " ".join(plain["description"].split())
    return plain


def _with_one_map(schema: Schema) -> Schema:
    """A map whose keys follow a pattern: the pattern under `propertyNames`, so that any other key is refused."""
    if "patternProperties" not in schema:
        return schema
    ((pattern, values),) = schema["patternProperties"].items()
    rest = {key: value for key, value in schema.items() if key != "patternProperties"}
    return {
        **rest,
        "propertyNames": {"pattern": pattern, **rest.get("propertyNames", {})},
        "additionalProperties": values,
    }


def _note(schema: Schema, pattern: Pattern, name: str, value: Any) -> None:
    for node in _nodes(schema, pattern, schema):
        node[name] = value


def _nodes(schema: Schema, pattern: Pattern, root: Schema) -> Iterator[Schema]:
    """The schemas at a pattern, themselves and no copies."""
    if not pattern:
        yield schema
        return
    step, *rest = pattern
    for branch in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        target = root["$defs"][branch["$ref"].rpartition("/")[2]] if "$ref" in branch else branch
        if step == ANY:
            inner = (target.get("additionalProperties"), target.get("items"))
        else:
            inner = (target.get("properties", {}).get(step), None)
        for found in inner:
            if isinstance(found, dict):
                yield from _nodes(found, tuple(rest), root)
