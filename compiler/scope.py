"""Scope: all declarations of one environment, and what each may see of the others."""

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
class Scope:
    """What is known while an environment is checked and lowered."""

    environment: Declaration[Any]
    """The environment itself, an EnvironmentSpec."""
    declarations: Mapping[SpecKey, Declaration[Any]]
    """All specs by key, the environment's own among them."""
    exports: Mapping[SpecKey, Mapping[str, Any]]
    """What each declaration offers; filled in before anything is lowered, in dependency order."""
    assets: Assets
    """The shipped templates and data."""

    def of(self, declaration: Declaration[Any], *path: str | int) -> Mapping[str, Any]:
        """What the spec that a field below `spec` refers to offers. Raises KeyError if it refers to none."""
        return self.exports[declaration.target(*path)]

    def declared(self, declaration: Declaration[Any], *path: str | int) -> Declaration[Any]:
        """The spec that a field below `spec` refers to."""
        return self.declarations[declaration.target(*path)]

    @property
    def capabilities(self) -> frozenset[str]:
        """What the environment's cluster has: `istio`, `keda`, `gatewayAPI`."""
        return frozenset(self.environment.spec.capabilities)
