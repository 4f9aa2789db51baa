"""A live object and the same object as it would be -> the fields that differ, noise left out."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.source import FieldPath
from reconciler.answer import Live
from reconciler.change import FieldChange
from reconciler.declared import merge_keys

LABELS_AND_ANNOTATIONS = ("labels", "annotations")
NOISE = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


def field_changes(before: Live, after: Live) -> tuple[FieldChange, ...]:
    """What differs, in the order of the paths; of the metadata only labels and annotations count, status never."""
    return tuple(_compare((), _shown(before), _shown(after)))


def _shown(live: Live) -> dict[str, Any]:
    kept = {name: value for name, value in live.items() if name not in ("status", "metadata")}
    metadata = live.get("metadata", {})
    parts = {
        part: {name: value for name, value in (metadata.get(part) or {}).items() if name not in NOISE}
        for part in LABELS_AND_ANNOTATIONS
    }
    return {**kept, "metadata": parts}


def _compare(path: FieldPath, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after or (not before and not after and _vague(before) and _vague(after)):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _compare((*path, name), before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and _aligned(path, before, after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _compare((*path, index), old, new)
    else:
        yield FieldChange(path, before, after)


def _vague(value: Any) -> bool:
    """Absent and empty say the same of maps and lists."""
    return value is None or isinstance(value, Mapping | list)


def _aligned(path: FieldPath, before: list[Any], after: list[Any]) -> bool:
    if len(before) != len(after):
        return False
    keys = merge_keys(str(path[-1]), after)
    if not keys or not all(isinstance(item, Mapping) for item in before):
        return True
    return all(old.get(key) == new.get(key) for old, new in zip(before, after, strict=True) for key in keys)
