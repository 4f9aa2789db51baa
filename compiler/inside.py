"""Inside: plain data and a path -> what stands there, by the shape that is expected; empty where there is none."""

from collections.abc import Mapping, Sequence
from typing import Any

_MAPS = (dict, Mapping)
"""The plain type first: nearly all maps are of it, and asking an abstract class takes ten times as long."""


def at(data: Any, *path: str | int) -> Any:
    """The value at a path; None where there is none."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list | tuple):
            data = data[step] if isinstance(step, int) and step < len(data) else None
        elif isinstance(data, Mapping):
            data = data.get(step)
        else:
            return None
    return data


def mapping(data: Any, *path: str | int) -> Mapping[str, Any]:
    """The map at a path; empty where there is none."""
    value = at(data, *path)
    return value if isinstance(value, _MAPS) else {}


def items(data: Any, *path: str | int) -> Sequence[Any]:
    """The list at a path; empty where there is none."""
    value = at(data, *path)
    return value if isinstance(value, list | tuple) else ()


def text(data: Any, *path: str | int) -> str:
    """The text at a path; empty where there is none."""
    value = at(data, *path)
    return value if isinstance(value, str) else ""
