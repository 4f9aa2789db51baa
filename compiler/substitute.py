"""Substitute: merged documents -> the same with `${var.name}` filled in from the environment's variables.

Only in fields that the models mark, and never twice: a value that holds `${var.x}` itself is left as it is. A text that
is one variable takes its value and type; `$${` stands for `${`. Prompts and other payloads are nobody's but their own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import mapping
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.memo import Memo
from compiler.mending.edit import Edit
from compiler.overlaid import Overlaid
from compiler.shapes import Pattern, marked, places
from compiler.source import FieldPath
from compiler.spec import Payload, TextFile, Variable
from compiler.suggestion import did_you_mean, listed, slip

_MARKERS = (b"${var.", b"${ var.")
"""How a variable begins, and how it begins where somebody takes it for a template's expression."""
_VARIABLE = re.compile(r"(?P<escape>\$?)\$\{var\.(?P<name>[^}]*)(?P<end>\}?)")


def substitute(overlaid: Overlaid, memo: Memo) -> tuple[Overlaid, tuple[Diagnostic, ...]]:
    """The documents with their variables filled in; plain Kubernetes documents hold none."""
    own = overlaid.environment
    filled = memo.each(_filled, overlaid.specs, own)
    environment, found = (None, ()) if own is None else memo.of(_filled, own, own)
    return (
        replace(overlaid, environment=environment, specs=tuple([document for document, _ in filled])),
        (*found, *(finding for _, findings in filled for finding in findings)),
    )


def _filled(document: Layered, environment: Layered | None) -> tuple[Layered, tuple[Diagnostic, ...]]:
    """A document with the variables of the environment."""
    variables = _marked(document.key.kind, Variable)
    if not variables or not any(marker in layer.text for layer in document.layers for marker in _MARKERS):
        return document, ()
    values = mapping(environment.data, "spec", "variables") if environment is not None else {}
    spec = document.data.get("spec")
    diagnostics: list[Diagnostic] = []
    filling = _Filling(
        document,
        values,
        diagnostics,
        _paths(variables, spec),
        _paths((*_marked(document.key.kind, TextFile), *_marked(document.key.kind, Payload)), spec),
    )
    data = filling.value(document.data, ())
    return replace(document, data=data, variables=filling.found), tuple(diagnostics)


def _marked(kind: str, mark: Any) -> tuple[Pattern, ...]:
    return tuple(pattern for pattern, _ in marked(KINDS[kind].spec, mark)) if kind in KINDS else ()


def _paths(patterns: Iterable[Pattern], spec: Any) -> frozenset[FieldPath]:
    return frozenset(path for pattern in patterns for path, _ in places(spec, pattern, ("spec",)))


@dataclass(frozen=True, slots=True)
class _Filling:
    """One document whose variables are being filled in."""

    document: Layered
    values: Mapping[str, Any]
    diagnostics: list[Diagnostic]
    marked: frozenset[FieldPath]
    """Fields in which variables are filled in, with all that is inside them."""
    payloads: frozenset[FieldPath]
    """Fields that nothing of ours touches."""
    found: dict[FieldPath, tuple[str, ...]] = field(default_factory=dict)

    def value(self, value: Any, path: FieldPath, *, inside: bool = False) -> Any:
        """What becomes of a value; `inside` a marked field, everything may hold variables."""
        if path in self.payloads:
            return value
        inside = inside or path in self.marked
        if isinstance(value, Mapping):
            return {key: self.value(item, (*path, key), inside=inside) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, index), inside=inside) for index, item in enumerate(value)]
        if inside and isinstance(value, str) and "${ var." in value:
            self._report("R0414", "a variable is written without spaces", path, "write ${var.name}")
        if not isinstance(value, str) or "${var." not in value:
            return value
        return self._text(value, path) if inside else self._refused(value, path)

    def _text(self, text: str, path: FieldPath) -> Any:
        self.found[path] = tuple(match["name"] for match in _VARIABLE.finditer(text) if not match["escape"])
        whole = _VARIABLE.fullmatch(text)
        if whole is not None and not whole["escape"]:
            return self._looked_up(whole, path)
        return _VARIABLE.sub(lambda match: self._piece(match, path), text)

    def _piece(self, match: re.Match[str], path: FieldPath) -> str:
        if match["escape"]:
            return match[0][1:]
        value = self._looked_up(match, path)
        if isinstance(value, bool):
            help = "let the variable be a text, or the whole value of the field"
            self._report("R0414", f"{match['name']} is true or false, and cannot stand inside a text", path, help)
        return str(value)

    def _looked_up(self, match: re.Match[str], path: FieldPath) -> Any:
        """The variable's value; where there is none, the text itself."""
        name = match["name"]
        if not match["end"]:
            self._report("R0414", "a variable has no closing brace", path, "write ${var.name}; $${var. for the text")
        elif not name.strip():
            self._report("R0414", "a variable has no name", path, "write ${var.name}; $${var. for the text")
        elif name not in self.values:
            guess = did_you_mean(name, self.values) or f"variables here: {listed(self.values)}"
            environment = "spec.variables of environment.yaml"
            span = self.document.span_of(path)
            fix = slip(span, name, self.values, match.start("name"), match.string)
            self._report("R0412", f"there is no variable {name}", path, f"{guess}; they stand in {environment}", fix)
        return self.values.get(name, match[0])

    def _refused(self, text: str, path: FieldPath) -> str:
        if any(not match["escape"] for match in _VARIABLE.finditer(text)):
            help = "write the value itself, or set the field in an overlay of each environment"
            self._report("R0413", "variables are not filled in here", path, help)
        return text

    def _report(self, code: str, message: str, path: FieldPath, help: str, fix: Edit | None = None) -> None:
        self.diagnostics.append(
            Diagnostic(
                code=code,
                severity=Severity.ERROR,
                message=message,
                span=self.document.span_of(path),
                field=".".join(map(str, path)),
                help=help,
                fix=fix,
                root=message if fix is not None else "",
            )
        )
