"""Overlaid: the documents of one environment after their layers were merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.layering.layered import Layered
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True)
class Overlaid:
    """The merged documents of one environment."""

    environment: Layered | None
    """The environment's own; None if what was read has none."""
    specs: tuple[Layered, ...]
    """By key."""
    objects: tuple[Layered, ...]
    """Plain Kubernetes documents, by kind and name."""
    elsewhere: Mapping[SpecKey, Layered] = field(default_factory=dict)
    """Specs that run in other environments only."""
