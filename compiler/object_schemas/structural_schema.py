"""Structural schema: a CustomResourceDefinition -> a JSON Schema of the same verdict for each version it serves.

The API server drops unknown fields, or refuses them when asked to be strict; so do we refuse them. It fills in defaults
before it judges, so a required field with a default may be missing; and it drops `null` where none is allowed. What
JSON Schema cannot say -- CEL rules, formats, unique keys of lists -- is left to the API server.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.inside import items, mapping, text
from compiler.object_schemas.kubernetes_schemas import Gvk

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEPT = (
    *("pattern", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "multipleOf"),
    *("minimum", "maximum", "enum", "type"),
)
_INT_OR_STRING = "x-kubernetes-int-or-string"
_PRESERVED = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_LIST_TYPE = "x-kubernetes-list-type"
_EITHER = [{"type": "integer"}, {"type": "string"}]


def schemas_of(definition: Mapping[str, Any]) -> Iterator[tuple[Gvk, dict[str, Any]]]:
    """API version and kind, and the JSON Schema, of every version that a definition serves."""
    spec = mapping(definition, "spec")
    group, kind = text(spec, "group"), text(spec, "names", "kind")
    for version in items(spec, "versions"):
        structural = mapping(version, "schema", "openAPIV3Schema")
        if mapping(version).get("served") is True and group and kind and text(version, "name"):
            closed = spec.get("preserveUnknownFields") is not True
            schema = {"$schema": DIALECT, "title": kind, **_root(structural, closed)}
            if version.get("deprecated") is True:
                schema |= {"deprecated": True, "$comment": text(version, "deprecationWarning")}
            yield (f"{group}/{text(version, 'name')}", kind), schema


def _root(structural: Mapping[str, Any], closed: bool) -> dict[str, Any]:
    """The schema of whole objects: their metadata is judged elsewhere, their status not at all."""
    written = {key: value for key, value in mapping(structural, "properties").items() if key != "status"}
    required = [name for name in items(structural, "required") if name != "status"]
    schema = _converted({**structural, "properties": written, "required": required}, closed=closed)
    schema["properties"] = {**schema.get("properties", {}), **_identity(structural), "status": {}}
    return schema


def _identity(structural: Mapping[str, Any]) -> dict[str, Any]:
    metadata = _converted(mapping(structural, "properties", "metadata"), closed=False)
    return {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": metadata | {"type": "object"}}


def _converted(structural: Mapping[str, Any], *, closed: bool, null: bool = False) -> dict[str, Any]:
    """One node: `closed` if unknown fields are refused below it, `null` if the API server would drop a null here."""
    schema = {key: structural[key] for key in _KEPT if key in structural}
    schema |= _bounds(structural) | _fields(structural, closed) | _alternatives(structural)
    if structural.get(_INT_OR_STRING) is True:
        schema["type"] = ["integer", "string"]
    if isinstance(structural.get("items"), Mapping):
        schema["items"] = _converted(structural["items"], closed=closed)
    if structural.get(_LIST_TYPE) == "set":
        schema["uniqueItems"] = True
    return _with_null(schema) if null or structural.get("nullable") is True else schema


def _bounds(structural: Mapping[str, Any]) -> dict[str, Any]:
    """Exclusive bounds, which are numbers of their own here and flags there."""
    found: dict[str, Any] = {}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if structural.get(exclusive) is True and bound in structural:
            found[exclusive] = structural[bound]
    return found


def _fields(structural: Mapping[str, Any], closed: bool) -> dict[str, Any]:
    """What the fields of a map may be, and whether there may be others."""
    required = [name for name in items(structural, "required") if not _has_default(structural, name)]
    properties = {
        name: _converted(mapping(inner), closed=closed, null=name not in required)
        for name, inner in mapping(structural, "properties").items()
    }
    if structural.get(_EMBEDDED) is True:
        properties |= {name: {"type": "string"} for name in ("apiVersion", "kind")} | {"metadata": {"type": "object"}}
        required += [name for name in ("apiVersion", "kind") if name not in required]
    found: dict[str, Any] = {"properties": properties} if properties else {}
    if required:
        found["required"] = required
    others = structural.get("additionalProperties")
    if isinstance(others, Mapping):
        found["additionalProperties"] = _converted(others, closed=closed, null=True)
    elif closed and others is None and _is_closed(structural):
        found["additionalProperties"] = False
    return found


def _has_default(structural: Mapping[str, Any], name: str) -> bool:
    return mapping(structural, "properties", name).get("default") is not None


def _is_closed(structural: Mapping[str, Any]) -> bool:
    is_map = structural.get("type") == "object" or "properties" in structural
    return is_map and structural.get(_PRESERVED) is not True


def _alternatives(structural: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions of a node, which never say what fields there are; what says "a number or text" is in the type."""
    found: dict[str, Any] = {}
    for word in ("allOf", "anyOf", "oneOf"):
        conditions = [_converted(mapping(inner), closed=False) for inner in items(structural, word)]
        if conditions and not (conditions == _EITHER and structural.get(_INT_OR_STRING) is True):
            found[word] = conditions
    if isinstance(structural.get("not"), Mapping):
        found["not"] = _converted(structural["not"], closed=False)
    return found


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type", [])
    if kinds:
        schema["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
