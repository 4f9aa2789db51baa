"""Assets: where schemas/ and templates/ are found, in a checkout and in an installed wheel."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from compiler.template import Template
from compiler.yaml_reader import load

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `schemas` or `templates`: beside the packages in a checkout, inside the package in a wheel."""
    shipped = _PACKAGE / "_data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


class PackageAssets:
    """The templates that the compiler ships; each is read and compiled once."""

    def read(self, path: str) -> str:
        """The text of one file below `templates/`. Raises KeyError if there is none."""
        return _read(path)

    def data(self, path: str) -> Mapping[str, Any]:
        """One YAML file below `templates/` as plain data."""
        return _data(path)

    def template(self, path: str) -> Template:
        """One compiled template. Raises KeyError, TemplateError."""
        return _template(path)


@cache
def _read(path: str) -> str:
    file = folder("templates") / path
    if not file.is_file():
        raise KeyError(path)
    return file.read_text(encoding="utf-8")


@cache
def _data(path: str) -> Mapping[str, Any]:
    documents, problems = load(_read(path).encode())
    if problems or len(documents) != 1:
        raise ValueError(f"templates/{path}: {problems[0].message if problems else 'not one document'}")
    data: Mapping[str, Any] = documents[0]
    return data


@cache
def _template(path: str) -> Template:
    return Template(path, _read(path))
