"""Object schema: an object and the schema of its kind -> what the schema does not allow, field by field.

Kubernetes' own kinds are judged by the schemas of the version that is asked for; the kinds of KEDA, Istio and the
Gateway API by schemas of exactly what Roster emits, in `schemas/objects/`; any other by what the cluster was asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator, ReferencingError, RegexOptions, ValidationError

from compiler.assets import folder
from compiler.object_schemas.kubernetes_schemas import Gvk, kubernetes_schema, metadata_schema
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean

_OURS: Mapping[Gvk, str] = {
    ("keda.sh/v1alpha1", "ScaledObject"): "scaledobject.json",
    ("networking.istio.io/v1", "VirtualService"): "virtualservice.json",
    ("networking.istio.io/v1", "DestinationRule"): "destinationrule.json",
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): "httproute.json",
}
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_WORDS = {"object": "a map", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number"}


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """One field that a schema does not allow."""

    code: str
    """R0601 unknown field, R0602 wrong type, R0603 missing field, R0604 value not allowed."""
    path: FieldPath
    """The field in the object; for a missing field, where it is missing."""
    message: str
    """What is wrong with it, to be read after its name."""
    help: str = ""
    """How to mend it."""


def has_schema(version: str, gvk: Gvk, *, emitted: bool, defined: bytes = b"") -> bool:
    """Whether there is a schema for a kind; only what we emitted ourselves is judged by our own schemas.

    `defined` is the JSON Schema that its cluster has for it, empty where none is known.
    """
    return bool(_judges(version, *gvk, emitted, defined))


def schema_faults(
    version: str, data: Mapping[str, Any], *, emitted: bool, defined: bytes = b""
) -> tuple[SchemaFault, ...]:
    """What the schemas of its kind do not allow in an object; without a schema, its metadata alone is judged."""
    judges = _judges(version, data["apiVersion"], data["kind"], emitted, defined) or (_metadata(version),)
    found: dict[tuple[str, FieldPath], SchemaFault] = {}
    for judge in judges:
        if not judge.validator.is_valid(data):
            for error in judge.validator.iter_errors(data):
                for fault in _faults(error, judge.schema):
                    found.setdefault((fault.code, fault.path), fault)
    return tuple(found.values())


def schema_problem(schema: bytes) -> str:
    """Why a JSON Schema from a tree cannot be used; empty if it can."""
    # Branches that refer to the same place twice double the work at each step: forty lines of them run for ever.
    if _refers(orjson.loads(schema)):
        return "it refers to another place with $ref, and what is pulled from a cluster never does"
    try:
        _foreign(schema)
    except (ValueError, ReferencingError) as error:
        return str(error).partition("\n")[0][:200]
    return ""


def _refers(schema: Any) -> bool:
    """Whether any part of a schema stands elsewhere; a field that is called `$ref` has a schema, and no text."""
    pending = [schema]
    while pending:
        item = pending.pop()
        if isinstance(item, Mapping):
            if any(isinstance(item.get(word), str) for word in _REFERENCES):
                return True
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return False


def schema_of(version: str, gvk: Gvk) -> Mapping[str, Any] | None:
    """The JSON Schema by which an object that we emitted is judged, whole in itself; None where there is none."""
    judges = _judges(version, *gvk, True, b"")
    return judges[0].schema if judges else None


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    validator: Draft202012Validator
    schema: Mapping[str, Any]


@cache
def _judges(version: str, api_version: str, kind: str, emitted: bool, defined: bytes) -> tuple[_Judge, ...]:
    gvk = (api_version, kind)
    own = kubernetes_schema(version, gvk)
    if own is not None:
        return (_Judge(Draft202012Validator(own), own),)
    judges = (_metadata(version), _foreign(defined)) if defined else ()
    return (*judges, _emitted(_OURS[gvk])) if emitted and gvk in _OURS else judges


@cache
def _metadata(version: str) -> _Judge:
    schema = metadata_schema(version)
    return _Judge(Draft202012Validator(schema), schema)


@cache
def _emitted(name: str) -> _Judge:
    schema = orjson.loads((folder("schemas") / "objects" / name).read_bytes())
    return _Judge(Draft202012Validator(schema), schema)


@lru_cache(maxsize=500)
def _foreign(text: bytes) -> _Judge:
    """A schema that came with the tree: nothing that it refers to is fetched, and its patterns take linear time."""
    schema = orjson.loads(text)
    return _Judge(Draft202012Validator(schema, offline=True, pattern_options=RegexOptions()), schema)


def _faults(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[SchemaFault]:
    """One error of the engine in our words; the value itself is never told, it may be secret."""
    path: FieldPath = tuple(error.instance_path)
    kind, facts = error.kind.name, error.kind.as_dict()
    if kind == "additionalProperties":
        known = sorted(_properties(schema, path))
        for name in facts["unexpected"]:
            help = did_you_mean(name, known) or (f"it may have {', '.join(known)}" if len(known) < 20 else "remove it")
            yield SchemaFault("R0601", (*path, name), "is not a field", help)
    elif kind == "required":
        yield SchemaFault("R0603", path, f"lacks {facts['property']}", f"{facts['property']} is required")
    elif kind == "type":
        yield SchemaFault("R0602", path, f"must be {_either(facts['types'])}, not {_type_of(error.instance)}")
    elif kind in ("oneOf", "anyOf", "not"):
        yield _alternative(error, path)
    elif kind == "enum":
        yield SchemaFault("R0604", path, f"must be {' or '.join(map(str, facts['options']))}")
    else:
        yield SchemaFault("R0604", path, f"is not allowed: {_limit(kind, facts)}")


def _alternative(error: ValidationError, path: FieldPath) -> SchemaFault:
    """A value that fits none of several conditions, or too many of them."""
    facts = error.kind.as_dict()
    inner = list(chain.from_iterable(facts.get("context", ())))
    types = list(chain.from_iterable(item.kind.as_dict().get("types", ()) for item in inner))
    if types and all(item.kind.name == "type" for item in inner):
        return SchemaFault("R0602", path, f"must be {_either(types)}, not {_type_of(error.instance)}")
    wanted = _fields_of(item.kind.as_dict().get("property") for item in inner)
    excluded = _fields_of(_required(facts.get("schema")))
    if wanted:
        return SchemaFault("R0604", path, f"needs one of {', '.join(wanted)}", "add one of them")
    if excluded:
        return SchemaFault("R0604", path, f"may not have {' and '.join(excluded)}", "remove one of them")
    help = "see the fields that exclude each other in the kind's own documentation"
    return SchemaFault("R0604", path, "fits none, or more than one, of the alternatives that its schema has", help)


def _fields_of(names: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _required(schema: Any) -> Iterator[Any]:
    """The fields that a schema, or one of its conditions, requires."""
    if isinstance(schema, Mapping):
        yield from schema.get("required", ())
        for word in ("allOf", "anyOf", "oneOf"):
            for condition in schema.get(word, ()):
                yield from _required(condition)


def _limit(kind: str, facts: Mapping[str, Any]) -> str:
    limits = ", ".join(
        f"{value}" for key, value in sorted(facts.items()) if key in ("pattern", "limit", "expected_value")
    )
    words = re.sub(r"([A-Z])", r" \1", kind).lower()
    return f"{words} {limits}".strip()


def _either(types: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(_WORDS.get(item, "true or false") for item in types if item != "null")) or "given"


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else "text" if isinstance(value, str) else "a number"


def _properties(schema: Mapping[str, Any], path: FieldPath) -> Mapping[str, Any]:
    """The fields that the schema knows in the map at a path."""
    here: Any = _followed(schema, schema)
    for step in path:
        inner = here.get("items") if isinstance(step, int) else here.get("properties", {}).get(step)
        here = _followed(inner if inner is not None else here.get("additionalProperties", {}), schema)
    properties: Mapping[str, Any] = here.get("properties", {})
    return properties


def _followed(here: Any, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(here, dict):
        return {}
    if "$ref" not in here:
        return here
    followed: Mapping[str, Any] = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return followed
