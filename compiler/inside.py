"""Inside: plain data and a path -> what stands there, by the shape that is expected; empty where there is none."""

from collections.abc import Mapping, Sequence
from typing import Any

_LISTS = (list, tuple)


def at(data: Any, *path: str | int) -> Any:
    """The value at a path; None where there is none."""
    for step in path:
        # The plain type first: nearly all maps are of it, and asking an abstract class takes ten times as long.
        if isinstance(data, dict):
            data = data.get(step)
        elif data is None:
            return None
        elif isinstance(data, _LISTS):
            data = data[step] if isinstance(step, int) and step < len(data) else None
        elif isinstance(data, Mapping):
            data = data.get(step)
        else:
            return None
    return data


def mapping(data: Any, *path: str | int) -> Mapping[str, Any]:
    """The map at a path; empty where there is none."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else at(data, step)
    if isinstance(data, dict):
        return data
    return data if data is not None and isinstance(data, Mapping) else {}


def items(data: Any, *path: str | int) -> Sequence[Any]:
    """The list at a path; empty where there is none."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else at(data, step)
    return data if isinstance(data, _LISTS) else ()


def text(data: Any, *path: str | int) -> str:
    """The text at a path; empty where there is none."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else at(data, step)
    return data if isinstance(data, str) else ""
