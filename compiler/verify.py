"""Verify: lowered objects -> what the API server or a controller would not accept, told at the spec's line."""

from collections.abc import Iterator, Mapping

from compiler.diagnostic import Diagnostic, Severity
from compiler.exported import Exported
from compiler.fault import Fault
from compiler.layering.layered import Layered
from compiler.lowered import Lowered, Product
from compiler.memo import Memo
from compiler.object_index import index_of, workload_of
from compiler.object_schemas.cluster_schemas import ClusterSchemas
from compiler.object_schemas.kubernetes_schemas import LATEST, versions
from compiler.output_checks import CROSS_CHECKS, OBJECT_CHECKS, WORKLOAD_CHECKS
from compiler.output_checks.schemas import check_schema
from compiler.spec_key import SpecKey
from compiler.tell import tell


def verify(
    products: tuple[Product, ...],
    exported: Exported,
    documents: Mapping[SpecKey, Layered],
    known: ClusterSchemas,
    kubernetes: tuple[str, ...],
    memo: Memo,
) -> tuple[Diagnostic, ...]:
    """The findings on all objects, in order of their place. What needs sound objects is judged only where all are.

    `kubernetes` are the versions to judge by, known ones, instead of the environment's own.
    """
    target = exported.environment.spec.target.kubernetes
    own = LATEST if target is None else str(target.version)
    if not kubernetes and own not in versions():
        return (_unknown_version(own, exported),)
    judged = kubernetes or (own,)
    faults: list[Fault] = []
    sound = True
    objects = tuple(lowered for product in products for lowered in product.objects)
    for lowered in objects:
        unfit, fits = check_schema(lowered, judged, known)
        faults += unfit
        sound = sound and fits
        if fits:
            faults += _alone(lowered)
    if sound:
        index = index_of(objects, frozenset(exported.environment.spec.capabilities))
        faults += (fault for check in CROSS_CHECKS for fault in check(index))
    told = {*(tell(fault, exported, documents) for fault in faults), *_other_version(own, exported, known)}
    return tuple(sorted(told, key=lambda item: (item.span is None, item.span, item.code, item.message)))


def _alone(lowered: Lowered) -> Iterator[Fault]:
    """What is wrong with one object that fits its schema."""
    for check in OBJECT_CHECKS:
        yield from check(lowered)
    workload = workload_of(lowered)
    if workload is not None:
        for judge in WORKLOAD_CHECKS:
            yield from judge(workload)


def _unknown_version(version: str, exported: Exported) -> Diagnostic:
    path = ("spec", "target", "kubernetes", "version")
    return Diagnostic(
        code="R0607",
        severity=Severity.ERROR,
        message=f"the schemas of Kubernetes {version} are not known",
        span=exported.environment.document.span_of(path),
        field=".".join(path),
        help=f"known versions: {versions()[0]} to {versions()[-1]}",
    )


def _other_version(version: str, exported: Exported, known: ClusterSchemas) -> Iterator[Diagnostic]:
    """R0652: a cluster that had another version, when its definitions were pulled, than the environment says."""
    path = ("spec", "target", "kubernetes", "version")
    if known.version and exported.environment.spec.target.kubernetes is not None and known.version != version:
        yield Diagnostic(
            code="R0652",
            severity=Severity.WARNING,
            message=f"{known.cluster} had Kubernetes {known.version} when its definitions were pulled, not {version}",
            span=exported.environment.document.span_of(path),
            field=".".join(path),
            help=f'write version: "{known.version}", or pull again: roster schema pull {exported.environment.name}',
        )
