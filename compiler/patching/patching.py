"""Patching: one object while it is patched, which knows what a patch did to it, and where each field came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compiler.kube_object import canonical
from compiler.source import Cause, FieldPath, Source, SourceMap, cause_of
from compiler.spec_key import SpecKey

MAX_VALUES = 100_000
"""How many values a patched object may have: copies of copies double it each time."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A part of a patch that hits nothing."""

    path: FieldPath
    """The part, from the root of the spec's document."""
    message: str
    """What is wrong, to be read after the object's name."""
    help: str = ""
    """How to mend it."""


class TooLarge(Exception):
    """The object has grown beyond MAX_VALUES."""


class Patching:
    """An object of its own, to be changed in place, with a note of each change."""

    def __init__(self, data: Mapping[str, Any], spec: SpecKey) -> None:
        """Take the object, of which a copy is patched, and the spec that carries the patch."""
        self.data: dict[str, Any] = unshared(data)
        """The object as it is by now."""
        self.misses: list[Miss] = []
        """What hit nothing."""
        self.touched: dict[FieldPath, tuple[FieldPath, bool]] = {}
        """Field of the object -> the part of the patch that set it, and whether it is a copy of that."""
        self.removed: dict[FieldPath, FieldPath] = {}
        """Field that the object had -> the part of the patch that removed it."""
        self._spec = spec
        self._places: dict[int, FieldPath] = {}
        self._held: list[Any] = []

    def begin(self) -> None:
        """Remember where every map and list stands, so that it is known again wherever it is moved to."""
        self._places, self._held = {}, []
        pending: list[tuple[FieldPath, Any]] = [((), self.data)]
        while pending:
            path, value = pending.pop()
            if isinstance(value, dict | list):
                self._places[id(value)] = path
                self._held.append(value)  # as long as it is held, nothing else has its identity
                pending += [((*path, step), inner) for step, inner in _inside(value)]

    def sources(self, before: SourceMap) -> SourceMap:
        """Where the fields came from, now: what was moved takes its sources along. Raises TooLarge."""
        after: dict[FieldPath, Cause] = {}
        pending: list[tuple[FieldPath, FieldPath | None, Any]] = [((), (), self.data)]
        count = 0
        while pending:
            path, old, value = pending.pop()
            count += 1
            if count > MAX_VALUES:
                raise TooLarge
            cause = None if old is None else before.get(old) if old == path else cause_of(before, old)
            if cause is not None:
                after[path] = cause
            pending += [((*path, step), self._former(old, step, inner), inner) for step, inner in _inside(value)]
        after.update({path: self._cause(*where) for path, where in self.touched.items()})
        return after

    def _former(self, parent: FieldPath | None, step: str | int, value: Any) -> FieldPath | None:
        """Where a value stood before; a plain value where its map or list did."""
        if isinstance(value, dict | list):
            return self._places.get(id(value))
        return None if parent is None else (*parent, step)

    def _cause(self, source: FieldPath, exact: bool) -> Cause:
        return Cause("", 0, (Source(self._spec, source),), exact)


def unshared(value: Any) -> Any:
    """The same plain data, of which nothing is shared with anything."""
    return orjson.loads(canonical(value))


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, types included."""
    return canonical(one) == canonical(other)


def _inside(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []
