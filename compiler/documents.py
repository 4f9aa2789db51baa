"""Documents: the path and the bytes of one file -> its documents, each of which says what it is, and what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.inside import at, items, mapping, text
from compiler.kinds import KINDS
from compiler.naming import API_VERSION, DOMAIN
from compiler.problem import Problem
from compiler.span import Span
from compiler.yaml_reader import load

_UNTYPED = "add it; payload files that are YAML belong in a folder named files/"
_SECRET = ("data", "stringData")


@dataclass(frozen=True, slots=True, eq=False)
class Documents:
    """The documents of one file."""

    every: tuple[Document, ...]
    """In the order in which they stand in the file."""
    specs: tuple[Document, ...]
    """Those of `roster.dev` and of the systems whose documents we read."""
    plain: tuple[Document, ...]
    """Plain Kubernetes documents."""
    environments: tuple[Document, ...]
    """Those of the specs that declare an environment."""
    foreign: bool
    """Whether one of the specs is another system's."""
    placed: bool
    """Whether one of them says in which environments a spec runs."""
    diagnostics: tuple[Diagnostic, ...]
    """What is wrong with the file."""


def documents(path: str, content: bytes) -> Documents:
    """The documents of one file; those that do not say what they are are left out, and told."""
    loaded, problems = _loaded(content)
    faults = [_diagnostic(path, problem) for problem in problems]
    every: list[Document] = []
    for index, data in enumerate(loaded):
        if data is not None:
            document = Document(path, index, _without_secrets(data) if isinstance(data, dict) else {}, content)
            untyped = tuple(_untyped(document))
            faults += untyped
            every += () if untyped else (document,)
    specs = tuple(document for document in every if not _is_kubernetes(document))
    return Documents(
        every=tuple(every),
        specs=specs,
        plain=tuple(document for document in every if _is_kubernetes(document)),
        environments=tuple(document for document in specs if document.kind == "Environment" and is_ours(document)),
        foreign=not all(is_ours(document) for document in specs),
        placed=any(map(_is_placed, every)),
        diagnostics=tuple(faults),
    )


def is_ours(document: Document) -> bool:
    """Whether it is a document of `roster.dev`."""
    return str(document.data.get("apiVersion", "")).startswith(f"{DOMAIN}/")


@lru_cache(maxsize=20_000)
def _loaded(content: bytes) -> tuple[tuple[Any, ...], tuple[Problem, ...]]:
    """Parsed once even when several environments share a base; what is returned is never changed."""
    return load(content)


def _without_secrets(data: dict[str, Any]) -> dict[str, Any]:
    """A Secret with the names of its keys only: its values go no further than this door."""
    if data.get("kind") != "Secret":
        return data
    return {
        key: (dict.fromkeys(value) if isinstance(value, dict) else None) if key in _SECRET else value
        for key, value in data.items()
    }


def _untyped(document: Document) -> Iterator[Diagnostic]:
    """R0109: a document that does not say what it is."""
    if document.kind.endswith("List") and isinstance(document.data.get("items"), list):
        help = "write each of its items as a document of its own, behind ---"
        yield _untold(document, f"a {document.kind} is no object", ("kind",), help)
        return
    for path in (("apiVersion",), ("kind",), ("metadata", "name")):
        if at(document.data, *path) is not None and not isinstance(at(document.data, *path), str):
            yield _untold(
                document, f"{'.'.join(path)} is no text", path, "write text; quote what reads as another type"
            )
            return
    missing = [key for key in ("apiVersion", "kind") if not text(document.data, key)]
    if not missing and not document.name:
        missing = ["metadata.name"]
    if missing:
        ours = missing == ["apiVersion"] and document.kind in KINDS
        help = f"add apiVersion: {API_VERSION}" if ours else _UNTYPED
        yield _untold(document, f"the document has no {' and no '.join(missing)}", (), help)


def _untold(document: Document, message: str, path: tuple[str, ...], help: str) -> Diagnostic:
    return Diagnostic(code="R0109", severity=Severity.ERROR, message=message, span=document.span_of(path), help=help)


def _is_kubernetes(document: Document) -> bool:
    """Whether it is a plain Kubernetes document: of a group that Kubernetes itself, KEDA or Istio defines."""
    version = str(document.data["apiVersion"])
    group = version.rpartition("/")[0]
    return "." not in group or group.endswith((".k8s.io", "keda.sh", "istio.io"))


def _is_placed(document: Document) -> bool:
    """Whether it says in which environments a spec runs: the spec itself, or an environment's override."""
    overrides = items(document.data, "spec", "overrides")
    return any("environments" in mapping(data, "spec") for data in (document.data, *overrides))


def _diagnostic(path: str, problem: Problem) -> Diagnostic:
    span = Span(path, problem.line, problem.column, problem.width)
    return Diagnostic(code=problem.code, severity=Severity.ERROR, message=problem.message, span=span, help=problem.help)
