"""Document schema: kinds -> the JSON Schemas of their documents, and of the overlays which layers lay over them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from compiler.kind import Kind
from compiler.metadata import Metadata
from compiler.naming import API_VERSION
from compiler.rule import RULES
from compiler.spec_schemas.model_schema import Schema, model_schema, rebuilt

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DIRECTIVES: Mapping[str, Schema] = {
    "remove": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Names in this map that lower layers set and this one removes.",
    },
    "replace": {"const": True, "description": "True to drop everything that lower layers set in this map."},
}
A_VARIABLE: Schema = {"type": "string", "pattern": r"\$\{var\.[A-Za-z_][A-Za-z0-9_]*\}"}
_API_VERSION: Schema = {"const": API_VERSION, "description": "The version of the language."}
_REFERENCES = {f"${name}": {"$ref": f"#/$defs/{name}"} for name in _DIRECTIVES}


def document_schema(kind: Kind) -> Schema:
    """The schema of a whole document of a kind, for editors and for pipelines."""
    spec = rebuilt(rebuilt(model_schema(kind.spec), _with_rules), _with_variable)
    definitions = spec.pop("$defs", {})
    return {
        "$schema": _DRAFT,
        "title": kind.name,
        "description": kind.title,
        "type": "object",
        "properties": {
            "apiVersion": _API_VERSION,
            "kind": {"const": kind.name, "description": "The kind of the spec."},
            "metadata": model_schema(Metadata),
            "spec": spec,
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def any_schema(kinds: Iterable[Kind], schema_of: Callable[[Kind], Schema]) -> Schema:
    """The schema of a document of any of the kinds: the one of its kind holds, so that only its faults are told."""
    schemas = {kind.name: schema_of(kind) for kind in kinds}
    return {
        "$schema": _DRAFT,
        "title": "Spec",
        "description": "A document of Roster, of any kind.",
        "type": "object",
        "properties": {
            "apiVersion": _API_VERSION,
            "kind": {"enum": list(schemas), "description": "The kind of the spec."},
        },
        "required": ["apiVersion", "kind", "metadata"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in schemas
        ],
        "$defs": {key: value for name, schema in schemas.items() for key, value in _definitions(name, schema).items()},
    }


def _definitions(name: str, schema: Schema) -> dict[str, Schema]:
    """A kind's schema and its definitions, called by names that are free of those of other kinds."""

    def renamed(inner: Schema) -> Schema:
        reference = inner.get("$ref", "").rpartition("/")[2]
        return {**inner, "$ref": f"#/$defs/{name}.{reference}"} if reference else inner

    whole = rebuilt({key: value for key, value in schema.items() if key != "$schema"}, renamed)
    definitions = whole.pop("$defs")
    return {name: whole, **{f"{name}.{key}": value for key, value in definitions.items()}}


def _with_rules(schema: Schema) -> Schema:
    """The same with the rules between its fields as an editor reads them: nothing is right where one does not hold."""
    rest = {key: value for key, value in schema.items() if key != RULES}
    rules = [
        {"if": rule["schema"], "else": {"enum": [], "errorMessage": rule["message"]}} for rule in schema.get(RULES, ())
    ]
    return {**rest, "allOf": rules} if rules else rest


def overlay_schema(kind: Kind) -> Schema:
    """The schema of a document that a lower layer has too: only its identity is required, and maps take directives."""
    whole = document_schema(kind)
    properties = {name: rebuilt(inner, _optional) for name, inner in whole["properties"].items()}
    properties["metadata"]["required"] = ["name"]
    definitions = {name: rebuilt(inner, _optional) for name, inner in whole["$defs"].items()}
    return {
        **whole,
        "title": f"{kind.name} (overlay)",
        "properties": properties,
        "required": ["apiVersion", "kind", "metadata"],
        "$defs": {**definitions, **_DIRECTIVES},
    }


def _with_variable(schema: Schema) -> Schema:
    """A field may be a variable in place of its value, where a text would not do already."""
    limits = schema.keys() & {"pattern", "enum", "minLength", "maxLength"}
    if not schema.get("x-roster-variable") or "anyOf" in schema:
        return schema
    if schema.get("type") not in ("integer", "number", "boolean") and not (schema.get("type") == "string" and limits):
        return schema
    outside: Schema = {key: schema[key] for key in schema if key in ("description", "default") or key.startswith("x-")}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {"anyOf": [inside, A_VARIABLE], **outside}


def _optional(schema: Schema) -> Schema:
    dropped = ("required", "default", "minProperties", "allOf")
    optional: dict[str, Any] = {key: value for key, value in schema.items() if key not in dropped}
    if optional.get("type") == "object":
        optional["properties"] = {**optional.get("properties", {}), **_REFERENCES}
    if "propertyNames" in optional:
        optional["propertyNames"] = {"anyOf": [{"enum": sorted(_REFERENCES)}, optional["propertyNames"]]}
    return optional
