"""Findings: what compiling several environments found, each finding once."""

from dataclasses import dataclass

from compiler.diagnostic import Diagnostic, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Every diagnostic of one run, and the environments that were looked at."""

    diagnostics: tuple[Diagnostic, ...]
    """Errors first, then by place; each knows the environments it was seen in."""
    environments: tuple[str, ...]
    """The environments that were compiled, sorted."""
    failed: tuple[str, ...]
    """Those of them that have an error, sorted."""
    allowed: tuple[Diagnostic, ...] = ()
    """The warnings that a comment in a file allows; they are none of the diagnostics."""
    kubernetes: tuple[str, ...] = ()
    """The Kubernetes versions that all were judged by, oldest first; empty where each environment's own were meant."""

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.diagnostics) - self.errors
