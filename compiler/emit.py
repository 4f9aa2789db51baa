"""emit: objects in, one YAML text out: always the same bytes, and the same values to readers of YAML 1.1 and 1.2."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeGuard

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(?:[ ](?=[A-Za-z0-9_(./-])[A-Za-z0-9_(),./-]*)*\Z")
"""Text that no reader takes for anything else, words apart: no `:`, `#` or quote, no digit or dot in front."""
WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})
"""What YAML 1.1 or some reader of it takes for a boolean, null or number, in any case."""
LITERAL = re.compile(r"[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*\Z")
"""Characters that a literal block holds unchanged; at U+2028 and U+2029 YAML 1.1 would break the line."""
LONGEST_KEY = 1000
"""Readers look for the colon of a simple key within 1024 characters."""
REMEMBERED = 100
"""Characters of the longest text whose written form is remembered."""
WIDE = re.compile(r"[\ud800-\udfff]")
SCALARS = frozenset((str, int, bool, float, type(None)))
"""Types that hold nothing further."""
NO_MAPS = SCALARS | {list, tuple}
"""Types that are told from a map at once; to ask an abstract class takes ten times as long."""
ORDER = {"apiVersion": 0, "kind": 1, "metadata": 2}
"""What people look for first comes first; everything else by name."""


def emit(objects: Iterable[Mapping[str, Any]]) -> str:
    """The objects as a YAML stream, one document each behind `---`; block style, keys sorted, every text safe.

    Takes plain data: maps with text keys, sequences, text, numbers, booleans, None. Raises TypeError for anything else.
    """
    parts: list[str] = []
    for item in objects:
        parts.append("---\n")
        _top(item, parts)
    return "".join(parts)


def _top(item: Mapping[str, Any], parts: list[str]) -> None:
    if not item:
        parts.append("{}\n")
        return
    for key in sorted(item, key=lambda key: (ORDER.get(key, 3), key)):
        parts.append(_key(key, 0))
        _value(item[key], 0, parts)


def _key(key: str, indent: int) -> str:
    """The margin, a key and its colon."""
    return _short_key(key, indent) if len(key) <= REMEMBERED else _written_key(key, indent)


def _written_key(key: str, indent: int) -> str:
    margin, text = " " * indent, one_line(key)
    return f"{margin}{text}:" if len(text) <= LONGEST_KEY else f"{margin}? {text}\n{margin}:"


_short_key = lru_cache(maxsize=20_000)(_written_key)
"""The same for the keys that are written again and again."""


def _value(value: object, indent: int, parts: list[str]) -> None:
    """What follows a `key:`, its line end included."""
    if isinstance(value, str):
        parts.append(f" {_text(value, indent)}\n")
    elif value and _is_map(value):
        parts.append("\n")
        _map(value, indent + 2, parts)
    elif value and _is_sequence(value):
        parts.append("\n")
        _sequence(value, indent, parts)
    else:
        parts.append(f" {_scalar(value)}\n")


def _map(value: Mapping[str, Any], indent: int, parts: list[str], led: bool = False) -> None:
    """The lines of a map; `led` if the first one stands behind a dash that has been written."""
    for key in sorted(value):
        head = _key(key, indent)
        parts.append(head[indent:] if led else head)
        led = False
        _value(value[key], indent, parts)


def _is_map(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a map; a plain type is told in a tenth of the time."""
    return type(value) is dict or (type(value) not in NO_MAPS and isinstance(value, Mapping))


def _is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a list of values, and neither text nor bytes."""
    kind = type(value)
    return kind is list or (
        kind not in SCALARS and isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
    )


def _sequence(value: Sequence[Any], indent: int, parts: list[str]) -> None:
    margin = " " * indent
    for item in value:
        parts.append(margin + "-")
        if item and _is_map(item):
            parts.append(" ")
            _map(item, indent + 2, parts, led=True)
        elif item and _is_sequence(item):
            parts.append("\n")
            _sequence(item, indent + 2, parts)
        else:
            _value(item, indent, parts)


def _scalar(value: object) -> str:
    """A number, a boolean, null, or an empty collection."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return "{}"
    if _is_sequence(value):
        return "[]"
    raise TypeError(f"{type(value).__name__} is no plain data")


def _float(value: float) -> str:
    """A float that every reader reads as a float: YAML 1.1 wants a dot in the number and a sign in the exponent."""
    text = json.dumps(value, allow_nan=False)
    digits, exponent, power = text.partition("e")
    if "." not in digits:
        digits += ".0"
    if exponent and power[0] not in "+-":
        power = "+" + power
    return digits + exponent + power


def _text(text: str, indent: int) -> str:
    """A string behind a key or dash at a margin: plain, as a literal block, or in double quotes."""
    if "\n" in text and _fits_block(text):
        return _block(text, indent + 2)
    return _short(text) if len(text) <= REMEMBERED else _written(text)


def one_line(text: str) -> str:
    """A string on one line: plain, or in double quotes."""
    return _short(text) if len(text) <= REMEMBERED else _written(text)


def _written(text: str) -> str:
    return text if PLAIN.match(text) and text.lower() not in WORDS else _quoted(text)


_short = lru_cache(maxsize=20_000)(_written)
"""The same for what is written again and again: keys, names, short values."""


def _fits_block(text: str) -> bool:
    """True if a literal block holds exactly this: printable, not only line ends, no tab where indentation is read."""
    return bool(LITERAL.match(text)) and bool(text.strip("\n")) and text[0] not in " \t\n"


def _block(text: str, indent: int) -> str:
    margin = " " * indent
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomp = {0: "-", 1: ""}.get(ends, "+")
    lines = [margin + line if line else "" for line in body.split("\n")]
    return "\n".join([f"|{chomp}", *lines, *([""] * (ends - 1))])


def _quoted(text: str) -> str:
    """The string in double quotes, everything but printable ASCII and Latin text escaped."""
    if WIDE.search(text):
        raise TypeError("text with lone surrogates cannot be written as YAML")
    return _escape(json.dumps(text, ensure_ascii=False))


def _escape(quoted: str) -> str:
    """Escape what YAML does not take raw between quotes; JSON has escaped the rest."""
    return UNPRINTABLE.sub(_code, quoted)


UNPRINTABLE = re.compile(r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]|[^\x00-\uffff]")


def _code(match: re.Match[str]) -> str:
    point = ord(match.group())
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
