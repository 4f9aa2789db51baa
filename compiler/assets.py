"""Assets: where schemas/ and templates/ are found, in a checkout and in an installed wheel."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from compiler.source import FieldPath
from compiler.span import Span
from compiler.templating.template import Template
from compiler.templating.template_compiler import compile_template
from compiler.templating.text_template import TextTemplate, compile_text_template
from compiler.yaml_reader import load

_PACKAGE = Path(__file__).resolve().parent
RUNTIMES = "runtimes"
"""The folder below `templates/` with the contracts of runtimes."""


def folder(name: str) -> Path:
    """The folder `schemas` or `templates`: beside the packages in a checkout, inside the package in a wheel."""
    shipped = _PACKAGE / "_data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


class PackageAssets:
    """The templates that the compiler ships; each is read and compiled once."""

    def names(self) -> tuple[str, ...]:
        """The path of every file below `templates/`, sorted."""
        return _names()

    def runtimes(self) -> tuple[str, ...]:
        """The names of the runtimes that have a contract, sorted."""
        inside = (name.partition("/") for name in self.names())
        return tuple(file.removesuffix(".yaml") for top, _, file in inside if top == RUNTIMES)

    def content(self, path: str) -> bytes:
        """The bytes of one file below `templates/`. Raises KeyError if there is none."""
        return _content(path)

    def read(self, path: str) -> str:
        """The text of one file below `templates/`. Raises KeyError if there is none."""
        return self.content(path).decode()

    def data(self, path: str) -> Mapping[str, Any]:
        """One YAML file below `templates/` as plain data. Raises KeyError, and ValueError if it is none."""
        return _data(path, self.content(path))

    def template(self, path: str) -> Template:
        """One compiled template. Raises KeyError if there is none."""
        return compile_template(path, self.content(path))

    def text(self, path: str) -> TextTemplate:
        """The compiled text of a config file. Raises KeyError if there is none."""
        return compile_text_template(path, self.read(path))

    def is_own(self, _path: str) -> bool:
        """Whether the fleet wrote the file."""
        return False

    def extras(self, _folder: str) -> tuple[str, ...]:
        """The fleet's templates of more objects of one kind, sorted."""
        return ()

    def span(self, _path: str, _line: int) -> Span | None:
        """One line of a file that the fleet wrote; None for a file of Roster's own."""
        return None

    def nearest(self, _path: str, _field: FieldPath) -> Span | None:
        """Where a template that the fleet wrote has a field, or its nearest parent; None for one of Roster's own."""
        return None


@cache
def _names() -> tuple[str, ...]:
    root = folder("templates")
    return tuple(sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()))


@cache
def _content(path: str) -> bytes:
    file = folder("templates") / path
    if not file.is_file():
        raise KeyError(path)
    return file.read_bytes()


@cache
def _data(path: str, content: bytes) -> Mapping[str, Any]:
    documents, problems = load(content)
    if problems or len(documents) != 1:
        raise ValueError(f"templates/{path}: {problems[0].message if problems else 'not one document'}")
    data: Mapping[str, Any] = documents[0]
    return data
