"""Omnia: a layer with documents of omnia.altairalabs.ai -> the layer with our specs in their place.

Each kind has a table that says of every field of Omnia's definitions what becomes of it. A document that is made keeps
the place of the one it was made from, so that every finding and every diff shows Omnia's own line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.dialects.beside import Beside, beside
from compiler.dialects.omnia import agent_runtime, prompt_pack, provider, tool_registry
from compiler.dialects.omnia.neighbours import GROUP, config_map, is_omnia, namespace_of
from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Call, Entries, Inert, Into, Move, Rule, Table, walk
from compiler.document import Document
from compiler.layer import Layer
from compiler.naming import API_VERSION
from compiler.source import FieldPath

VERSION = f"{GROUP}v1alpha1"


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of Omnia's kinds that has a kind of ours."""

    ours: str
    spec: Table
    finish: Callable[[Rewrite], None] = lambda _rewrite: None
    """What is left to do after the table was walked."""


KINDS: Mapping[str, _Kind] = {
    "AgentRuntime": _Kind("Agent", agent_runtime.SPEC, agent_runtime.finish),
    "PromptPack": _Kind("PromptPack", prompt_pack.SPEC, prompt_pack.finish),
    "Provider": _Kind("Provider", provider.SPEC, provider.finish),
    "ToolRegistry": _Kind("ToolRegistry", tool_registry.SPEC),
}
_SERVER = Inert("it is what an API server writes")


def _namespace(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    rewrite.namespace(path, str(value))


_METADATA: dict[str, Rule] = {
    "name": Move("name"),
    "namespace": Call(_namespace),
    "labels": Entries("labels"),
    "annotations": Entries("annotations"),
    **dict.fromkeys(
        (
            "creationTimestamp",
            "deletionGracePeriodSeconds",
            "deletionTimestamp",
            "finalizers",
            "generateName",
            "generation",
            "managedFields",
            "ownerReferences",
            "resourceVersion",
            "selfLink",
            "uid",
        ),
        _SERVER,
    ),
}


def omnia(layer: Layer) -> tuple[Layer, tuple[Diagnostic, ...]]:
    """The layer in our own words, and what was found on the way."""
    if not any(is_omnia(document) for document in layer.specs):
        return layer, ()
    specs: list[Document] = []
    diagnostics: list[Diagnostic] = []
    there = beside(layer)
    for document in layer.specs:
        if not is_omnia(document):
            specs.append(document)
            continue
        rewrite = Rewrite(document, "Omnia", there)
        specs += _translated(rewrite)
        diagnostics += rewrite.diagnostics
    objects, found = _objects(layer, there)
    diagnostics += [*_collisions(layer), *found]
    return replace(layer, specs=tuple(specs), objects=objects), tuple(diagnostics)


def _translated(rewrite: Rewrite) -> list[Document]:
    document = rewrite.document
    kind = KINDS.get(document.kind)
    if document.data["apiVersion"] != VERSION:
        rewrite.wrong(("apiVersion",), f"{document.data['apiVersion']} is not a version of Omnia's API", VERSION)
    elif kind is None:
        rewrite.later(("kind",), f"Omnia's {document.kind}", f"kinds that can be read: {', '.join(KINDS)}")
    else:
        walk(rewrite, _root(kind), document.data, (), ())
        kind.finish(rewrite)
        return [rewrite.made(API_VERSION, kind.ours)]
    return []


def _root(kind: _Kind) -> Table:
    """`metadata` before `spec`, which may have another name to give."""
    return {
        "apiVersion": Call(lambda *_: None),
        "kind": Call(lambda *_: None),
        "metadata": Into("metadata", _METADATA),
        "spec": Into("spec", kind.spec),
        "status": _SERVER,
    }


def _objects(layer: Layer, there: Beside) -> tuple[tuple[Document, ...], list[Diagnostic]]:
    """The plain documents without the ConfigMaps that PromptPacks are made of, in no namespace of their own."""
    used = set(map(id, _consumed(layer, there)))
    namespaces = {namespace_of(document) for document in layer.specs if is_omnia(document)}
    folders = {document.path.rpartition("/")[0] for document in layer.specs if is_omnia(document)}
    kept: list[Document] = []
    diagnostics: list[Diagnostic] = []
    for document in layer.objects:
        if id(document) in used:
            diagnostics += _leftovers(document, there)
        elif document.path.rpartition("/")[0] not in folders or document.kind == "Secret":
            kept.append(document)
        elif document.kind == "Namespace" and document.name in namespaces:
            diagnostics += _told(document, there, ("metadata", "name"), document.name)
        else:
            kept.append(_without_namespace(document))
            namespace = namespace_of(document)
            diagnostics += _told(document, there, ("metadata", "namespace"), namespace) if namespace else ()
    return tuple(kept), diagnostics


def _without_namespace(document: Document) -> Document:
    metadata = {key: value for key, value in document.data["metadata"].items() if key != "namespace"}
    return replace(document, data={**document.data, "metadata": metadata})


def _told(document: Document, there: Beside, path: FieldPath, namespace: str) -> list[Diagnostic]:
    """What is said of a plain document that is in a namespace, or is one."""
    rewrite = Rewrite(document, "Omnia", there)
    rewrite.namespace(path, namespace)
    return rewrite.diagnostics


def _consumed(layer: Layer, there: Beside) -> list[Document]:
    found = []
    for document in layer.specs:
        if is_omnia(document) and document.kind == "PromptPack":
            rewrite = Rewrite(document, "Omnia", there)
            name = rewrite.foreign("spec", "source", "configMapRef", "name")
            named = config_map(there, name, namespace_of(document)) if isinstance(name, str) else None
            found += [named] if named is not None else []
    return found


def _leftovers(document: Document, there: Beside) -> list[Diagnostic]:
    rewrite = Rewrite(document, "Omnia", there)
    if namespace_of(document) is not None:
        rewrite.namespace(("metadata", "namespace"), str(namespace_of(document)))
    for field in ("data", "binaryData"):
        entries = document.data.get(field)
        for key in sorted(entries if isinstance(entries, Mapping) else ()):
            if (field, key) != ("data", prompt_pack.KEY):
                rewrite.inert((field, key), f"a PromptPack reads {prompt_pack.KEY} alone")
    return rewrite.diagnostics


def _collisions(layer: Layer) -> list[Diagnostic]:
    """Documents of one name in several namespaces: they would become one."""
    first: dict[tuple[str, str], Document] = {}
    found = []
    for document in layer.specs:
        if not is_omnia(document) or document.kind == "PromptPack":
            continue
        other = first.setdefault((document.kind, document.name), document)
        one, two = namespace_of(other), namespace_of(document)
        if other is not document and one != two:
            found.append(
                Diagnostic(
                    code="R0709",
                    severity=Severity.ERROR,
                    message=f"{document.kind} {document.name} is in two namespaces that become one",
                    span=document.span_of(("metadata", "name")),
                    field="metadata.name",
                    label=f"{two or 'no namespace'} here, {one or 'none'} at {other.span_of(('metadata', 'name'))}",
                    help="rename one of them and what refers to it, or give each namespace an environment",
                )
            )
    return found
