"""Rewrite: one foreign document -> the spec that is being made of it, where each field was written, what was wrong."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.dialects.beside import Beside
from compiler.document import Document
from compiler.mending.edit import Edit
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, slip


class Rewrite:
    """A spec in the making: it grows while one document is translated. Paths are counted from the documents' roots."""

    __slots__ = ("beside", "data", "diagnostics", "document", "elsewhere", "system", "trace")

    def __init__(self, document: Document, system: str, beside: Beside) -> None:
        """Begin with nothing. `system` is whose document it is, `Omnia`; `beside` what lies in its folder."""
        self.document = document
        self.system = system
        self.beside = beside
        self.data: dict[str, Any] = {}
        self.trace: dict[FieldPath, FieldPath] = {}
        self.elsewhere: dict[FieldPath, tuple[Document, FieldPath]] = {}
        self.diagnostics: list[Diagnostic] = []

    def put(self, to: FieldPath, value: Any, written: FieldPath) -> None:
        """Set a field of the spec, and note where it was written; its parents are made as needed."""
        place = self.data
        for length, step in enumerate(to[:-1], start=1):
            self.trace.setdefault(to[:length], written)
            inner = place.setdefault(str(step), {})
            if not isinstance(inner, dict):
                return  # what stands there has the wrong type, and the spec's model says so
            place = inner
        self.trace[to] = written
        # A copy: what is set below it later is no part of the foreign document, which others read too.
        place[str(to[-1])] = deepcopy(value)

    def at(self, path: FieldPath) -> Any:
        """The value of a field of the spec, or None."""
        return _at(self.data, path)

    def foreign(self, *path: str | int) -> Any:
        """The value of a field of the foreign document, or None."""
        return _at(self.document.data, path)

    def made(self, api_version: str, kind: str) -> Document:
        """The spec, in place of the foreign document."""
        data = {"apiVersion": api_version, "kind": kind, **self.data}
        return Document(self.document.path, self.document.index, data, self.document.text, self.trace, self.elsewhere)

    def later(self, path: FieldPath, what: str, help: str = "") -> None:
        """A field with an effect at run time that the spec cannot express yet."""
        message = f"{dotted(path)} cannot be expressed yet: {what}"
        help = help or "remove it until then; nothing is accepted and then dropped"
        self._report("R0701", Severity.ERROR, message, path, help)

    def inert(self, path: FieldPath, why: str) -> None:
        """A field that does nothing in its own system either."""
        message = f"{dotted(path)} has no effect: {why}"
        self._report("R0702", Severity.WARNING, message, path, "remove it")

    def old(self, path: FieldPath, now: str) -> None:
        """A field or value under the name that it had in an older version of its system."""
        value = self.foreign(*path)
        what = f"{dotted(path)}: {value[:64]}" if isinstance(value, str) else dotted(path)
        message = f"{what} is an old form"
        self._report("R0703", Severity.WARNING, message, path, f"it is read as {now}; write that")

    def partly(self, path: FieldPath, how: str) -> None:
        """A field that is expressed, but not to the letter."""
        self._report("R0708", Severity.WARNING, f"{dotted(path)} is not taken to the letter: {how}", path, "")

    def namespace(self, path: FieldPath, name: str) -> None:
        """A namespace: it finds what a reference means, and then everything is in the environment's."""
        message = f"the namespace {name} only tells what references mean; objects get the environment's"
        self._report("R0704", Severity.WARNING, message, path, "remove it, or keep it while the file is used elsewhere")

    def unknown(self, path: FieldPath, known: Iterable[str]) -> None:
        """A field that its system does not have."""
        names = [name for name in known if name]
        parent = dotted(path[:-1]) or self.document.kind
        name = str(path[-1])
        help = did_you_mean(name, names) or f"known fields: {', '.join(sorted(names))}"
        beside = self.foreign(*path[:-1])
        fix = slip(self.document.span_of(path, key=True), name, [other for other in names if other not in beside])
        self._report("R0705", Severity.ERROR, f"{parent} of {self.system} has no field {name}", path, help, fix=fix)

    def wrong(self, path: FieldPath, message: str, help: str) -> None:
        """A value that its own system would not take."""
        self._report("R0706", Severity.ERROR, message, path, help, key=False)

    def unresolved(self, path: FieldPath, message: str, help: str) -> None:
        """A reference that means nothing in its own system."""
        self._report("R0707", Severity.ERROR, message, path, help, key=False)

    def _report(
        self,
        code: str,
        severity: Severity,
        message: str,
        path: FieldPath,
        help: str,
        *,
        key: bool = True,
        fix: Edit | None = None,
    ) -> None:
        span, field = self.document.span_of(path, key=key), dotted(path)
        self.diagnostics.append(
            Diagnostic(code=code, severity=severity, message=message, span=span, field=field, help=help, fix=fix)
        )


def dotted(path: FieldPath) -> str:
    """A path as people write it, `spec.facades[0].port`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _at(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
