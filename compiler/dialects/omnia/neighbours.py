"""Neighbours: an Omnia document and the documents beside it -> what a reference by name and namespace means."""

from collections.abc import Iterator

from compiler.dialects.rewrite import Rewrite
from compiler.document import Document
from compiler.layer import Layer
from compiler.source import FieldPath

GROUP = "omnia.altairalabs.ai/"
MODEL = "default"
"""The entry of `models` that an Omnia Provider's one model becomes."""


def is_omnia(document: Document) -> bool:
    """Whether it is a document of Omnia's API group."""
    return str(document.data["apiVersion"]).startswith(GROUP)


def namespace_of(document: Document) -> str | None:
    """The namespace that a document is written for; None if whoever applies it says."""
    metadata = document.data.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return namespace if isinstance(namespace, str) and namespace else None


def config_map(layer: Layer, name: str, namespace: str | None) -> Document | None:
    """The ConfigMap of this name that a document in a namespace means, or None."""
    for document in layer.objects:
        if document.kind == "ConfigMap" and document.name == name and _same(namespace_of(document), namespace):
            return document
    return None


def resolve(rewrite: Rewrite, kind: str, name: str, namespace: str | None, path: FieldPath) -> None:
    """Say so if a reference means nothing although something of its name is there, in another namespace."""
    meant = namespace or namespace_of(rewrite.document)
    there = [namespace_of(document) for document in _of(rewrite.layer, kind, name)]
    if there and not any(_same(other, meant) for other in there):
        places = ", ".join(sorted({place for place in there if place}))
        message = f"there is no {kind} {name} in the namespace {meant}, only in {places}"
        rewrite.unresolved(path, message, "name the namespace that is meant")


def model_of(layer: Layer, provider: str) -> str:
    """The entry of `models` to use of a provider: Omnia's have one, ours are asked."""
    for document in layer.specs:
        if document.kind == "Provider" and document.name == provider and not is_omnia(document):
            spec = document.data.get("spec")
            models = spec.get("models") if isinstance(spec, dict) else None
            if isinstance(models, dict) and len(models) == 1:
                return str(next(iter(models)))
    return MODEL


def _of(layer: Layer, kind: str, name: str) -> Iterator[Document]:
    for document in layer.specs:
        if document.kind == kind and document.name == name and is_omnia(document):
            yield document


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
