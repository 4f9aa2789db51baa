"""Shapes: a spec's model -> which of its fields carry a mark, and the model that stands at a path."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from compiler.source import FieldPath

ANY = "*"
"""In a pattern: every key of a map, or every item of a list."""

Pattern = tuple[str, ...]
M = TypeVar("M")


@cache
def marked(model: type[BaseModel], mark: type[M]) -> tuple[tuple[Pattern, M], ...]:
    """The patterns of all fields of a model, at any depth, that carry a mark of this type, and the mark."""
    return tuple(_fields(model, mark, ()))


def places(value: Any, pattern: Pattern, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """Where a pattern occurs in plain data: path and value."""
    if not pattern:
        yield path, value
        return
    step, *rest = pattern
    if step == ANY and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from places(item, tuple(rest), (*path, index))
    elif isinstance(value, dict):
        for key in list(value) if step == ANY else [step] if step in value else []:
            yield from places(value[key], tuple(rest), (*path, key))


def fits(path: FieldPath, pattern: Pattern) -> bool:
    """Whether a path is one of those that a pattern means."""
    return len(path) == len(pattern) and all(word in (ANY, step) for step, word in zip(path, pattern, strict=True))


def key_at(keyed: Mapping[Pattern, str], path: FieldPath) -> str:
    """The key by which the list at a path merges; empty if it replaces whole."""
    return next((key for pattern, key in keyed.items() if fits(path, pattern)), "")


def model_at(model: type[BaseModel], path: FieldPath) -> type[BaseModel] | None:
    """The model of the mapping at a path below a model; None where the path leaves the models."""
    annotation: Any = model
    for step in path:
        annotation = _step(annotation, step)
    return next(iter(_models(annotation)), None)


def is_union(model: type[BaseModel], path: FieldPath) -> bool:
    """Whether the value at a path below a model may be of several types."""
    annotation: Any = model
    for step in path:
        annotation = _step(annotation, step)
    return sum(part is not type(None) for part in _parts(annotation)) > 1


def is_typed(model: type[BaseModel], path: FieldPath) -> bool:
    """Whether a model says of what type the value at a path below it is."""
    annotation: Any = model
    for step in path:
        annotation = _step(annotation, step)
    return all(part is not None and part is not Any for part in _parts(annotation))


def is_map(model: type[BaseModel], path: FieldPath) -> bool:
    """Whether the value at a path below a model is a map whose keys a person chooses."""
    annotation: Any = model
    for step in path:
        annotation = _step(annotation, step)
    return any(get_origin(part) is dict for part in _parts(annotation))


def _fields(model: type[BaseModel], mark: type[M], path: Pattern) -> Iterator[tuple[Pattern, M]]:
    for name, field in model.model_fields.items():
        inner = (*path, field.alias or name)
        for found in field.metadata:
            if isinstance(found, mark):
                yield inner, found
        yield from _annotation(field.annotation, mark, inner)


def _annotation(annotation: Any, mark: type[M], path: Pattern) -> Iterator[tuple[Pattern, M]]:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _fields(annotation, mark, path)
    elif origin is Annotated:
        inner, *marks = get_args(annotation)
        yield from ((path, found) for found in marks if isinstance(found, mark))
        yield from _annotation(inner, mark, path)
    elif origin in (Union, UnionType):
        for branch in get_args(annotation):
            yield from _annotation(branch, mark, path)
    elif origin is dict:
        yield from _annotation(get_args(annotation)[1], mark, (*path, ANY))
    elif origin in (tuple, list):
        yield from _annotation(get_args(annotation)[0], mark, (*path, ANY))


def _step(annotation: Any, step: str | int) -> Any:
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if (field.alias or name) == step:
                return field.annotation
    for part in _parts(annotation):
        if get_origin(part) is dict:
            return get_args(part)[1]
        if get_origin(part) in (tuple, list):
            return get_args(part)[0]
    return None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation's alternatives, marks taken off."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for branch in get_args(annotation):
            yield from _parts(branch)
    else:
        yield annotation
