"""Beside: a layer -> its documents by kind and name, so that a dialect finds what a document refers to."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.document import Document
from compiler.layer import Layer


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The documents of one folder, as they are written."""

    folder: str
    """The layer's folder."""
    documents: Mapping[tuple[str, str], tuple[Document, ...]]
    """Kind and name -> the documents, specs and plain ones alike, in the order of their files."""

    def named(self, kind: str, name: str) -> tuple[Document, ...]:
        """The documents of a kind and a name, in whatever namespace or API group."""
        return self.documents.get((kind, name), ())


def beside(layer: Layer) -> Beside:
    """The documents of a layer."""
    found: dict[tuple[str, str], tuple[Document, ...]] = {}
    for document in (*layer.specs, *layer.objects):
        key = (document.kind, document.name)
        found[key] = (*found.get(key, ()), document)
    return Beside(layer.folder, found)
