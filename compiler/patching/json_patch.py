"""json_patch: an object and operations of RFC 6902 -> the object patched, one operation after the other."""

import re
from collections.abc import Mapping
from typing import Any

from jsonpatch import JsonPatchException, apply_patch
from jsonpointer import JsonPointer, JsonPointerException

from compiler.document import known_prefix
from compiler.inside import at
from compiler.object_path import object_path
from compiler.patching.patching import Miss, Patching, unshared
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, listed

_INDEX = re.compile(r"[0-9]{1,9}")
"""A place in a list; digits of other scripts are none, and no list is longer."""


def json_patch(patching: Patching, operation: Mapping[str, Any], source: FieldPath) -> None:
    """Do one operation, which stands at `source` in its spec, in place; one that hits nothing is noted."""
    try:
        apply_patch(patching.data, [unshared(operation)], in_place=True)
    except (JsonPatchException, JsonPointerException, LookupError, TypeError, ValueError, AttributeError):
        patching.misses.append(_miss(patching.data, operation, source))
        return
    if operation["op"] == "test":
        return
    if operation["op"] == "remove":
        patching.removed[_steps(operation["path"], patching.data)] = source
        return
    exact = operation["op"] in ("add", "replace")
    place = _steps(operation["path"], patching.data)
    patching.touched[place] = ((*source, "value") if exact else source, exact)


def _miss(data: Any, operation: Mapping[str, Any], source: FieldPath) -> Miss:
    """What did not fit; never the library's words, which may hold values."""
    for part in ("from", "path"):
        steps = _steps(operation.get(part, ""), data)
        known = known_prefix(data, steps)
        if len(known) < len(steps) - (part == "path" and operation["op"] in ("add", "copy", "move")):
            return _nothing(data, steps, known, (*source, part))
    if operation["op"] == "test":
        return Miss((*source, "value"), f"{object_path(data, steps)} has another value", "")
    message = f"{operation['path']} is no place to {operation['op']}"
    return Miss((*source, "path"), message, _place(operation["path"], at(data, *steps[:-1])))


def _place(pointer: str, inside: Any) -> str:
    """How a place is written in what is there."""
    if not _is_pointer(pointer):
        return "in a path ~ is written ~0, and a / inside of a name ~1"
    if isinstance(inside, list):
        return f"write an index from 0 to {len(inside)}, or - for behind the last"
    return "only a map and a list have places"


def _is_pointer(text: str) -> bool:
    try:
        JsonPointer(text)
    except JsonPointerException:
        return False
    return True


def _nothing(data: Any, steps: FieldPath, known: FieldPath, source: FieldPath) -> Miss:
    inside = at(data, *known)
    where, step = object_path(data, known) or "the object", steps[len(known)]
    if isinstance(inside, Mapping):
        help = did_you_mean(str(step), inside) or f"there are: {listed(inside)}"
    else:
        help = _items(len(inside)) if isinstance(inside, list) else "it is a plain value"
    return Miss(source, f"{where} has no {step}", help)


def _items(count: int) -> str:
    """By which numbers the items of a list go."""
    return f"its items are 0 to {count - 1}" if count > 1 else "its only item is 0" if count else "it has no items"


def _steps(pointer: str, data: Any) -> FieldPath:
    """The steps of a pointer, indices of lists as numbers; `-` is the last item."""
    try:
        parts = JsonPointer(pointer).parts
    except JsonPointerException:
        return ()
    steps: FieldPath = ()
    for part in parts:
        inside = at(data, *steps)
        if isinstance(inside, list):
            step: str | int = len(inside) - 1 if part == "-" else int(part) if _INDEX.fullmatch(part) else part
        else:
            step = part
        steps = (*steps, step)
    return steps
