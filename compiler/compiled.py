"""Compiled: what compiling one environment yields, also when it fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.bundle import Bundle
from compiler.diagnostic import Diagnostic, Severity
from compiler.layering.layered import Layered
from compiler.source import Source
from compiler.span import Span
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A bundle, or the reasons why there is none."""

    name: str
    """The environment's name."""
    bundle: Bundle | None
    """None if there is any error."""
    diagnostics: tuple[Diagnostic, ...]
    """Errors and warnings, by place."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """The `spec` of the environment itself as plain data, defaults filled in; empty if there is any error."""
    documents: Mapping[SpecKey, Layered] = field(default_factory=dict)
    """Every spec and plain document that took part, to find where a source was written."""

    @property
    def has_errors(self) -> bool:
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    def variables_of(self, source: Source) -> tuple[Span, ...]:
        """Where the variables that a source's value is made of were written."""
        document, own = self.documents.get(source.spec), self.documents.get(SpecKey("Environment", self.name))
        names = document.variables.get(source.path, ()) if document is not None else ()
        return tuple(own.span_of(("spec", "variables", name)) for name in names) if own is not None else ()

    def span_of(self, source: Source) -> Span | None:
        """Where a source was written."""
        document = self.documents.get(source.spec)
        return None if document is None else document.span_of(source.path)
