"""Exported: all specs of one environment, linked, each with its scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.scope import Assets, Scope
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """All specs of one environment, each with what it may see."""

    environment: Declaration[Any]
    """The environment itself, an EnvironmentSpec."""
    declarations: Mapping[SpecKey, Declaration[Any]]
    """All specs, by key and in its order, behind the environment's own."""
    scopes: tuple[Scope, ...]
    """What each of them may see, in the same order."""
    assets: Assets
    """The templates and data of all."""
