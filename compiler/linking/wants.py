"""Wants: a declaration -> the specs that it refers to by name, and the files whose text it takes."""

import posixpath
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.kinds import KINDS
from compiler.shapes import marked, places
from compiler.source import FieldPath
from compiler.spec import Ref, TextFile


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that names another spec."""

    path: FieldPath
    """The field."""
    ref: Ref
    """What kind of thing it names."""
    name: str
    """The name of the other spec."""
    member: str
    """The entry of the other spec that is meant; empty if none is named."""


@dataclass(frozen=True, slots=True, eq=False)
class Wants:
    """What one declaration wants to be linked to."""

    references: tuple[Reference, ...]
    """The fields that name another spec."""
    texts: tuple[tuple[FieldPath, str], ...]
    """The fields whose text lies in a file, and the file from the tree's root."""


def wants_of(declaration: Declaration[Any]) -> Wants:
    """What a declaration wants, as it says so itself."""
    model, spec = KINDS[declaration.key.kind].spec, declaration.data["spec"]
    references = [
        Reference(path, ref, *_split(text))
        for pattern, ref in marked(model, Ref)
        for path, text in places(spec, pattern, ("spec",))
    ]
    texts = [
        (path, _beside(declaration, path, value["file"]))
        for pattern, _ in marked(model, TextFile)
        for path, value in places(spec, pattern, ("spec",))
        if isinstance(value, dict)
    ]
    return Wants(tuple(references), tuple(texts))


def _split(text: str) -> tuple[str, str]:
    name, _, member = text.partition("/")
    return name, member


def _beside(declaration: Declaration[Any], path: FieldPath, file: str) -> str:
    """The path of a file from the tree's root."""
    folder = posixpath.dirname(declaration.document.path_of((*path, "file")))
    return posixpath.normpath(posixpath.join(folder, file))
