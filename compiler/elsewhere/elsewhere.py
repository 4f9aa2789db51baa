"""Elsewhere: what another Roster makes of one environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The objects alone, or why there are none."""

    objects: tuple[Mapping[str, Any], ...]
    """The objects as plain data."""
    digest: str
    """The bundle's digest; empty if it does not compile."""
    failure: str = ""
    """The first sentence about why it does not compile; empty if it does."""
