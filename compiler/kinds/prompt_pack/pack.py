"""Pack: the data of a PromptPack's spec -> the document that runtimes know as `pack.json`."""

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from compiler.kinds.prompt_pack.spec import PromptPackSpec
from compiler.spec import Shape

SCHEMA = "https://promptpack.org/schema/latest/promptpack.schema.json"
ENGINE = {"version": "v1", "syntax": "{{variable}}"}

_Rename = Callable[[Any], Any]


def pack(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The document; texts in it are the same objects as in the data, byte for byte."""
    result = _renamed(PromptPackSpec)(data)
    version = result["version"]
    result["prompts"] = {key: _prompt(key, version, item) for key, item in result.get("prompts", {}).items()}
    result["tools"] = {key: {"name": key, **item} for key, item in result.get("tools", {}).items()}
    result["evals"] = _listed(result.get("evals"), "id")
    result["skills"] = [_skill(key, item) for key, item in result.get("skills", {}).items()]
    engine = result.pop("template_engine", None) or _engine(result)
    kept = {key: value for key, value in result.items() if value not in ({}, [])}
    return {"$schema": SCHEMA, "id": name, "name": name, "template_engine": engine, **kept}


def _prompt(key: str, version: str, item: dict[str, Any]) -> dict[str, Any]:
    lists = {
        "variables": _listed(item.get("variables"), "name"),
        "evals": _listed(item.get("evals"), "id"),
        "validators": list(item.get("validators", {}).values()),
    }
    kept = {name: value for name, value in {**item, **lists}.items() if value not in ({}, [])}
    return {"id": key, "name": key, "version": version, **kept}


def _skill(key: str, item: dict[str, Any]) -> dict[str, Any]:
    """A skill in a folder has its name there."""
    return item if "path" in item else {"name": key, **item}


def _listed(items: Mapping[str, Any] | None, key: str) -> list[dict[str, Any]]:
    """A map as the list that it is in pack.json, in the order in which it is written."""
    return [{key: name, **item} for name, item in (items or {}).items()]


def _engine(result: Mapping[str, Any]) -> dict[str, Any]:
    features = ["basic_substitution", *(["fragments"] if result.get("fragments") else [])]
    return {**ENGINE, "features": features}


@cache
def _renamed(model: type[Shape]) -> _Rename:
    """A function that gives the data of a model the names of its fields in Python, at every depth; without defaults
    that are empty."""
    names = {
        field.alias or name: (name, _inner(field.annotation), field.default)
        for name, field in model.model_fields.items()
    }

    def rename(data: Any) -> dict[str, Any]:
        result = {}
        for key, value in data.items():
            name, inner, default = names[key]
            if value not in ({}, ()) or value != default:
                result[name] = value if inner is None else inner(value)
        return result

    return rename


def _inner(annotation: Any) -> _Rename | None:
    """How values of a type are renamed; None if nothing in them is."""
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _renamed(annotation)
    if origin is Annotated:
        return _inner(get_args(annotation)[0])
    if origin is dict:
        return _each(_inner(get_args(annotation)[1]))
    if origin is tuple:
        return _every(_inner(get_args(annotation)[0]))
    if origin in (Union, UnionType):
        return _if_map([_inner(branch) for branch in get_args(annotation)])
    return None


def _each(inner: _Rename | None) -> _Rename | None:
    return None if inner is None else lambda value: {key: inner(item) for key, item in value.items()}


def _every(inner: _Rename | None) -> _Rename | None:
    return None if inner is None else lambda value: [inner(item) for item in value]


def _if_map(branches: list[_Rename | None]) -> _Rename | None:
    """A text stays as it is, whatever else could stand in its place."""
    known = [branch for branch in branches if branch is not None]
    return (lambda value: value if isinstance(value, str) else known[0](value)) if known else None
