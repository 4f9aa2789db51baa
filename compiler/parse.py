"""Parse: a merged document -> a typed declaration, or every reason why it is not one."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from compiler.declaration import Declaration, Layered
from compiler.diagnostic import Diagnostic, Severity
from compiler.document import known_prefix
from compiler.inside import at
from compiler.kind import Kind
from compiler.kinds import KINDS
from compiler.metadata import Metadata
from compiler.shapes import model_at
from compiler.source import FieldPath
from compiler.spec import Shape
from compiler.suggestion import did_you_mean

API_VERSION = "roster.dev/v1alpha1"
_UNQUOTABLE = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?|true|false")
_ROOT = frozenset(("apiVersion", "kind", "metadata", "spec"))


def parse(documents: Iterable[Layered]) -> tuple[tuple[Declaration[Any], ...], tuple[Diagnostic, ...]]:
    """The declarations that are well formed, in the order given, and what is wrong with the others."""
    declarations: list[Declaration[Any]] = []
    diagnostics: list[Diagnostic] = []
    for document in documents:
        found = _envelope(document)
        kind = KINDS.get(document.key.kind)
        if kind is not None:
            spec, data, faults = _validated(kind, document)
            found += faults
            if spec is not None and not found:
                metadata = document.data["metadata"]
                declarations.append(
                    Declaration(
                        document.key,
                        spec,
                        {"metadata": metadata, "spec": data},
                        metadata.get("labels", {}),
                        metadata.get("annotations", {}),
                        document,
                        {},
                    )
                )
        diagnostics += found
    return tuple(declarations), tuple(diagnostics)


def _envelope(document: Layered) -> list[Diagnostic]:
    """What is wrong outside `spec`."""
    found = []
    if document.key.kind not in KINDS:
        later = "it comes in a later version" if document.key.kind in _LATER_KINDS else ""
        found.append(
            _finding(
                document,
                "R0202",
                f"{document.key.kind} is not a kind of roster.dev",
                ("kind",),
                did_you_mean(document.key.kind, KINDS) or later or f"kinds: {', '.join(KINDS)}",
            )
        )
    if document.data["apiVersion"] != API_VERSION:
        found.append(
            _finding(
                document,
                "R0202",
                f"{document.data['apiVersion']} is not an API version of Roster",
                ("apiVersion",),
                f"write {API_VERSION}",
            )
        )
    for key in sorted(document.data.keys() - _ROOT):
        found.append(
            _finding(
                document, "R0301", f"{key} is not a field of a document", (key,), did_you_mean(key, _ROOT), key=True
            )
        )
    found += _faults(document, Metadata, document.data["metadata"], ("metadata",))
    return found


_LATER_KINDS = frozenset(
    (
        "Team",
        "MCPServer",
        "SkillPack",
        "Model",
        "Memory",
        "RAGPipeline",
        "Channel",
        "Integration",
        "Ensemble",
        "Schedule",
        "RolloutAnalysis",
        "Policy",
    )
)


def _validated(kind: Kind, document: Layered) -> tuple[Any, Mapping[str, Any], list[Diagnostic]]:
    raw = document.data.get("spec")
    if raw is None:
        return (
            None,
            {},
            [_finding(document, "R0303", f"{document.key.kind} {document.key.name} has no spec", (), "add spec:")],
        )
    try:
        spec = kind.spec.model_validate(raw)
    except ValidationError as error:
        return None, {}, _diagnostics(document, kind.spec, error, ("spec",))
    data: Mapping[str, Any] = spec.model_dump(by_alias=True, exclude_none=True)
    return spec, data, []


def _faults(document: Layered, model: type[BaseModel], raw: Any, path: FieldPath) -> list[Diagnostic]:
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return _diagnostics(document, model, error, path)
    return []


def _diagnostics(
    document: Layered, model: type[BaseModel], error: ValidationError, prefix: FieldPath
) -> list[Diagnostic]:
    return [
        _diagnostic(document, model, detail, prefix)
        for detail in error.errors(include_url=False, include_input=False, include_context=True)
    ]


def _diagnostic(document: Layered, model: type[BaseModel], detail: ErrorDetails, prefix: FieldPath) -> Diagnostic:
    path = _written(document.data, (*prefix, *detail["loc"]))
    last = str(path[-1])
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown(document, model, path, prefix)
    if kind == "missing":
        missing = str(detail["loc"][-1])
        parent = ".".join(map(str, path[:-1])) if last == missing else ".".join(map(str, path))
        return _finding(
            document,
            "R0303",
            f"{parent or document.key.kind} lacks {missing}",
            path[:-1] or ("kind",),
            f"add {missing}",
            key=True,
        )
    if kind in ("literal_error", "enum"):
        expected = str((detail.get("ctx") or {}).get("expected", ""))
        return _finding(document, "R0304", f"{last} must be {expected.replace(chr(39), '')}", path, "")
    if kind in ("value_error", "assertion_error"):
        text = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        message, _, help = text.partition("; ")
        return _finding(document, "R0307", message, path, help)
    code = "R0302" if kind.endswith("_type") or kind == "int_from_float" else "R0304"
    return _finding(document, code, f"{last}: {_plain_words(detail)}", path, _remedy(detail, at(document.data, *path)))


def _remedy(detail: ErrorDetails, value: Any) -> str:
    """What to do about a quoted number or truth value; nothing where the message says it already."""
    quoted = isinstance(value, str) and _UNQUOTABLE.fullmatch(value)
    return "write it without quotes" if quoted and detail["type"] in ("int_type", "float_type", "bool_type") else ""


def _plain_words(detail: ErrorDetails) -> str:
    context = detail.get("ctx") or {}
    if detail["type"] == "string_type":
        return "it must be text; quote the value"
    if detail["type"] == "string_pattern_mismatch":
        return f"it must match {context.get('pattern')}"
    message = detail["msg"]
    return message[0].lower() + message[1:]


def _unknown(document: Layered, model: type[BaseModel], path: FieldPath, prefix: FieldPath) -> Diagnostic:
    name = str(path[-1])
    shape = model_at(model, path[len(prefix) : -1])
    parent = ".".join(map(str, path[:-1]))
    later = shape.later.get(name) if shape is not None and issubclass(shape, Shape) else None
    if later is not None:
        return _finding(
            document,
            "R0305",
            f"{parent}.{name} ({later}) comes in a later version of Roster",
            path,
            "remove it until then; nothing is accepted and then dropped",
            key=True,
        )
    known = [field.alias or key for key, field in shape.model_fields.items()] if shape is not None else []
    help = did_you_mean(name, known) or (f"known fields: {', '.join(sorted(known))}" if known else "remove it")
    return _finding(document, "R0301", f"{parent} has no field {name}", path, help, key=True)


def _written(data: Any, path: FieldPath) -> FieldPath:
    """The path without the steps that exist in the model only (the branches of a union)."""
    kept: FieldPath = ()
    for index, step in enumerate(path):
        is_last = index == len(path) - 1
        if is_last or len(known_prefix(data, (*kept, step))) > len(kept):
            kept = (*kept, step)
    return kept


def _finding(
    document: Layered, code: str, message: str, path: FieldPath, help: str, *, key: bool = False
) -> Diagnostic:
    field = ".".join(map(str, path))
    span = document.span_of(path, key=key)
    return Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, field=field, help=help)
