"""Fold: the documents of one spec, lowest first -> one layered document, and what its layers get wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from compiler.diagnostic import Diagnostic
from compiler.document import Document
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.layering.merge import Merged, has_directive, merge
from compiler.shapes import Pattern, marked
from compiler.spec import Keyed
from compiler.spec_key import SpecKey

Stack = tuple[SpecKey, tuple[Document, ...]]
"""A spec, and its documents, lowest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """One spec whose layers were merged."""

    layered: Layered
    """The merged document."""
    diagnostics: tuple[Diagnostic, ...]
    """What its layers may not do."""
    merges: tuple[tuple[Document, Merged], ...]
    """Each layer, and what became of it over those below it; none where there was nothing to merge."""


def fold(stack: Stack) -> Folded:
    """Lay the documents over each other."""
    key, documents = stack
    keyed = keyed_lists(key.kind)
    if len(documents) == 1 and not has_directive(documents[0].data):
        return Folded(Layered(key, documents[0].data, documents, keyed), (), ())
    layered = Layered(key, {}, (), keyed)
    merges: list[tuple[Document, Merged]] = []
    for document in documents:
        merged = merge(layered, document)
        merges.append((document, merged))
        layered = Layered(key, merged.data, (*layered.layers, document), keyed)
    return Folded(layered, tuple(finding for _, merged in merges for finding in merged.diagnostics), tuple(merges))


@cache
def keyed_lists(kind: str) -> Mapping[Pattern, str]:
    """The lists of a kind that merge by a key, from the document's root, and the key of their items."""
    if kind not in KINDS:
        return {}
    return {("spec", *pattern): mark.key for pattern, mark in marked(KINDS[kind].spec, Keyed)}
