"""A live object and a field in -> the managers that hold it, as the API server's managedFields tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compiler.source import FieldPath
from reconciler.answer import Live
from reconciler.unit import MANAGER


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """One manager that holds a field."""

    manager: str
    """Its name: `kubectl-edit`, `kube-controller-manager`, …"""
    operation: str
    """Apply or Update."""
    subresource: str = ""
    """`status`, `scale`, or empty."""

    @property
    def is_us(self) -> bool:
        """True for our own server-side apply."""
        return (self.manager, self.operation, self.subresource) == (MANAGER, "Apply", "")


def holders(live: Live, path: FieldPath) -> tuple[Holder, ...]:
    """Every manager that holds the field at this path of the live object, or something below it."""
    return tuple(sorted(holder for holder, fields in _entries(live) if _holds(fields, live, path)))


def applied_by_us(live: Live) -> bool:
    """True if the object has an entry of our own server-side apply."""
    return any(holder.is_us for holder, _ in _entries(live))


def _entries(live: Live) -> Iterator[tuple[Holder, Mapping[str, Any]]]:
    for entry in live.get("metadata", {}).get("managedFields", ()):
        holder = Holder(entry.get("manager", ""), entry.get("operation", ""), entry.get("subresource", ""))
        yield holder, entry.get("fieldsV1", {})


def _holds(fields: Mapping[str, Any], value: Any, path: FieldPath) -> bool:
    for depth, step in enumerate(path):
        name = _name(fields, value, step)
        if name is None:
            return depth > 0 and not fields  # a set without members holds the whole value: an atomic list or map
        fields, value = fields[name], _inside(value, step)
    return True


def _name(fields: Mapping[str, Any], value: Any, step: str | int) -> str | None:
    """The member of a field set that stands for one step, or None if it has none."""
    if isinstance(step, str):
        return f"f:{step}" if f"f:{step}" in fields else None
    item = _inside(value, step)
    for name in fields:
        prefix, _, text = name.partition(":")
        if prefix == "k" and isinstance(item, Mapping) and orjson.loads(text).items() <= item.items():
            return name
        if prefix == "v" and orjson.loads(text) == item:
            return name
    return None


def _inside(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
