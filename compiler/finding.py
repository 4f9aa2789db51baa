"""Finding: a declaration and a field of it -> the Diagnostic that a kind's check yields."""

from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity


def error(
    declaration: Declaration[Any], code: str, message: str, *path: str | int, help: str = "", label: str = ""
) -> Diagnostic:
    """An error at a field below `spec`; at its nearest parent if the field is not written."""
    return _finding(Severity.ERROR, declaration, code, message, path, help, label)


def warning(
    declaration: Declaration[Any], code: str, message: str, *path: str | int, help: str = "", label: str = ""
) -> Diagnostic:
    """A warning at a field below `spec`."""
    return _finding(Severity.WARNING, declaration, code, message, path, help, label)


def _finding(
    severity: Severity,
    declaration: Declaration[Any],
    code: str,
    message: str,
    path: tuple[str | int, ...],
    help: str,
    label: str,
) -> Diagnostic:
    whole = ("spec", *path)
    span = declaration.document.span_of(whole)
    field = ".".join(map(str, whole))
    return Diagnostic(code=code, severity=severity, message=message, span=span, field=field, label=label, help=help)
