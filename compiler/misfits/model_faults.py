"""Model faults: a document's part and the model it should fit -> the typed value, or a diagnostic for each misfit."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import known_prefix
from compiler.inside import at
from compiler.layering.layered import Layered
from compiler.mending.mend import mend
from compiler.misfits.misfit import Misfit, told_once
from compiler.misfits.misfit_words import misfit_words
from compiler.shapes import model_at
from compiler.source import FieldPath
from compiler.spec import Shape
from compiler.suggestion import did_you_mean, nearest, slip

M = TypeVar("M", bound=BaseModel)
_MENDABLE = frozenset(("R0301", "R0302", "R0304"))


def fitted(document: Layered, model: type[M], raw: Any, path: FieldPath) -> tuple[M | None, tuple[Diagnostic, ...]]:
    """The value at a path of a document as its model has it, or None and why it does not fit."""
    value, found = misfits(document.data, model, raw, path)
    return value, tuple(told(document, model, misfit, path) for misfit in found)


def misfits(data: Any, model: type[M], raw: Any, path: FieldPath) -> tuple[M | None, tuple[Misfit, ...]]:
    """The value at a path of plain data as its model has it, or None and what does not fit."""
    try:
        return model.model_validate(raw), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=True)
        return None, _without_echoes(told_once(_misfit(data, detail, path) for detail in details), model, path)


def _without_echoes(found: tuple[Misfit, ...], model: type[BaseModel], prefix: FieldPath) -> tuple[Misfit, ...]:
    """The same, but of a misspelt field not also that the right one is missing."""
    misspelt = [misfit.path for misfit in found if misfit.kind == "extra_forbidden"]
    meant = {(*path[:-1], nearest(str(path[-1]), _known(model, path, prefix))) for path in misspelt}
    return tuple(misfit for misfit in found if misfit.kind != "missing" or misfit.path not in meant)


def _known(model: type[BaseModel], path: FieldPath, prefix: FieldPath) -> list[str]:
    """The fields of the map that a path leads into."""
    shape = model_at(model, path[len(prefix) : -1])
    return [field.alias or key for key, field in shape.model_fields.items()] if shape is not None else []


def fault(
    document: Layered,
    code: str,
    message: str,
    path: FieldPath,
    help: str,
    *,
    key: bool = False,
    label: str = "",
    known: Iterable[str] = (),
) -> Diagnostic:
    """An error at one field of a document; with `key` at the field's name and not at its value.

    `known` are the words that may stand there: a slip for one of them is mended.
    """
    span = document.span_of(path, key=key)
    word = path[-1] if key and path else at(document.data, *path)
    return Diagnostic(
        code=code,
        severity=Severity.ERROR,
        message=message,
        span=span,
        field=".".join(map(str, path)),
        label=label,
        help=help,
        fix=slip(span, word, known) if isinstance(word, str) and document.is_as_written else None,
    )


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


def told(document: Layered, model: type[BaseModel], misfit: Misfit, prefix: FieldPath) -> Diagnostic:
    """What there is to say of a misfit of a model whose value stands at `prefix`, and a certain mend."""
    found = _said(document, model, misfit, prefix)
    variables = document.variables.get(misfit.path)
    if variables:
        help = "write the value here, or another in spec.variables of environment.yaml"
        return replace(found, label=f"it is filled in from {' and '.join(variables)}", help=help)
    if found.code not in _MENDABLE:
        return found

    def fits(data: Any, path: FieldPath) -> bool:
        _, still = misfits(data, model, at(data, *prefix), prefix)
        return path not in [other.path for other in still]

    return replace(found, fix=mend(document, misfit, _known(model, misfit.path, prefix), fits))


def _said(document: Layered, model: type[BaseModel], misfit: Misfit, prefix: FieldPath) -> Diagnostic:
    path, kind = misfit.path, misfit.kind
    if kind == "extra_forbidden":
        return _unknown(document, model, path, prefix)
    if kind == "missing":
        return _lacking(document, path)
    if kind in ("value_error", "assertion_error"):
        text = misfit.message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
        message, _, help = text.partition("; ")
        return fault(document, "R0307", message, path, help)
    code = "R0302" if kind.endswith("_type") or kind == "int_from_float" else "R0304"
    message, help = misfit_words(misfit, at(document.data, *path))
    return fault(document, code, message, path, help, key=misfit.is_name)


def _lacking(document: Layered, path: FieldPath) -> Diagnostic:
    """R0303: a map lacks a field."""
    parent = ".".join(map(str, path[:-1])) or document.key.kind
    found = fault(document, "R0303", f"{parent} lacks {path[-1]}", path[:-1], f"add {path[-1]}", key=True)
    return lacking(document, path, found)


def lacking(document: Layered, path: FieldPath, found: Diagnostic) -> Diagnostic:
    """The finding at the lowest layer that has the map, or where a layer takes away what one below it sets."""
    taken = document.taken(path)
    if taken is not None:
        return replace(found, span=taken.name_span, label="this takes it away, which a lower layer sets")
    lowest = document.chain(path[:-1])[-1:] if len(document.layers) > 1 else ()
    return replace(found, span=lowest[0].name_span, label="set in no layer") if lowest else found


def _unknown(document: Layered, model: type[BaseModel], path: FieldPath, prefix: FieldPath) -> Diagnostic:
    name = str(path[-1])
    shape = model_at(model, path[len(prefix) : -1])
    parent = ".".join(map(str, path[:-1])) or document.key.kind
    later = shape.later.get(name) if shape is not None and issubclass(shape, Shape) else None
    if later is not None:
        return fault(
            document,
            "R0305",
            f"{parent}.{name} ({later}) comes in a later version of Roster",
            path,
            "remove it until then; nothing is accepted and then dropped",
            key=True,
        )
    known = _known(model, path, prefix)
    help = did_you_mean(name, known) or (f"known fields: {', '.join(sorted(known))}" if known else "remove it")
    return fault(document, "R0301", f"{parent} has no field {name}", path, help, key=True)
