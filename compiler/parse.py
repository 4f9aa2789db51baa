"""Parse: a merged document -> a typed declaration, or every reason why it is not one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.kind import Kind
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.memo import Memo
from compiler.mending.edit import reworded
from compiler.metadata import Metadata
from compiler.misfits.model_faults import fault, fitted, lacking
from compiler.naming import API_VERSION
from compiler.suggestion import did_you_mean

_ROOT = frozenset(("apiVersion", "kind", "metadata", "spec"))


def parse(documents: Sequence[Layered], memo: Memo) -> tuple[tuple[Declaration[Any], ...], tuple[Diagnostic, ...]]:
    """The declarations that are well formed, in the order given, and what is wrong with the others."""
    parsed = memo.each(_parsed, documents)
    return (
        tuple([declaration for declaration, _ in parsed if declaration is not None]),
        tuple(finding for _, found in parsed for finding in found),
    )


def _parsed(document: Layered) -> tuple[Declaration[Any] | None, tuple[Diagnostic, ...]]:
    """One declaration; None if anything is wrong with it."""
    found = _envelope(document)
    kind = KINDS.get(document.key.kind)
    if kind is None:
        return None, tuple(found)
    spec, data, faults = _validated(kind, document)
    found += faults
    if spec is None or found:
        return None, tuple(found)
    metadata = document.data["metadata"]
    labels, annotations = metadata.get("labels", {}), metadata.get("annotations", {})
    whole = {"metadata": metadata, "spec": data}
    return Declaration(document.key, spec, whole, labels, annotations, document, {}), ()


def _envelope(document: Layered) -> list[Diagnostic]:
    """What is wrong outside `spec`."""
    found = []
    if document.key.kind not in KINDS:
        later = "it comes in a later version" if document.key.kind in _LATER_KINDS else ""
        found.append(
            fault(
                document,
                "R0202",
                f"{document.key.kind} is not a kind of roster.dev",
                ("kind",),
                did_you_mean(document.key.kind, KINDS) or later or f"kinds: {', '.join(KINDS)}",
                known=() if later else KINDS,
            )
        )
    if document.data["apiVersion"] != API_VERSION:
        version = str(document.data["apiVersion"])
        message = f"{version} is not an API version of Roster"
        wrong = fault(document, "R0202", message, ("apiVersion",), f"write {API_VERSION}")
        found.append(replace(wrong, fix=reworded(document.span_of(("apiVersion",)), version, API_VERSION)))
    for key in sorted(document.data.keys() - _ROOT):
        help = did_you_mean(key, _ROOT) or "move it into spec, or remove it"
        found.append(
            fault(
                document,
                "R0301",
                f"{key} is not a field of a document",
                (key,),
                help,
                key=True,
                known=_ROOT - document.data.keys(),
            )
        )
    _, faults = fitted(document, Metadata, document.data["metadata"], ("metadata",))
    return [*found, *faults]


_LATER_KINDS = frozenset(
    (
        "Team",
        "MCPServer",
        "SkillPack",
        "Model",
        "Memory",
        "RAGPipeline",
        "Channel",
        "Integration",
        "Ensemble",
        "Schedule",
        "RolloutAnalysis",
        "Policy",
    )
)


def _validated(kind: Kind, document: Layered) -> tuple[Any, Mapping[str, Any], tuple[Diagnostic, ...]]:
    raw = document.data.get("spec")
    if raw is None:
        name = f"{document.key.kind} {document.key.name}"
        place = ("spec",) if "spec" in document.data else ()
        return (
            None,
            {},
            (lacking(document, ("spec",), fault(document, "R0303", f"{name} has no spec", place, "add spec:")),),
        )
    spec, faults = fitted(document, kind.spec, raw, ("spec",))
    data: Mapping[str, Any] = spec.model_dump(by_alias=True, exclude_none=True) if spec is not None else {}
    return spec, data, faults
