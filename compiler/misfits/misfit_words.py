"""Misfit words: a value that does not fit its model -> a sentence for its author, and the remedy."""

import re
from typing import Any

from compiler.misfits.misfit import NO_ALTERNATIVE, Misfit
from compiler.suggestion import did_you_mean
from compiler.version import PATTERN

_ENDS = "with a letter or digit at both ends"
_PATTERNS = {
    PATTERN: "a version of three numbers, 1.4.0",
    r"^-?[0-9]+(\.[0-9]+)?$": 'a number in quotes, "0.003"',
    r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$": "a length of time, 30s or 1h30m",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "letters, digits and _, no digit first",
    r"^[^/]+(/[^/]+)?$": "a provider and one of its models, claude/sonnet-4",
    r"^[a-z0-9]([-._a-z0-9]*[a-z0-9])?$": f"lower-case letters, digits, -, . and _, {_ENDS}",
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": f"lower-case letters, digits and -, {_ENDS}",
    r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$": f"lower-case letters, digits, - and ., {_ENDS}",
    r"^/.*": "a path that begins with /",
    r"^/": "a path that begins with /",
    r"\S": "a text that is not blank",
    r"^[a-z]{2}(-[A-Z]{2})?$": "a language, en or en-US",
    r"^[A-Z]+$": "capital letters, GET",
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and _, a letter first",
    r"^[^/.][^/]*(/[^/.][^/]*)*$": "a path below the root, no step of which begins with a dot",
    r"^1\.[0-9]+$": 'a minor version of Kubernetes in quotes, "1.36"',
}
UNQUOTABLE = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?|true|false")
"""A text that is a number or a truth value as soon as its quotes are gone."""
_BOUNDS = {
    "greater_than": ("gt", "it must be more than"),
    "greater_than_equal": ("ge", "it must be at least"),
    "less_than": ("lt", "it must be less than"),
    "less_than_equal": ("le", "it must be at most"),
}
_LENGTHS = {"string_too_short": ("min_length", "at least"), "string_too_long": ("max_length", "at most")}
_SIZES = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}


def misfit_words(misfit: Misfit, value: Any) -> tuple[str, str]:
    """Message and remedy for the value that stands there."""
    if misfit.kind in ("literal_error", "enum"):
        expected = str(misfit.limits.get("expected", "")).replace("'", "")
        return f"{called(misfit)} must be {expected}", did_you_mean(str(value), choices_of(misfit))
    return f"{called(misfit)}: {_words(misfit, value)}", _remedy(misfit, value)


def choices_of(misfit: Misfit) -> tuple[str, ...]:
    """The words that the value must be one of."""
    return tuple(re.findall(r"'([^']*)'", str(misfit.limits.get("expected", ""))))


def called(misfit: Misfit) -> str:
    """What to call the value: its field, `capabilities[0]`, or `the name Order_Lookup`."""
    *above, last = misfit.path
    if isinstance(last, int) and above:
        return f"{above[-1]}[{last}]"
    return f"the name {last}" if misfit.is_name else str(last)


def pattern_words(pattern: str) -> str:
    """What a text must be that matches a pattern, to be read after `it must`."""
    return f"be {_PATTERNS[pattern]}" if pattern in _PATTERNS else f"match {pattern}"


def _words(misfit: Misfit, value: Any) -> str:
    kind, limits = misfit.kind, misfit.limits
    if kind == NO_ALTERNATIVE:
        nouns = limits["nouns"]
        return f"it must be {' or '.join(nouns)}{'' if 'a number' in nouns else _quoting(value)}"
    if kind == "string_pattern_mismatch":
        return f"it must {pattern_words(str(limits.get('pattern')))}"
    if kind == "string_too_short" and limits.get("min_length") == 1:
        return "it must not be empty"
    if kind in _LENGTHS:
        key, words = _LENGTHS[kind]
        return f"it must have {words} {limits[key]} characters{_length(value)}"
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"{words} {_plain(limits[key])}"
    if kind in _SIZES:
        key, words = _SIZES[kind]
        return f"it must have {words} {limits[key]} {'entry' if limits[key] == 1 else 'entries'}"
    if misfit.noun:
        return f"it must be {misfit.noun}{_quoting(value) if kind == 'string_type' else ''}"
    return misfit.message[0].lower() + misfit.message[1:]


def _length(value: Any) -> str:
    return f", and has {len(value)}" if isinstance(value, str) else ""


def _plain(limit: float) -> int | float:
    """A bound as people write it: 2, not 2.0."""
    return int(limit) if limit == int(limit) else limit


def _quoting(value: Any) -> str:
    """How a number or truth value becomes text; nothing for what quotes would not mend."""
    return "; quote the value" if isinstance(value, bool | int | float) else ""


def _remedy(misfit: Misfit, value: Any) -> str:
    """What to do about a quoted number or truth value, and about nothing at all; empty where the message says it."""
    if value is None and misfit.noun:
        return "write a value, or remove the field"
    if misfit.kind == "string_too_long" and isinstance(value, str):
        return f"shorten it by {len(value) - int(misfit.limits['max_length'])}"
    quoted = isinstance(value, str) and UNQUOTABLE.fullmatch(value)
    return "write it without quotes" if quoted and misfit.kind in ("int_type", "float_type", "bool_type") else ""
