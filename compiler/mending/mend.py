"""Mend: a value that does not fit its model -> the edit that certainly mends it, or None."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from compiler.inside import at
from compiler.layering.layered import Layered
from compiler.mending.edit import Edit, reworded
from compiler.misfits.misfit import NO_ALTERNATIVE, Misfit
from compiler.misfits.misfit_words import UNQUOTABLE, choices_of
from compiler.source import FieldPath
from compiler.suggestion import misspelt

Fits = Callable[[Any, FieldPath], bool]
"""A whole document and one of its fields -> whether the field fits its model."""
_UNQUOTED: Mapping[str, Callable[[str], Any]] = {"int_type": int, "float_type": float, "bool_type": "true".__eq__}
"""Kind of misfit -> what makes the value of a text that was quoted for no reason."""


def mend(document: Layered, misfit: Misfit, known: Iterable[str], fits: Fits) -> Edit | None:
    """The edit of the document; `known` are the fields of the map, `fits` judges the field once it is mended.

    None where the document is not written as it is read: a dialect made it.
    """
    path = misfit.path
    if not document.is_as_written:
        return None
    if misfit.kind == "extra_forbidden":
        name = str(path[-1])
        field = misspelt(name, known)
        renamed = _renamed(document.data, path, field) if field else None
        if renamed is None or not fits(renamed, (*path[:-1], field)):
            return None
        return reworded(document.span_of(path, key=True), name, field)
    value = at(document.data, *path)
    found = _meant(misfit, value)
    if found is None:
        return None
    meant, text = found
    if not fits(_replaced(document.data, path, meant), path):
        return None
    span = document.span_of(path)
    if isinstance(value, str) and not isinstance(meant, str):
        return Edit(span, value, text) if span.width == len(value) + 2 else None
    return reworded(span, _written(value), text)


def _meant(misfit: Misfit, value: Any) -> tuple[Any, str] | None:
    """The value that was meant, and how it is written."""
    if misfit.kind in ("literal_error", "enum") and isinstance(value, str):
        choice = misspelt(value, choices_of(misfit))
        return (choice, choice) if choice else None
    if misfit.kind in _UNQUOTED and isinstance(value, str) and UNQUOTABLE.fullmatch(value):
        return _number(misfit.kind, value)
    text_wanted = misfit.kind == "string_type" or (misfit.kind == NO_ALTERNATIVE and "text" in misfit.limits["nouns"])
    if text_wanted and isinstance(value, bool | int | float):
        return _written(value), f'"{_written(value)}"'
    return None


def _number(kind: str, value: str) -> tuple[Any, str] | None:
    try:
        return _UNQUOTED[kind](value), value
    except ValueError:
        return None


def _written(value: Any) -> str:
    """How a scalar is most often written; a text as it is."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _renamed(data: Any, path: FieldPath, name: str) -> Any:
    """The data with the last step of the path called otherwise; None if that name is taken."""
    above = at(data, *path[:-1])
    if not isinstance(above, Mapping) or name in above:
        return None
    return _replaced(data, path[:-1], {name if key == path[-1] else key: item for key, item in above.items()})


def _replaced(data: Any, path: FieldPath, value: Any) -> Any:
    """The data with another value at a path, which exists."""
    if not path:
        return value
    inner = _replaced(data[path[0]], path[1:], value)
    if isinstance(data, Mapping):
        return {**data, path[0]: inner}
    return [inner if index == path[0] else item for index, item in enumerate(data)]
