"""Scope: what one spec may see of its environment and of the other specs: those that it refers to, and nothing else."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from compiler.declaration import Declaration
from compiler.source import FieldPath
from compiler.span import Span
from compiler.spec_key import SpecKey


class Assets(Hashable, Protocol):
    """The templates and data that the compiler ships, those that the fleet wrote in their place or beside them."""

    def read(self, path: str) -> str:
        """The text of one file below `templates/`. Raises KeyError if there is none."""
        ...

    def data(self, path: str) -> Mapping[str, Any]:
        """One YAML file below `templates/` as plain data, read once."""
        ...

    def runtimes(self) -> tuple[str, ...]:
        """The names of the runtimes that have a contract, sorted."""
        ...

    def span(self, path: str, line: int) -> Span | None:
        """One line of a file that the fleet wrote; None for a file of Roster's own."""
        ...

    def nearest(self, path: str, field: FieldPath) -> Span | None:
        """Where a template that the fleet wrote has a field, or its nearest parent; None for one of Roster's own."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A spec, and what it offers to those that refer to it."""

    declaration: Declaration[Any]
    """The spec."""
    exports: Mapping[str, Any]
    """What its kind exports of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """All versions of one spec; a kind without versions has one of each name."""

    offers: tuple[Offer, ...]
    """Sorted by key."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What is known while one spec is exported, checked and lowered; nothing else has a part in what becomes of it.

    While it is exported it sees the kinds above its own only, and no other version of itself.
    """

    environment: Declaration[Any]
    """The environment itself, an EnvironmentSpec."""
    assets: Assets
    """The shipped templates and data."""
    offers: Mapping[SpecKey, Offer]
    """What it refers to."""
    own: Offer
    """The spec itself, and what it exports."""
    versions: Versions
    """Its versions, itself among them."""

    def of(self, declaration: Declaration[Any], *path: str | int) -> Mapping[str, Any]:
        """What the spec that a field below `spec` refers to offers. Raises KeyError if it refers to none."""
        return self.offers[declaration.target(*path)].exports

    def declared(self, declaration: Declaration[Any], *path: str | int) -> Declaration[Any]:
        """The spec that a field below `spec` refers to. Raises KeyError if it refers to none."""
        return self.offers[declaration.target(*path)].declaration

    @property
    def capabilities(self) -> frozenset[str]:
        """What the environment's cluster has: `istio`, `keda`, `gatewayAPI`."""
        return frozenset(self.environment.spec.capabilities)
