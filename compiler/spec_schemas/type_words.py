"""Type words: the schema of one field -> its type, bounds and default in a few words."""

import json
from collections.abc import Iterator

from compiler.spec_schemas.document_schema import A_VARIABLE
from compiler.spec_schemas.model_schema import Schema, resolved

_SIMPLE = {"integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}


def type_words(schema: Schema, root: Schema) -> str:
    """`whole number, at least 1, default 30`; `root` is the schema that holds the `$defs`."""
    schema = without_variable(schema)
    words = [_type(schema, root), *_bounds(schema)]
    if "default" in schema:
        words.append(f"default {json.dumps(schema['default'], ensure_ascii=False)}")
    return ", ".join(words)


def without_variable(schema: Schema) -> Schema:
    """The schema of the value itself, where a variable may stand in its place."""
    branches = schema.get("anyOf", ())
    if not schema.get("x-roster-variable") or len(branches) != 2 or branches[1] != A_VARIABLE:
        return schema
    return {**branches[0], **{key: value for key, value in schema.items() if key != "anyOf"}}


def _type(schema: Schema, root: Schema) -> str:
    schema = without_variable(schema)
    if schema.get("x-roster-file"):
        return "text, in place or as {file: path}"
    if "x-roster-kubernetes" in schema:
        return f"{schema['x-roster-kubernetes'].rpartition('.')[2]} of Kubernetes"
    if "x-roster-ref" in schema:
        kind, _, member = schema["x-roster-ref"].partition("/")
        return f"name of a {kind}" + (f" and one of its {member}, with / between" if member else "")
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return " or ".join(dict.fromkeys(_type(resolved(branch, root), root) for branch in branches))
    if "enum" in schema or "const" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
    return _plain_type(schema, root)


def _plain_type(schema: Schema, root: Schema) -> str:
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_inner(schema.get('items'), root)}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return "map" if schema.get("properties") else f"{_inner(values, root)} by name"
    return "text" if kind == "string" else _SIMPLE.get(kind, "anything")


def _inner(schema: object, root: Schema) -> str:
    words = _type(resolved(schema, root), root) if isinstance(schema, dict) else "anything"
    return "maps" if words == "map" else words


def _bounds(schema: Schema) -> Iterator[str]:
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "more than",
        "maximum": "at most",
        "exclusiveMaximum": "less than",
        "maxLength": "characters at most:",
    }
    for key, text in words.items():
        if key in schema:
            yield f"{text} {schema[key]}"
