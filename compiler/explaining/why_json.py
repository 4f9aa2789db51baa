"""Why JSON: explanations -> one JSON document for machines; its `version` grows when a field changes its meaning."""

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.explaining.authorship import Authorship
from compiler.explaining.why import Explanation, Link
from compiler.mask import masked
from compiler.span import Span

VERSION = 1


def why_json(explanations: Iterable[Explanation], authors: Mapping[Span, Authorship]) -> dict[str, Any]:
    """The document as plain data."""
    return {"version": VERSION, "fields": [_field(item, authors) for item in explanations]}


def _field(item: Explanation, authors: Mapping[Span, Authorship]) -> dict[str, Any]:
    name = item.field.rpartition(".")[2]
    links = [_link(link, authors) for link in item.links]
    return {"thing": item.thing, "field": item.field, "value": masked(item.value, name), "links": links}


def _link(link: Link, authors: Mapping[Span, Authorship]) -> dict[str, Any]:
    place = link.place
    author = authors.get(place) if place is not None else None
    return {
        "role": link.role.value,
        "place": None if place is None else {"file": place.path, "line": place.line, "column": place.column},
        "field": link.field,
        "value": masked(link.value, link.field.rpartition(".")[2]),
        "note": link.note,
        "author": None if author is None else {"commit": author.commit, "date": author.date, "name": author.name},
    }
