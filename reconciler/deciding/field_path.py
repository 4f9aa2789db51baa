"""The API server's text for a field path and a body in -> the path in that body; and edits of a body at a path."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from compiler.source import FieldPath

SELECTOR = re.compile(r"\[((?:\"(?:[^\"\\]|\\.)*\"|[^\]\"])*)\]")
PAIR = re.compile(r"([A-Za-z0-9_]*)=(\"(?:[^\"\\]|\\.)*\"|[^,]*)")


def locate(body: Any, text: str) -> FieldPath | None:
    """The path in `body` that the text names, as far as the body goes; None if the text fits nothing in it.

    Keys may hold dots (`.data.system.md`), so the body itself tells where a key ends: the longest that fits.
    """
    path: list[str | int] = []
    while text:
        step, text = _step(body, text)
        if step is None:
            return tuple(path) or None
        path.append(step)
        body = body[step]
    return tuple(path) or None


def _step(value: Any, text: str) -> tuple[str | int | None, str]:
    if text.startswith(".") and isinstance(value, Mapping):
        keys = [key for key in value if text.startswith(key, 1) and text[len(key) + 1 : len(key) + 2] in ("", ".", "[")]
        key = max(keys, key=len, default=None)
        return key, text[len(key) + 1 :] if key is not None else ""
    match = SELECTOR.match(text)
    if match and isinstance(value, list):
        return _item(value, match[1]), text[match.end() :]
    return None, ""


def _item(items: list[Any], selector: str) -> int | None:
    if selector.isdigit():
        return int(selector) if int(selector) < len(items) else None
    wanted = {name: orjson.loads(text) for name, text in PAIR.findall(selector)}
    for index, item in enumerate(items):
        if isinstance(item, Mapping) and wanted.items() <= {"protocol": "TCP", **item}.items():
            return index
        if wanted.get("", item) == item and "" in wanted:
            return index
    return None


def at(value: Any, path: FieldPath) -> Any:
    """The value at a path. Raises KeyError, IndexError or TypeError if there is none."""
    for step in path:
        value = value[step]
    return value


def has(value: Any, path: FieldPath) -> bool:
    """True if there is a value at the path."""
    try:
        at(value, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def put(body: dict[str, Any], path: FieldPath, value: Any) -> None:
    """Set the value at a path in place; maps on the way are made, list items must exist."""
    inner: Any = body
    for step in path[:-1]:
        inner = inner.setdefault(step, {}) if isinstance(inner, dict) else inner[step]
    inner[path[-1]] = value


def drop(body: dict[str, Any], path: FieldPath) -> None:
    """Take the value at a path out in place; nothing happens if there is none."""
    if has(body, path):
        del at(body, path[:-1])[path[-1]]
