"""Filters: what may stand behind `|` in a template: plain values in, a plain value out; each says what it does."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from compiler.templating.bad_expression import BadExpression

_LONGEST = 1024 * 1024
"""Longest text that a filter makes, in characters: no ConfigMap holds more."""


def _absolute(value: Any) -> Any:
    """The number without its sign."""
    return abs(value)


def _first(value: Any) -> Any:
    """The first item of a list."""
    return _list(value)[0]


def _last(value: Any) -> Any:
    """The last item of a list."""
    return _list(value)[-1]


def _length(value: Any) -> int:
    """How many items or characters there are."""
    return len(value)


def _indent(value: Any, width: int = 4, first: bool = False) -> str:
    """Text with `width` spaces before each line but the first, or before that too."""
    lines = _text(value).split("\n")
    _bounded(len(value) + len(lines) * width)
    margin = " " * width
    body = "\n".join(margin + line if line else line for line in lines[1:])
    head = margin + lines[0] if first else lines[0]
    return f"{head}\n{body}" if len(lines) > 1 else head


def _int(value: Any) -> int:
    """Text or a number as a whole number."""
    return int(value)


def _items(value: Any) -> list[list[Any]]:
    """The [key, value] pairs of a map, sorted by key."""
    return [[key, value[key]] for key in sorted(_map(value))]


def _join(value: Any, between: str = "") -> str:
    """The items of a list as one text, with `between` between them."""
    words = [word(item) for item in _list(value)]
    _bounded(sum(map(len, words)) + len(words) * len(between))
    return between.join(words)


def _keys(value: Any) -> list[Any]:
    """The keys of a map, sorted."""
    return sorted(_map(value))


def _lower(value: Any) -> str:
    """Text in lower case."""
    return _text(value).lower()


def _max(value: Any) -> Any:
    """The greatest item of a list."""
    return max(_list(value))


def _min(value: Any) -> Any:
    """The least item of a list."""
    return min(_list(value))


def _replace(value: Any, old: str, new: str) -> str:
    """Text with `old` replaced by `new` wherever it stands."""
    _bounded(len(_text(value)) + value.count(_text(old)) * len(_text(new)))
    return str(value.replace(old, new))


def _sort(value: Any) -> list[Any]:
    """The items of a list in order."""
    return sorted(_list(value))


def _split(value: Any, at: str) -> list[str]:
    """The parts of a text between the places where `at` stands."""
    return _text(value).split(at)


def _string(value: Any) -> str:
    """A number as text."""
    return word(value)


def _sum(value: Any) -> Any:
    """The sum of a list of numbers."""
    return sum(_list(value))


def _to_json(value: Any, indent: int | None = None) -> str:
    """Any value as JSON, its keys sorted; with `indent` on several lines."""
    _bounded(indent or 0)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=min(indent or 0, 8) or None)
    _bounded(len(text))
    return text


def _trim(value: Any) -> str:
    """Text without white space at its ends."""
    return _text(value).strip()


def _unique(value: Any) -> list[Any]:
    """The items of a list, each text or number once."""
    return list(dict.fromkeys(_list(value)))


def _upper(value: Any) -> str:
    """Text in upper case."""
    return _text(value).upper()


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": _absolute,
    "first": _first,
    "indent": _indent,
    "int": _int,
    "items": _items,
    "join": _join,
    "keys": _keys,
    "last": _last,
    "length": _length,
    "lower": _lower,
    "max": _max,
    "min": _min,
    "replace": _replace,
    "sort": _sort,
    "split": _split,
    "string": _string,
    "sum": _sum,
    "tojson": _to_json,
    "trim": _trim,
    "unique": _unique,
    "upper": _upper,
}
"""Name -> filter. `default` is Jinja's own, because it takes what is undefined."""


def word(value: Any) -> str:
    """Text or a number as it stands inside a text. Raises BadExpression for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise BadExpression("only text and numbers can stand inside a text", "write `| tojson` behind anything else")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("it needs a text")
    return value


def _list(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError("it needs a list")
    return value


def _map(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("it needs a map")
    return value


def _bounded(length: int) -> None:
    if length > _LONGEST:
        raise BadExpression(f"the text would have more than {_LONGEST:,} characters", "make less of it")
