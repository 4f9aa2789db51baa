"""Sizes: an object -> texts in it that are too long for the API server."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.fault import Fault
from compiler.inside import mapping
from compiler.lowered import Lowered

_CONFIG_MAP = 1024 * 1024
"""Most bytes that the values and keys of a ConfigMap may have together."""
_ANNOTATIONS = 256 * 1024
"""Most bytes that the annotations of an object may have together."""


def check_config_map(lowered: Lowered) -> Iterator[Fault]:
    """R0613: a ConfigMap with more than 1 MiB; told at its longest text."""
    size = _bytes(lowered.data, "data", _CONFIG_MAP) + _bytes(lowered.data, "binaryData", _CONFIG_MAP)
    if size > _CONFIG_MAP:
        field = max(("data", "binaryData"), key=lambda name: _bytes(lowered.data, name, 0))
        values = mapping(lowered.data, field)
        longest = max(values, key=lambda key: len(values[key] or ""))
        yield Fault(
            "R0613",
            lowered,
            (field, longest),
            f"makes the ConfigMap {size:,} bytes long, {_CONFIG_MAP:,} are the limit",
            "shorten the text, or split it",
            longest=True,
        )


def check_annotations(lowered: Lowered) -> Iterator[Fault]:
    """R0614: annotations with more than 256 KiB."""
    size = _bytes(lowered.data["metadata"], "annotations", _ANNOTATIONS)
    if size > _ANNOTATIONS:
        path = ("metadata", "annotations")
        yield Fault("R0614", lowered, path, f"have {size:,} bytes, {_ANNOTATIONS:,} are the limit", "shorten them")


def _bytes(data: Mapping[str, Any], field: str, limit: int) -> int:
    """The size of a map's keys and values; only their number of characters where no encoding could pass the limit."""
    values = mapping(data, field)
    characters = sum(len(key) + len(value or "") for key, value in values.items())
    if characters * 4 <= limit:
        return characters
    return sum(len(key) + len((value or "").encode()) for key, value in values.items())
