"""Reference error: a declaration, a field of it and what is wrong there -> the Diagnostic, with its mend if certain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import at
from compiler.layering.layered import Layered
from compiler.linking.wants import Reference
from compiler.mending.edit import reworded
from compiler.source import FieldPath
from compiler.spec_key import SpecKey
from compiler.suggestion import listed, misspelt, nearest


def reference_error(
    declaration: Declaration[Any],
    code: str,
    message: str,
    path: FieldPath,
    label: str,
    help: str,
    *,
    width: int | None = None,
    word: tuple[str, int, str] | None = None,
    root: str = "",
) -> Diagnostic:
    """An error; `word` is the wrong word of the value, where in it that begins, and the right one if known."""
    span = declaration.document.span_of(path)
    old, start, new = word or ("", 0, "")
    return Diagnostic(
        code=code,
        severity=Severity.ERROR,
        message=message,
        label=label,
        help=help,
        span=span if width is None else replace(span, width=width),
        field=".".join(map(str, path)),
        fix=reworded(span, old, new, start, str(at(declaration.data, *path))) if new else None,
        root=root,
    )


def missing(
    declaration: Declaration[Any],
    want: Reference,
    known: Mapping[str, Sequence[Declaration[Any]]],
    environment: str,
    elsewhere: Mapping[SpecKey, Layered],
) -> Diagnostic:
    """R0203: nothing of this name is declared here."""
    kind, name = want.ref.kind, want.name
    absent = [spec for key, spec in elsewhere.items() if (key.kind, key.name) == (kind, name)]
    if absent:
        return reference_error(
            declaration,
            "R0203",
            f"{declaration.key.kind} {declaration.name} refers to a {kind} that is not here",
            want.path,
            f"{kind} {name} runs in other environments only",
            f"add {environment} to its environments ({absent[0].span_of(('spec', 'environments'))})",
            width=len(name),
            root=f"{kind}/{name}",
        )
    near, guess = nearest(name, known), ""
    if near:
        guess = f"did you mean {near}? ({known[near][0].document.span_of(('metadata', 'name'))})"
    return reference_error(
        declaration,
        "R0203",
        f"{declaration.key.kind} {declaration.name} refers to a {kind} that does not exist",
        want.path,
        f"no {kind} is named {name} in environment {environment}",
        guess or (f"it has {listed(known)}" if known else f"declare {kind} {name}"),
        width=len(name),
        word=(name, 0, misspelt(name, known)),
        root=f"{kind}/{name}",
    )
