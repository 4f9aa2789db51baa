"""Object path: an object and the path of a field -> the path as people write it, list items by their name."""

import re
from collections.abc import Mapping
from typing import Any

from compiler.source import FieldPath

_PLAIN = re.compile(r"^[A-Za-z_$][-A-Za-z0-9_$]*$")


def object_path(data: Any, path: FieldPath) -> str:
    """`spec.template.spec.containers[runtime].image`; keys that hold dots or slashes are in brackets too."""
    parts: list[str] = []
    for step in path:
        data = _inner(data, step)
        if isinstance(step, int):
            name = data.get("name") if isinstance(data, Mapping) else None
            parts.append(f"[{name if isinstance(name, str) else step}]")
        elif _PLAIN.match(step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f"[{step}]")
    return "".join(parts)


def _inner(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None
