"""A live object and the same object as it would be -> the fields that differ, noise left out."""

from typing import Any

from compiler.review.fields import ABSENT, changes
from reconciler.answer import Live
from reconciler.change import FieldChange

LABELS_AND_ANNOTATIONS = ("labels", "annotations")
NOISE = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


def field_changes(before: Live, after: Live) -> tuple[FieldChange, ...]:
    """What differs, in the order of the paths; of the metadata only labels and annotations count, status never."""
    found = changes(_shown(before), _shown(after))
    return tuple(
        FieldChange(change.place, _value(change.before), _value(change.after))
        for change in found
        if not (_vague(change.before) and _vague(change.after))
    )


def _shown(live: Live) -> dict[str, Any]:
    kept = {name: value for name, value in live.items() if name not in ("status", "metadata")}
    metadata = live.get("metadata", {})
    parts = {
        part: {name: value for name, value in (metadata.get(part) or {}).items() if name not in NOISE}
        for part in LABELS_AND_ANNOTATIONS
    }
    return {**kept, "metadata": parts}


def _value(value: Any) -> Any:
    return None if value is ABSENT else value


def _vague(value: Any) -> bool:
    """Absent and empty say the same of maps and lists."""
    return value is ABSENT or value is None or value == {} or value == []
