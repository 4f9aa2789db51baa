"""Lowered: one object as plain data, before it is verified and sealed; Product: all objects that one spec becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.source import SourceMap
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """What lowering makes of one template, or of one plain document; nobody changes it."""

    data: Mapping[str, Any]
    """The object."""
    spec: SpecKey
    """The spec that the object serves."""
    sources: SourceMap
    """Where its fields came from."""
    template: str
    """Path of its template; empty for a plain document of the environment."""
    own: bool = False
    """True if the fleet wrote the template, or the document itself: then its shape is not Roster's."""


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What one spec, or one plain document, becomes."""

    objects: tuple[Lowered, ...]
    """Its objects, in the order in which its kind makes them."""
