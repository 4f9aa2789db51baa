"""Remap: what another tool found in compiled files, as SARIF 2.1.0 -> the same, at the lines of the specs.

A finding keeps its old place as a related location. What cannot be mapped stays as it is, counted with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from compiler.compiled import Compiled
from compiler.explaining.why import Role, links_of
from compiler.field_name import field_name
from compiler.inside import at, items, mapping, text
from compiler.kube_object import KubeObject, canonical, key_of
from compiler.naming import ENVIRONMENT
from compiler.source import FieldPath
from compiler.span import Span
from compiler.yaml_nodes import path_at
from compiler.yaml_reader import load

Read = Callable[[Mapping[str, Any], Mapping[str, Any]], str | None]
"""A run of the report and an artifactLocation -> the text of the file that it names; None if there is none."""
Compile = Callable[[str], Compiled | None]
"""The name of an environment -> it, compiled; None if the fleet has none of this name."""
_NEXT = "\n---\n"
"""What parts the documents of a stream."""


@dataclass(frozen=True, slots=True)
class Remapped:
    """A report at the lines of the specs."""

    report: Mapping[str, Any]
    """The SARIF document."""
    mapped: int
    """How many findings were moved to a spec."""
    left: tuple[str, ...]
    """Of each finding that stayed, why."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a finding stands: a field of an object of ours, and the line of the spec."""

    item: KubeObject
    path: FieldPath
    span: Span
    by: str
    """What set the field: a line of a template, or nothing where the spec did."""


def remap(report: Mapping[str, Any], read: Read, compile: Compile, folder: str = "") -> Remapped:
    """The report with its locations replaced; `folder` is the way from the repository's top to the fleet."""
    left: list[str] = []
    mapped = 0
    runs = []
    for run in items(report, "runs"):
        results = []
        for result in items(run, "results"):
            found = _found(mapping(run), result, read, compile)
            mapped += isinstance(found, _Found)
            left += [found] if isinstance(found, str) else []
            results.append(result if isinstance(found, str) else _moved(result, found, folder))
        runs.append({**mapping(run), **({"results": results} if "results" in mapping(run) else {})})
    return Remapped({**report, "runs": runs}, mapped, tuple(left))


def _found(run: Mapping[str, Any], result: Any, read: Read, compile: Compile) -> _Found | str:
    """Where the first location of a finding comes from, or why that cannot be said."""
    place = mapping(result, "locations", 0, "physicalLocation")
    artifact = mapping(place, "artifactLocation")
    index = artifact.get("index")
    if "uri" not in artifact and isinstance(index, int):
        artifact = mapping(run, "artifacts", index, "location")
    content = read(run, artifact) if text(artifact, "uri") else None
    if content is None:
        return "it names no file that is there"
    first, last = _lines(mapping(place, "region"), content)
    if first > content.count("\n") + 1:
        return "its file has no such line"
    if not first and _NEXT in content:
        return "it names no line, and its file holds several objects"
    start, document = _document(content, first)
    data = _data(document)
    if data is None:
        return "its file holds no Kubernetes object at that line"
    environment = text(data, "metadata", "labels", ENVIRONMENT)
    compiled = compile(environment) if environment else None
    if compiled is None or compiled.bundle is None:
        return "the object there is not one of this fleet"
    item = next((item for item in compiled.bundle.objects if item.key == key_of(data)), None)
    if item is None or canonical(data) != item.body:
        return f"the specs no longer compile to what is there: compile {environment} again"
    path = path_at(document.encode(), max(1, first - start + 1), last - start + 1)
    return _origin(compiled, item, path)


def _lines(region: Mapping[str, Any], content: str) -> tuple[int, int]:
    """The first and last line of a region; without one, all lines of the file, the first of them as 0."""
    first, last = region.get("startLine"), region.get("endLine")
    if not isinstance(first, int) or first < 1:
        return 0, content.count("\n")
    return first, max(first, last) if isinstance(last, int) else first


def _document(content: str, line: int) -> tuple[int, str]:
    """The document of a stream that a line stands in, and its first line; documents are parted by lines of `---`."""
    lines = content.split("\n")
    cuts = [number for number, words in enumerate(lines, start=1) if words == "---"]
    start = max((cut + 1 for cut in cuts if cut <= line), default=1)
    end = min((cut for cut in cuts if cut >= start), default=len(lines) + 1)
    return start, "\n".join(lines[start - 1 : end - 1]) + "\n"


def _data(document: str) -> dict[str, Any] | None:
    documents, problems = load(document.encode())
    data = documents[0] if len(documents) == 1 and not problems else None
    whole = (
        isinstance(data, dict) and text(data, "apiVersion") and text(data, "kind") and text(data, "metadata", "name")
    )
    return data if whole else None


def _origin(compiled: Compiled, item: KubeObject, path: FieldPath) -> _Found | str:
    """The line of a spec that a field came by; where the template alone decides, the name of the spec."""
    links = tuple(links_of(compiled, item, path))
    written = (link.place for link in links if link.role in (Role.LAYER, Role.VARIABLE) and link.place is not None)
    template = next(
        (f"{link.place.path}:{link.place.line}" for link in links if link.role is Role.TEMPLATE and link.place), ""
    )
    document = compiled.documents.get(item.spec)
    span = next(written, None) or (document.span_of(("metadata", "name")) if document is not None else None)
    return "no spec declares the object" if span is None else _Found(item, path, span, template)


def _moved(result: Mapping[str, Any], found: _Found, folder: str) -> dict[str, Any]:
    first, *others = items(result, "locations")
    name = f"{found.item.key.kind}/{found.item.key.name} {field_name(found.path)}".strip()
    by = f", which {found.by} sets" if found.by else ""
    before = {**first, "message": {"text": f"compiled to {name}{by}"}}
    return {
        **result,
        "locations": [{"physicalLocation": _location(found.span, folder)}],
        "relatedLocations": [*_numbered(before, items(result, "relatedLocations")), *others],
    }


def _numbered(before: dict[str, Any], others: Any) -> Iterator[dict[str, Any]]:
    """Related locations, ours first; ids must be told apart, so ours has the next one that is free."""
    taken = [number for other in others if isinstance(number := at(other, "id"), int)]
    yield {**before, "id": max(taken, default=0) + 1}
    yield from others


def _location(span: Span, folder: str) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.width}
    return {"artifactLocation": {"uri": quote(f"{folder}/{span.path}" if folder else span.path)}, "region": region}
