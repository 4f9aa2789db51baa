"""Mask: a text or a value that is to be shown -> the same, with what looks like a credential replaced by `***`.

Specs never hold credentials by design; people paste them all the same, and a report must not be what spreads them.
"""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
"""What is shown instead: nothing of the value, not its length either."""

_WORDS = (
    *("password", "passwd", "passphrase", "secret", "token", "credentials?", "authorization"),
    *("api[-_]?key", "access[-_]?key", "private[-_]?key", "secret[-_]?key"),
)
_CREDENTIAL_NAME = re.compile(rf"(?i)(?:{'|'.join(_WORDS)})$")
_ASSIGNED = re.compile(rf"(?i)((?:{'|'.join(_WORDS)})(?:[\"']\s*:\s*|\s*:\s+|\s*=\s*))(?![{{\[|>])\S.*")
_SHAPED = re.compile(
    r"sk-[A-Za-z0-9_-]{16,}|gh[opsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"
    r"|(?i:(?<=bearer )[A-Za-z0-9._~+/=-]{16,})"
)
"""Keys whose makers gave them a shape of their own, and `user:password` in a URL."""


def mask(text: str) -> str:
    """The text without words that are shaped like a credential."""
    return _SHAPED.sub(HIDDEN, text)


def mask_line(line: str) -> str:
    """A line of a file, the same and without what is assigned to a name like `apiKey`, up to the line's end."""
    return mask(_ASSIGNED.sub(lambda found: found[1] + HIDDEN, line))


def masked(value: Any, name: str = "") -> Any:
    """Plain data without credentials; `name` is the field or environment variable that holds the value."""
    if isinstance(value, Mapping):
        own = value.get("name")
        variable = own if isinstance(own, str) else ""
        return {key: masked(item, variable if key == "value" else key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    if isinstance(value, str):
        return HIDDEN if value and _CREDENTIAL_NAME.search(name) else mask(value)
    return value
