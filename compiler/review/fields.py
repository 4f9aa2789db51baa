"""Fields: two versions of one object or spec -> the fields that differ; the one place where fields are compared.

Items of a list are matched by what names them (`name`, `mountPath`, `port`, …) wherever every item has such a name and
no two share it; other lists of maps are matched by position, and a list of plain values is one field. Nothing is
ignored: a change of mere order, of type (`1` and `"1"`), or between an absent field and null is told too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from compiler.kube_object import canonical
from compiler.source import FieldPath


class Absent(Enum):
    """The type of ABSENT."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
"""The value of a field that is not there; None is a field that is null."""

NAMES = ("name", "key", "mountPath", "devicePath", "containerPort", "port", "topologyKey", "type", "host", "ip", "uid")
"""What may name an item of a list, tried in this order."""
_SIMPLE = re.compile(r"[A-Za-z_$][A-Za-z0-9_-]*$")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs."""

    path: str
    """For people and machines: `spec.template.spec.containers[runtime].image`, `data["pack.json"]`."""
    before: Any
    """ABSENT if it is new; if only the order of a list changed, the names of its items in the old order."""
    after: Any
    """ABSENT if it is gone; if only the order of a list changed, the names in the new order."""
    place: FieldPath
    """Keys and list indices from the root: of `after`, or of `before` if the field is gone."""
    is_order: bool = False
    """True if the items of a list are the same and only their order changed."""

    @property
    def is_gone(self) -> bool:
        """Whether the field is no longer there."""
        return self.after is ABSENT

    @property
    def is_new(self) -> bool:
        """Whether the field was not there before."""
        return self.before is ABSENT

    @property
    def name(self) -> str:
        """What the field is called: its last key, or of an environment variable's value the variable's name."""
        step = str(self.place[-1]) if self.place else ""
        return self.path.rpartition("[")[2].partition("]")[0] if step == "value" else step


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[FieldChange, ...]:
    """The fields that differ, in the order of their paths; None stands for an object that is not there."""
    return tuple(_maps("", (), before or {}, after or {}))


def opened(change: FieldChange) -> tuple[FieldChange, ...]:
    """The change of a text that is a JSON map on both sides, as the changes inside it; any other change as it is.

    The paths go on inside the text; the place stays the text's.
    """
    before, after = _document(change.before), _document(change.after)
    inner = changes(before, after) if before is not None and after is not None else ()
    paths = (f"{change.path}.{item.path}" if item.path[:1] != "[" else change.path + item.path for item in inner)
    found = (replace(item, path=path, place=change.place) for item, path in zip(inner, paths, strict=True))
    return tuple(found) or (change,)


def _document(value: Any) -> Mapping[str, Any] | None:
    """The map that a text is as JSON; None if it is none."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(value)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _joined(path: str, key: str) -> str:
    if not _SIMPLE.match(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _compare(path: str, place: FieldPath, before: Any, after: Any) -> Iterator[FieldChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping) and before and after:
        yield from _maps(path, place, before, after)
    elif _is_list(before) and _is_list(after) and before and after:
        yield from _lists(path, place, before, after)
    elif not _same(before, after):
        yield FieldChange(path, before, after, place)


def _maps(path: str, place: FieldPath, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        yield from _compare(_joined(path, key), (*place, key), old, new)


def _lists(path: str, place: FieldPath, before: Sequence[Any], after: Sequence[Any]) -> Iterator[FieldChange]:
    name = _naming(before, after)
    if name is not None:
        yield from _named(path, place, before, after, name)
    elif all(isinstance(item, Mapping) for item in (*before, *after)):
        for index in range(max(len(before), len(after))):
            old, new = (side[index] if index < len(side) else ABSENT for side in (before, after))
            yield from _compare(f"{path}[{index}]", (*place, index), old, new)
    elif not _same(before, after):
        yield FieldChange(path, before, after, place)


def _named(
    path: str, place: FieldPath, before: Sequence[Any], after: Sequence[Any], name: str
) -> Iterator[FieldChange]:
    old = {item[name]: index for index, item in enumerate(before)}
    new = {item[name]: index for index, item in enumerate(after)}
    for key in [*new, *(key for key in old if key not in new)]:
        inner = f"{path}[{key}]"
        if key not in new:
            yield FieldChange(inner, before[old[key]], ABSENT, (*place, old[key]))
        elif key not in old:
            yield FieldChange(inner, ABSENT, after[new[key]], (*place, new[key]))
        else:
            yield from _compare(inner, (*place, new[key]), before[old[key]], after[new[key]])
    kept = [key for key in old if key in new], [key for key in new if key in old]
    if kept[0] != kept[1]:
        yield FieldChange(path, tuple(old), tuple(new), place, is_order=True)


def _naming(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    """The key that names the items of both lists; None if there is none."""
    return next((name for name in NAMES if _is_named(before, name) and _is_named(after, name)), None)


def _is_named(items: Sequence[Any], name: str) -> bool:
    names = [item.get(name) if isinstance(item, Mapping) else None for item in items]
    return all(type(value) in (str, int) for value in names) and len(set(names)) == len(names)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _same(before: Any, after: Any) -> bool:
    if before is ABSENT or after is ABSENT:
        return before is after
    return canonical(before) == canonical(after)
