"""Plain: the Kubernetes documents of an environment's `objects/` -> objects that are labelled and owned like ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import mapping
from compiler.kube_object import CLUSTER_SCOPED
from compiler.layering.layered import Layered
from compiler.lowered import Lowered, Product
from compiler.memo import Memo
from compiler.naming import ownership
from compiler.source import Cause, Source
from compiler.spec_key import SpecKey


def plain(
    documents: Iterable[Layered], environment: Declaration[Any], memo: Memo
) -> tuple[tuple[Product, ...], tuple[Diagnostic, ...]]:
    """What to pass through, and what is wrong with the others. A Secret is never passed through."""
    passed = [memo.of(_passed, document, environment) for document in documents]
    return tuple(product for product, _ in passed), tuple(fault for _, faults in passed for fault in faults)


def _passed(document: Layered, environment: Declaration[Any]) -> tuple[Product, tuple[Diagnostic, ...]]:
    faults = tuple(_faults(document, environment))
    return Product(() if faults else (_owned(document, environment),)), faults


def _faults(document: Layered, environment: Declaration[Any]) -> Iterable[Diagnostic]:
    kind, name = document.data["kind"], document.key.name
    namespace, labels = (document.data["metadata"].get(key) for key in ("namespace", "labels"))
    if kind == "Secret":
        keys = sorted({*mapping(document.data, "data"), *mapping(document.data, "stringData")})
        yield Diagnostic(
            code="R0501",
            severity=Severity.WARNING,
            message=f"Secret {name} is left out",
            field="kind",
            span=document.span_of(("kind",)),
            label=f"its keys: {', '.join(keys) or 'none'}",
            help="Roster never reads, stores or applies a Secret; make it by other means, such as External Secrets",
        )
    elif namespace is not None and kind not in CLUSTER_SCOPED and namespace != environment.spec.namespace:
        yield Diagnostic(
            code="R0502",
            severity=Severity.ERROR,
            message=f"{kind} {name} is in another namespace",
            span=document.span_of(("metadata", "namespace")),
            field="metadata.namespace",
            label=f"environment {environment.name} has the namespace {environment.spec.namespace}",
            help="remove the namespace, or declare the object in the environment it belongs to",
        )
    if kind != "Secret" and not isinstance(labels, Mapping | None):
        yield Diagnostic(
            code="R0602",
            severity=Severity.ERROR,
            message=f"{kind} {name}: metadata.labels must be a map",
            span=document.span_of(("metadata", "labels"), key=True),
            field="metadata.labels",
            help="write names and values, `labels: {team: care}`, or remove the field",
        )


def _owned(document: Layered, environment: Declaration[Any]) -> Lowered:
    data = {key: value for key, value in document.data.items() if key != "status"}
    spec = SpecKey(data["kind"], document.key.name)
    metadata = dict(data["metadata"])
    ours = ownership(environment.spec.fleet, environment.name, spec)
    metadata["labels"] = {
        **ours,
        **mapping(metadata, "labels"),
        **{k: v for k, v in ours.items() if "roster" in k or "roster" in v},
    }
    if data["kind"] not in CLUSTER_SCOPED:
        metadata["namespace"] = environment.spec.namespace
    data["metadata"] = metadata
    return Lowered(data, spec, {(): Cause("", 0, (Source(document.key, ()),), exact=True)}, "", own=True)
