"""Source map: a compiled environment -> for every field of every object the lines it came by, as data for a sidecar.

`schemas/reports/source_map.json` describes the form.
"""

from collections.abc import Iterator
from typing import Any

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.explaining.why import Link, links_of, scalars
from compiler.kube_object import KubeObject
from compiler.source import FieldPath

VERSION = 1
"""Grows when a field of the form changes its meaning."""


def source_map(compiled: Compiled, bundle: Bundle) -> dict[str, Any]:
    """The whole map; the same specs give the same map. Fields are named by JSON pointers (RFC 6901)."""
    return {
        "version": VERSION,
        "fleet": bundle.fleet,
        "environment": bundle.environment,
        "digest": bundle.digest,
        "objects": [_object(compiled, item) for item in bundle.objects],
    }


def pointer(path: FieldPath) -> str:
    """A path as a JSON pointer: `/spec/containers/0/image`."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _object(compiled: Compiled, item: KubeObject) -> dict[str, Any]:
    fields = scalars(item.data)
    return {
        "apiVersion": item.api_version,
        "kind": item.key.kind,
        "namespace": item.key.namespace,
        "name": item.key.name,
        "spec": str(item.spec),
        "fields": {pointer(path): list(_links(compiled, item, path)) for path, _ in fields},
    }


def _links(compiled: Compiled, item: KubeObject, path: FieldPath) -> Iterator[dict[str, Any]]:
    """The lines of one field; what says nothing is left out."""
    for link in links_of(compiled, item, path):
        yield {"role": link.role.value, **_place(link)} | {
            name: text for name, text in (("field", link.field), ("note", link.note)) if text
        }


def _place(link: Link) -> dict[str, Any]:
    place = link.place
    return {} if place is None else {"file": place.path, "line": place.line, "column": place.column}
