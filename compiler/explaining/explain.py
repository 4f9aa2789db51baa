"""Explain: a code, a kind, or KIND.FIELD.PATH -> what there is to say about it, as plain text for a terminal."""

import re
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from compiler.catalogue import CATALOGUE
from compiler.errors import UsageError
from compiler.explaining.explain_code import WIDTH, explain_code, list_codes
from compiler.kind import Kind
from compiler.kinds import KINDS
from compiler.misfits.misfit_words import pattern_words
from compiler.naming import API_VERSION, DOMAIN
from compiler.shapes import model_at
from compiler.spec import Shape
from compiler.spec_schemas.document_schema import document_schema
from compiler.spec_schemas.model_schema import Schema, resolved
from compiler.spec_schemas.type_words import type_words, without_variable
from compiler.suggestion import did_you_mean

_CODE = re.compile(r"^[Rr]\d+$")


def explain(topic: str) -> str:
    """The explanation. Raises UsageError for what is neither a code nor a kind nor a field."""
    if _CODE.match(topic):
        entry = CATALOGUE.get(topic.upper())
        if entry is None:
            help = f"codes stand in brackets in messages, {next(iter(CATALOGUE))} to {list(CATALOGUE)[-1]}"
            raise UsageError(f"there is no code {topic.upper()}", help)
        return explain_code(entry)
    name, _, path = topic.partition(".")
    kind = _kinds().get(name.lower())
    if kind is None:
        known = {kind.name for kind in KINDS.values()}
        help = did_you_mean(name.capitalize(), known) or f"codes look like R0203; kinds: {', '.join(KINDS)}"
        raise UsageError(f"{topic} is no code, no kind and no field of a kind", help)
    return _field(kind, path.split(".")) if path else _kind(kind)


def overview() -> str:
    """What can be asked about: every kind and every code."""
    width = max(map(len, KINDS))
    kinds = "".join(f"  {kind.name:<{width}}  {kind.title}\n" for kind in KINDS.values())
    asked = "Ask with a kind, a field of one such as Agent.runtime.scale, a code, or `template`."
    return f"{asked}\n\nKinds:\n{kinds}\nCodes of messages:\n{list_codes()}"


def _kinds() -> dict[str, Kind]:
    """Every kind under each of its names, in lower case."""
    return {name.lower(): kind for kind in KINDS.values() for name in (*kind.short_names, kind.plural, kind.name)}


def _kind(kind: Kind) -> str:
    schema = document_schema(kind)
    names = ", ".join((kind.plural, *kind.short_names))
    scope = "" if kind.namespaced else "; it belongs to no namespace"
    return "\n".join(
        (
            f"{kind.name}",
            *_wrapped(kind.title),
            *_becomes(kind),
            "",
            *_wrapped(
                f"In a file: apiVersion: {API_VERSION}, kind: {kind.name}, metadata.name and spec; {_place(kind)}."
            ),
            "",
            f"In a cluster: kubectl get {kind.plural}.{DOMAIN} ({names}){scope}.",
            "",
            "Fields of spec:",
            *fields(schema["properties"]["spec"], schema),
            *_later(kind, ()),
            "",
            f"`roster explain {kind.name}.FIELD` says more about one of them.",
            "",
        )
    )


def _place(kind: Kind) -> str:
    """Where the file lies."""
    if kind.name == "Environment":
        return "it is environments/NAME/environment.yaml"
    return "any .yaml file below environments/NAME/, or below one of that environment's bases"


def _becomes(kind: Kind) -> Iterator[str]:
    """What the kind's own file says that it becomes."""
    module = sys.modules[".".join(kind.spec.__module__.split(".")[:3])]
    found = re.search(r"^Becomes .*?(?=\s+Exports|\Z)", module.__doc__ or "", re.MULTILINE | re.DOTALL)
    if found:
        yield ""
        yield from _wrapped(" ".join(found[0].split()))


def _field(kind: Kind, path: list[str]) -> str:
    root = document_schema(kind)
    steps = path if path[0] in ("spec", "metadata") else ["spec", *path]
    here: Schema = root
    for number, step in enumerate(steps):
        below = _step(here, step, root)
        if below is None:
            raise _unknown(kind, steps[:number], step, here, root)
        here = below
    inner = _inside(here, root)
    lines = [f"{kind.name}.{'.'.join(path)}: {type_words(here, root)}", *_wrapped(here.get("description", ""))]
    if here.get("x-roster-variable"):
        lines.append("Variables of the environment are filled in here: ${var.name}.")
    own = without_variable(here)
    if "pattern" in own:
        lines.append(f"It must {pattern_words(own['pattern'])}.")
    lines += [f"Rule: {rule['else']['errorMessage']}." for rule in own.get("allOf", ())]
    if _is_map(inner) and "x-roster-file" not in here:
        lines += ["", "Fields:", *fields(inner, root), *_later(kind, tuple(steps[1:]))]
    return "\n".join((*lines, ""))


def _step(here: Schema, step: str, root: Schema) -> Schema | None:
    """The schema of one field; keys of a map may have any name, and items of a list need not be counted."""
    for branch in _branches(here, root):
        if step in branch.get("properties", {}):
            return resolved(branch["properties"][step], root)
        if isinstance(branch.get("additionalProperties"), dict):
            return resolved(branch["additionalProperties"], root)
        if isinstance(branch.get("items"), dict):
            items = resolved(branch["items"], root)
            return items if step.isdigit() else _step(items, step, root)
    return None


def _branches(here: Schema, root: Schema) -> list[Schema]:
    """What a schema may be: itself, or each of its alternatives."""
    return [resolved(branch, root) for branch in here.get("anyOf") or here.get("oneOf") or [here]]


def _inside(here: Schema, root: Schema) -> Schema:
    """The schema whose fields are shown: that of a map's values, or of a list's items."""
    for key in ("additionalProperties", "items"):
        if isinstance(here.get(key), dict) and "properties" not in here:
            return _inside(resolved(here[key], root), root)
    return next((branch for branch in _branches(here, root) if _is_map(branch)), here)


def _is_map(schema: Schema) -> bool:
    return bool(schema.get("properties"))


def fields(schema: Schema, root: Schema) -> Iterator[str]:
    """For each field of a schema its name, type and default, and below what it is for."""
    properties: dict[str, Any] = schema["properties"]
    required = schema.get("required", ())
    width = min(24, max(map(len, properties)))
    for name, field in properties.items():
        whole = resolved(field, root)
        needed = "required, " if name in required else ""
        head, *more = _wrapped(needed + type_words(whole, root), " " * (width + 4))
        yield f"  {name:<{width}}  {head.lstrip()}"
        yield from more
        yield from _wrapped(whole.get("description", ""), " " * (width + 4))


def _later(kind: Kind, path: tuple[str, ...]) -> Iterator[str]:
    """The fields that a later version of Roster executes."""
    later = _later_fields(kind, path)
    if later:
        yield ""
        yield "In a later version:"
        yield from _wrapped("; ".join(f"{name} ({what})" for name, what in later.items()), "  ")


def _later_fields(kind: Kind, path: tuple[str, ...]) -> dict[str, str]:
    model = model_at(kind.spec, path) if path else kind.spec
    return model.later if model is not None and issubclass(model, Shape) else {}


def _unknown(kind: Kind, above: list[str], step: str, here: Schema, root: Schema) -> UsageError:
    known = _inside(here, root).get("properties", {})
    parent = ".".join((kind.name, *above[1:]))
    later = _later_fields(kind, tuple(above[1:]))
    if step in later:
        return UsageError(f"{parent}.{step} ({later[step]}) comes in a later version of Roster")
    help = did_you_mean(step, known) or (f"its fields: {', '.join(known)}" if known else f"{parent} has no fields")
    return UsageError(f"{parent} has no field {step}", help)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
