"""Neighbours: an Omnia document and the documents beside it -> what a reference by name and namespace means."""

from compiler.dialects.beside import Beside
from compiler.dialects.rewrite import Rewrite
from compiler.document import Document
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


def config_map(beside: Beside, name: str, namespace: str | None) -> Document | None:
    """The ConfigMap of this name that a document in a namespace means, or None."""
    for document in beside.named("ConfigMap", name):
        if document.data["apiVersion"] == "v1" and _same(namespace_of(document), namespace):
            return document
    return None


def resolve(rewrite: Rewrite, kind: str, name: str, namespace: str | None, path: FieldPath) -> None:
    """Say so if a reference means nothing although something of its name is there, in another namespace."""
    meant = namespace or namespace_of(rewrite.document)
    there = [namespace_of(document) for document in rewrite.beside.named(kind, name) if is_omnia(document)]
    if there and not any(_same(other, meant) for other in there):
        places = ", ".join(sorted({place for place in there if place}))
        message = f"there is no {kind} {name} in the namespace {meant}, only in {places}"
        rewrite.unresolved(path, message, "name the namespace that is meant")


def model_of(beside: Beside, provider: str) -> str:
    """The entry of `models` to use of a provider: Omnia's have one, ours are asked."""
    for document in beside.named("Provider", provider):
        spec = document.data.get("spec")
        models = spec.get("models") if isinstance(spec, dict) and not is_omnia(document) else None
        if isinstance(models, dict) and len(models) == 1:
            return str(next(iter(models)))
    return MODEL


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
