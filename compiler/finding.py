"""Finding: a declaration and a field of it -> the Diagnostic that a kind's check yields."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import at
from compiler.suggestion import slip


def error(
    declaration: Declaration[Any],
    code: str,
    message: str,
    *path: str | int,
    help: str = "",
    label: str = "",
    known: Iterable[str] = (),
) -> Diagnostic:
    """An error at a field below `spec`; at its nearest parent if the field is not written.

    `known` are the words that may stand there: a slip for one of them is mended.
    """
    found = _finding(Severity.ERROR, declaration, code, message, path, help, label)
    word = at(declaration.data, "spec", *path)
    if found.span is None or not isinstance(word, str):
        return found
    return replace(found, fix=slip(found.span, word, known), root=message if known else "")


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
