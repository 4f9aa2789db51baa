"""Gather: what compiling several environments yielded -> Findings; the mistake of a shared base is told once."""

from collections.abc import Iterable
from dataclasses import replace

from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic, Severity
from compiler.mask import mask
from compiler.reports.findings import Findings
from compiler.span import Span


def gather(compiled: Iterable[Compiled]) -> Findings:
    """The findings of all, errors first, then by place; one that several environments share names them all."""
    ordered = sorted(compiled, key=lambda item: item.name)
    first: dict[object, Diagnostic] = {}
    seen: dict[object, list[str]] = {}
    for item in ordered:
        for diagnostic in item.diagnostics:
            same = (diagnostic.code, diagnostic.severity, diagnostic.message, diagnostic.span, diagnostic.field)
            first.setdefault(same, diagnostic)
            if item.name not in seen.setdefault(same, []):
                seen[same].append(item.name)
    merged = (_masked(diagnostic).seen_in(tuple(seen[same])) for same, diagnostic in first.items())
    return Findings(
        diagnostics=tuple(sorted(merged, key=_rank)),
        environments=tuple(item.name for item in ordered),
        failed=tuple(item.name for item in ordered if item.has_errors),
    )


def _masked(item: Diagnostic) -> Diagnostic:
    return replace(item, message=mask(item.message), label=mask(item.label), help=mask(item.help))


def _rank(diagnostic: Diagnostic) -> tuple[bool, bool, Span, str, str]:
    span = diagnostic.span
    no_error = diagnostic.severity is not Severity.ERROR
    return no_error, span is None, span or Span("", 0, 0), diagnostic.code, diagnostic.message
