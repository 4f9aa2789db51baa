"""Gather: what compiling several environments yielded -> Findings; the mistake of a shared base is told once."""

from collections.abc import Iterable
from dataclasses import replace

from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic, Severity
from compiler.mask import mask, masked
from compiler.mending.edit import Edit
from compiler.reports.findings import Findings
from compiler.span import Span


def gather(compiled: Iterable[Compiled]) -> Findings:
    """The findings of all, errors first, then by place; one that several environments share names them all."""
    ordered = sorted(compiled, key=lambda item: item.name)
    first: dict[object, Diagnostic] = {}
    seen: dict[object, list[str]] = {}
    for item in ordered:
        for diagnostic in item.diagnostics:
            same = (
                diagnostic.code,
                diagnostic.severity,
                diagnostic.message,
                diagnostic.span,
                diagnostic.field,
                diagnostic.kubernetes,
            )
            first.setdefault(same, diagnostic)
            if item.name not in seen.setdefault(same, []):
                seen[same].append(item.name)
    merged = [_masked(diagnostic).seen_in(tuple(seen[same])) for same, diagnostic in first.items()]
    return Findings(
        diagnostics=in_order(_certain(item, ordered) for item in merged),
        environments=tuple(item.name for item in ordered),
        failed=tuple(item.name for item in ordered if item.has_errors),
    )


def _masked(item: Diagnostic) -> Diagnostic:
    fix = item.fix
    if fix is not None and masked(fix.new, item.field.rpartition(".")[2]) != fix.new:
        fix = None
    return replace(item, message=mask(item.message), label=mask(item.label), help=mask(item.help), fix=fix)


def _certain(item: Diagnostic, compiled: list[Compiled]) -> Diagnostic:
    """The finding without its fix, if the fix may be wrong for another environment, where the name may well exist."""
    others = (other for other in compiled if other.name not in item.environments)
    if item.fix is None or not item.root or not any(other.has_errors or _reads(other, item.fix) for other in others):
        return item
    return replace(item, fix=None)


def _reads(compiled: Compiled, fix: Edit) -> bool:
    documents = compiled.documents.values()
    return any(layer.path == fix.span.path for document in documents for layer in document.layers)


def in_order(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors first, then by place."""
    return tuple(sorted(findings, key=_rank))


def _rank(diagnostic: Diagnostic) -> tuple[bool, bool, Span, str, str]:
    span = diagnostic.span
    no_error = diagnostic.severity is not Severity.ERROR
    return no_error, span is None, span or Span("", 0, 0), diagnostic.code, diagnostic.message
