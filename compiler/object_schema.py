"""Object schema: an object and a Kubernetes version -> what its schema does not allow, field by field.

Kubernetes' own kinds are judged by the strict schemas that the package kubernetes-validate carries as data; the kinds
of KEDA, Istio and the Gateway API by schemas of exactly what Roster emits, in `schemas/objects/`. Each is loaded
when it is first asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError

from compiler.assets import folder
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean

LATEST = "1.36"
"""The version by which objects are judged where an environment names none."""

_OURS: Mapping[tuple[str, str], str] = {
    ("keda.sh/v1alpha1", "ScaledObject"): "scaledobject.json",
    ("networking.istio.io/v1", "VirtualService"): "virtualservice.json",
    ("networking.istio.io/v1", "DestinationRule"): "destinationrule.json",
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): "httproute.json",
}
_FOLDER = re.compile(r"^v(1\.\d+)\.\d+-local-strict$")
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


@cache
def versions() -> tuple[str, ...]:
    """The Kubernetes versions whose schemas are known, oldest first."""
    found = [match[1] for match in map(_FOLDER.match, (item.name for item in _data().iterdir())) if match]
    return tuple(sorted(found, key=lambda version: int(version.partition(".")[2])))


def has_schema(version: str, data: Mapping[str, Any], *, emitted: bool) -> bool:
    """Whether there is a schema for an object; only what we emitted ourselves is judged by our own schemas."""
    return _validator(version, data["apiVersion"], data["kind"], emitted) is not None


def schema_faults(version: str, data: Mapping[str, Any], *, emitted: bool) -> tuple[SchemaFault, ...]:
    """What the schema of its kind does not allow in an object; without a schema, its metadata alone is judged."""
    judge = _validator(version, data["apiVersion"], data["kind"], emitted) or _metadata(version)
    if judge.validator.is_valid(data):
        return ()
    return tuple(fault for error in judge.validator.iter_errors(data) for fault in _faults(error, judge.schema))


def known_kinds(version: str) -> frozenset[tuple[str, str]]:
    """API version and kind of everything that this version of Kubernetes itself defines."""
    return frozenset(_names(version))


def definition(version: str, of: str | tuple[str, str]) -> Mapping[str, Any]:
    """A definition of this version of Kubernetes, by its name or by API version and kind; empty if there is none."""
    name = of if isinstance(of, str) else _names(version).get(of, "")
    found: Mapping[str, Any] = _definitions(version).get(name, {})
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    validator: Draft202012Validator
    schema: Mapping[str, Any]


@cache
def _validator(version: str, api_version: str, kind: str, emitted: bool) -> _Judge | None:
    name = _names(version).get((api_version, kind))
    if name is not None:
        definitions = _pruned(name, _definitions(version))
        schema: dict[str, Any] = {"$defs": definitions, "$ref": f"#/$defs/{name}"}
    elif emitted and (api_version, kind) in _OURS:
        schema = orjson.loads((folder("schemas") / "objects" / _OURS[api_version, kind]).read_bytes())
    else:
        return None
    return _Judge(Draft202012Validator(schema), schema)


@cache
def _metadata(version: str) -> _Judge:
    name = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    properties = {"metadata": {"$ref": f"#/$defs/{name}"}}
    schema = {"type": "object", "properties": properties, "$defs": _pruned(name, _definitions(version))}
    return _Judge(Draft202012Validator(schema), schema)


def _data() -> Path:
    """The data folder of kubernetes-validate, found without importing it, which takes longer than all our checks."""
    found = find_spec("kubernetes_validate")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("kubernetes-validate is not installed", name="kubernetes_validate")
    return Path(found.origin).parent / "kubernetes-json-schema"


@cache
def _definitions(version: str) -> Mapping[str, Any]:
    file = next(_data().glob(f"v{version}.*-local-strict/_definitions.json"))
    definitions: Mapping[str, Any] = orjson.loads(file.read_bytes())["$defs"]
    return definitions


@cache
def _names(version: str) -> Mapping[tuple[str, str], str]:
    """API version and kind -> name of the definition."""
    return {
        (f"{kind['group']}/{kind['version']}".lstrip("/"), kind["kind"]): name
        for name, definition in _definitions(version).items()
        for kind in definition.get("x-kubernetes-group-version-kind", ())
    }


def _pruned(name: str, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definition and those that it refers to: compiling 120 of 771 takes a tenth of the time."""
    kept: dict[str, Any] = {}
    open_names = [name]
    while open_names:
        current = open_names.pop()
        if current not in kept:
            kept[current] = definitions[current]
            open_names += (ref.rpartition("/")[2] for ref in _refs(definitions[current]))
    return kept


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)


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
    elif kind == "oneOf":
        inner = chain.from_iterable(facts.get("context", ()))
        types = _either(chain.from_iterable(item.kind.as_dict().get("types", ()) for item in inner))
        yield SchemaFault("R0602", path, f"must be {types}, not {_type_of(error.instance)}")
    elif kind == "enum":
        yield SchemaFault("R0604", path, f"must be {' or '.join(map(str, facts['options']))}")
    else:
        yield SchemaFault("R0604", path, f"is not allowed: {_limit(kind, facts)}")


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
