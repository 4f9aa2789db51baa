"""Overlay: the layers of an environment -> one document for each spec and object, the higher layer laid over the lower.

Maps merge, scalars and lists replace. `$remove: [names]` and `$replace: true` stand inside the map they speak of.
`null` never deletes. A change of type, and a `$remove` that hits nothing, are errors.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Layered
from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.kinds import KINDS
from compiler.layer import Reading
from compiler.source import FieldPath
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean


@dataclass(frozen=True, slots=True)
class Overlaid:
    """The merged documents of one environment."""

    environment: Layered | None
    specs: tuple[Layered, ...]
    """By key."""
    objects: tuple[Layered, ...]
    """Plain Kubernetes documents, by kind and name."""


def overlay(reading: Reading) -> tuple[Overlaid, tuple[Diagnostic, ...]]:
    """Merge the layers of one environment."""
    diagnostics: list[Diagnostic] = []
    environment = _environment(reading, diagnostics)
    specs = _merged((layer.specs for layer in reading.layers), _spec_key, diagnostics)
    objects = _merged((layer.objects for layer in reading.layers), _object_key, diagnostics)
    return Overlaid(environment, specs, objects), tuple(diagnostics)


def _spec_key(document: Document) -> SpecKey:
    """The identity of a spec; a version belongs to it only where the kind says so."""
    kind = KINDS.get(document.kind)
    spec = document.data.get("spec")
    version = spec.get("version") if kind and kind.versioned and isinstance(spec, dict) else None
    return SpecKey(document.kind, document.name, version if isinstance(version, str) else "")


def _object_key(document: Document) -> SpecKey:
    group = str(document.data["apiVersion"]).rpartition("/")[0]
    return SpecKey(f"{document.kind}.{group}" if group else document.kind, document.name)


def _environment(reading: Reading, diagnostics: list[Diagnostic]) -> Layered | None:
    """The environment's own document over those of its bases, whose `abstract` and `bases` are theirs alone."""
    documents = [layer.environment for layer in reading.layers if layer.environment is not None]
    own = reading.layers[-1].environment
    if own is None:
        return None
    layers = [document if document is own else _without_own(document) for document in documents]
    return _fold(SpecKey("Environment", reading.name), layers, diagnostics)


def _without_own(document: Document) -> Document:
    spec = document.data.get("spec")
    inherited = {
        key: value
        for key, value in (spec if isinstance(spec, dict) else {}).items()
        if key not in ("abstract", "bases")
    }
    data = {**document.data, "metadata": {}, "spec": inherited}
    return Document(document.path, document.index, data, document.text, document.trace)


def _merged(
    layers: Iterable[tuple[Document, ...]], key_of: Callable[[Document], SpecKey], diagnostics: list[Diagnostic]
) -> tuple[Layered, ...]:
    stacks: dict[SpecKey, list[Document]] = {}
    for layer in layers:
        own: dict[SpecKey, Document] = {}
        for document in layer:
            key = key_of(document)
            if key in own:
                diagnostics.append(_duplicate(key, own[key], document))
                continue
            own[key] = document
            stacks.setdefault(key, []).append(document)
    return tuple(_fold(key, stacks[key], diagnostics) for key in sorted(stacks))


def _duplicate(key: SpecKey, first: Document, second: Document) -> Diagnostic:
    return Diagnostic(
        code="R0201",
        severity=Severity.ERROR,
        message=f"{key.kind} {key.name} is declared twice",
        span=second.span_of(("metadata", "name")),
        field="metadata.name",
        label=f"also declared at {first.span_of(('metadata', 'name'))}",
        help="rename one of them, or remove it",
    )


def _fold(key: SpecKey, documents: list[Document], diagnostics: list[Diagnostic]) -> Layered:
    data: Any = documents[0].data
    if len(documents) > 1 or _has_directive(data):
        data = {}
        for document in documents:
            data = _Merge(document, diagnostics).merge(data, document.data, ())
    return Layered(key, data, tuple(documents))


def _has_directive(value: Any) -> bool:
    if isinstance(value, dict):
        return "$remove" in value or "$replace" in value or any(map(_has_directive, value.values()))
    return False


@dataclass(frozen=True, slots=True)
class _Merge:
    """Lays one document over what is below it."""

    document: Document
    diagnostics: list[Diagnostic]

    def merge(self, below: Any, above: Any, path: FieldPath) -> Any:
        """The merged value; neither argument is changed."""
        if isinstance(above, Mapping):
            return self._maps(below if isinstance(below, Mapping) else {}, above, path)
        return above

    def _maps(self, below: Mapping[str, Any], above: Mapping[str, Any], path: FieldPath) -> dict[str, Any]:
        result = {} if above.get("$replace") is True else dict(below)
        self._remove(result, above, path)
        for key, value in above.items():
            if key in ("$remove", "$replace"):
                continue
            inner = (*path, key)
            if key in result and self._clashes(result[key], value, inner):
                continue
            result[key] = self.merge(result.get(key), value, inner)
        return result

    def _remove(self, result: dict[str, Any], above: Mapping[str, Any], path: FieldPath) -> None:
        names = above.get("$remove", [])
        for index, name in enumerate(names if isinstance(names, list) else [names]):
            if isinstance(name, str) and name in result:
                del result[name]
            elif isinstance(name, Mapping | list):
                here, write = (*path, "$remove", index), "write $remove: [name, name] in the map that holds the names"
                self._report("R0402", f"$remove lists names, and this is {_shape(name)}", here, write)
            else:
                self._report(
                    "R0402",
                    f"$remove names {'null' if name is None else name}, which no lower layer has",
                    (*path, "$remove", index),
                    did_you_mean(str(name), map(str, result)) or "remove the name",
                )

    def _clashes(self, below: Any, above: Any, path: FieldPath) -> bool:
        if above is None and below is not None:
            self._report(
                "R0403", "null does not delete what a lower layer sets", path, f"write $remove: [{path[-1]}] beside it"
            )
            return True
        if below is None or _shape(below) == _shape(above):
            return False
        self._report(
            "R0401",
            f"a lower layer has {_shape(below)} here, this layer {_shape(above)}",
            path,
            "keep the type, or write $replace: true in the map around it",
        )
        return True

    def _report(self, code: str, message: str, path: FieldPath, help: str) -> None:
        span = self.document.span_of(path)
        field = ".".join(map(str, path))
        self.diagnostics.append(
            Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, field=field, help=help)
        )


def _shape(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "text"
