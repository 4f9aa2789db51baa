"""Parse: a merged document -> a typed declaration, or every reason why it is not one."""

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
from compiler.misfit import Misfit, told_once
from compiler.misfit_words import misfit_words
from compiler.naming import API_VERSION
from compiler.shapes import model_at
from compiler.source import FieldPath
from compiler.spec import Shape
from compiler.suggestion import did_you_mean

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
        help = did_you_mean(key, _ROOT) or "move it into spec, or remove it"
        found.append(_finding(document, "R0301", f"{key} is not a field of a document", (key,), help, key=True))
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
    details = error.errors(include_url=False, include_input=False, include_context=True)
    misfits = told_once(_misfit(document.data, detail, prefix) for detail in details)
    return [_diagnostic(document, model, misfit, prefix) for misfit in misfits]


def _misfit(data: Any, detail: ErrorDetails, prefix: FieldPath) -> Misfit:
    """What pydantic found, at the path as it is written: steps that exist in the model only are left out."""
    steps = (*prefix, *detail["loc"])
    is_name = steps[-1] == "[key]" and known_prefix(data, steps) != steps
    lacks = steps[-1:] if detail["type"] == "missing" else ()
    path: FieldPath = ()
    unions: list[tuple[FieldPath, str | int]] = []
    for step in steps[: -1 if is_name or lacks else None]:
        if len(known_prefix(data, (*path, step))) > len(path):
            path = (*path, step)
        else:
            unions.append((path, step))
    union, branch = unions[0] if unions else (None, "")
    context = detail.get("ctx") or {}
    return Misfit((*path, *lacks), detail["type"], context, detail["msg"], is_name, union, branch)


def _diagnostic(document: Layered, model: type[BaseModel], misfit: Misfit, prefix: FieldPath) -> Diagnostic:
    path, kind = misfit.path, misfit.kind
    if kind == "extra_forbidden":
        return _unknown(document, model, path, prefix)
    if kind == "missing":
        parent = ".".join(map(str, path[:-1])) or document.key.kind
        return _finding(document, "R0303", f"{parent} lacks {path[-1]}", path[:-1], f"add {path[-1]}", key=True)
    if kind in ("value_error", "assertion_error"):
        text = misfit.message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
        message, _, help = text.partition("; ")
        return _finding(document, "R0307", message, path, help)
    code = "R0302" if kind.endswith("_type") or kind == "int_from_float" else "R0304"
    message, help = misfit_words(misfit, at(document.data, *path))
    return _finding(document, code, message, path, help, key=misfit.is_name)


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


def _finding(
    document: Layered, code: str, message: str, path: FieldPath, help: str, *, key: bool = False
) -> Diagnostic:
    field = ".".join(map(str, path))
    span = document.span_of(path, key=key)
    return Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, field=field, help=help)
