"""Kubernetes schemas: a Kubernetes version -> the kinds it defines and their strict JSON Schemas.

The package kubernetes-validate carries them as data, one file a version; each is read when it is first asked for.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from compiler.errors import UsageError

LATEST = "1.36"
"""The version by which objects are judged where an environment names none."""

Gvk = tuple[str, str]
"""API version and kind: ("apps/v1", "Deployment")."""

_FOLDER = re.compile(r"^v(1\.\d+)\.\d+-local-strict$")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@cache
def versions() -> tuple[str, ...]:
    """The Kubernetes versions whose schemas are known, oldest first."""
    found = (match[1] for match in map(_FOLDER.match, (item.name for item in _data().iterdir())) if match)
    return tuple(sorted(found, key=number))


def versions_in(text: str) -> tuple[str, ...]:
    """The versions that a person asks for, oldest first: `1.36`, `1.33..1.36` or `1.33,1.36`. Raises UsageError."""
    asked: set[str] = set()
    for part in text.split(","):
        first, dots, last = (word.strip() for word in part.partition(".."))
        ends = (first, last) if dots else (first, first)
        for end in ends:
            known = f"known versions: {versions()[0]} to {versions()[-1]}"
            if not _VERSION.fullmatch(end):
                raise UsageError(f"{text!r} is no list of versions", f"write 1.36, 1.33..1.36 or 1.33,1.36; {known}")
            if end not in versions():
                raise UsageError(f"the schemas of Kubernetes {end} are not known", known)
        found = versions()[versions().index(ends[0]) : versions().index(ends[1]) + 1]
        if not found:
            raise UsageError(f"{part} is no range of versions", "write the older version first, 1.33..1.36")
        asked.update(found)
    return tuple(sorted(asked, key=number))


def said(some: tuple[str, ...]) -> str:
    """Versions, oldest first, as people say them: `1.33 to 1.36`; `1.33, 1.36` where some between are missing."""
    whole = len(some) > 2 and number(some[-1]) - number(some[0]) == len(some) - 1
    return f"{some[0]} to {some[-1]}" if whole else ", ".join(some)


def number(version: str) -> int:
    """The version's minor number, by which versions are in order: 36 of `1.36`."""
    return int(version.partition(".")[2])


@cache
def known_kinds(version: str) -> frozenset[Gvk]:
    """API version and kind of everything that this version of Kubernetes itself defines."""
    return frozenset(_names(version))


@cache
def known_groups(version: str) -> frozenset[str]:
    """The API groups that this version of Kubernetes itself defines; empty for the core group."""
    return frozenset(api_version.rpartition("/")[0] for api_version, _ in known_kinds(version))


def kubernetes_schema(version: str, gvk: Gvk) -> dict[str, Any] | None:
    """The JSON Schema of a kind; None if this version of Kubernetes has none such."""
    name = _names(version).get(gvk)
    if name is None:
        return None
    return {"$defs": _pruned(name, _definitions(version)), "$ref": f"#/$defs/{name}"}


def definition(version: str, of: str | tuple[str, str]) -> Mapping[str, Any]:
    """A definition of this version of Kubernetes, by its name or by API version and kind; empty if there is none."""
    name = of if isinstance(of, str) else _names(version).get(of, "")
    found: Mapping[str, Any] = _definitions(version).get(name, {})
    return found


def metadata_schema(version: str) -> dict[str, Any]:
    """The JSON Schema of any object of which nothing but its metadata is known."""
    properties = {"metadata": {"$ref": f"#/$defs/{_METADATA}"}}
    return {"type": "object", "properties": properties, "$defs": _pruned(_METADATA, _definitions(version))}


def _data() -> Path:
    """The data folder of kubernetes-validate, found without importing it, which takes longer than all our checks."""
    found = find_spec("kubernetes_validate")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("kubernetes-validate is not installed", name="kubernetes_validate")
    return Path(found.origin).parent / "kubernetes-json-schema"


@cache
def _definitions(version: str) -> Mapping[str, Any]:
    file = next(_data().glob(f"v{version}.*-local-strict/_definitions.json"))
    definitions: Mapping[str, Any] = orjson.loads(file.read_bytes())["$defs"]
    return definitions


@cache
def _names(version: str) -> Mapping[Gvk, str]:
    """API version and kind -> name of the definition."""
    return {
        (f"{kind['group']}/{kind['version']}".lstrip("/"), kind["kind"]): name
        for name, definition in _definitions(version).items()
        for kind in definition.get("x-kubernetes-group-version-kind", ())
    }


def _pruned(name: str, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definition and those that it refers to: compiling 120 of 771 takes a tenth of the time."""
    kept: dict[str, Any] = {}
    open_names = [name]
    while open_names:
        current = open_names.pop()
        if current not in kept:
            kept[current] = definitions[current]
            open_names += (ref.rpartition("/")[2] for ref in _refs(definitions[current]))
    return kept


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)
