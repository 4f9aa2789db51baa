"""Verify: lowered objects -> what the API server or a controller would not accept, told at the spec's line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.exported import Exported
from compiler.fault import Fault
from compiler.gathered import Gathered, gathered
from compiler.layering.layered import Layered
from compiler.lowered import Product
from compiler.memo import Memo
from compiler.object_index import Asked, ObjectIndex, findable
from compiler.object_names import Names
from compiler.object_schemas.cluster_schemas import ClusterSchemas
from compiler.object_schemas.kubernetes_schemas import LATEST, versions
from compiler.output_checks import ALONE, AMONG
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
    """The findings on all objects, in their order. What needs sound objects is judged only where all are.

    `kubernetes` are the versions to judge by, known ones, instead of the environment's own.
    """
    target = exported.environment.spec.target.kubernetes
    own = LATEST if target is None else str(target.version)
    if not kubernetes and own not in versions():
        return (_unknown_version(own, exported),)
    judged = kubernetes or (own,)
    alone = memo.each(_alone, products, judged, known)
    faults = [fault for found, _ in alone for fault in found]
    if all(sound for _, sound in alone):
        faults += memo.amended(_among, products, exported.environment).faults
    told = [tell(fault, exported, documents, memo) for fault in faults]
    return (*told, *_other_version(own, exported, known))


def _alone(product: Product, judged: tuple[str, ...], known: ClusterSchemas) -> tuple[tuple[Fault, ...], bool]:
    """What is wrong with the objects of a product, each by itself, and whether they are sound."""
    faults: list[Fault] = []
    sound = True
    for lowered in product.objects:
        unfit, fits = check_schema(lowered, judged, known)
        faults += unfit
        sound = sound and fits
        if fits:
            faults += ALONE.faults(lowered)
    return tuple(faults), sound


@dataclass(frozen=True, slots=True, eq=False)
class _Among:
    """What is wrong with the objects of an environment among each other."""

    environment: Declaration[Any]
    objects: Gathered[Product]
    verdicts: Mapping[Product, tuple[tuple[Fault, ...], Asked]]
    """Product -> what is wrong with it, and what was asked to find that out."""

    @property
    def faults(self) -> list[Fault]:
        return [fault for found, _ in self.verdicts.values() for fault in found]


def _among(before: _Among | None, products: tuple[Product, ...], environment: Declaration[Any]) -> _Among:
    """The same as of the round before, but of what came, and of what asked for what came or went."""
    if before is not None and before.environment is not environment:
        before = None
    objects = gathered(None if before is None else before.objects, products, findable)
    names = Names(objects)
    known = {} if before is None else before.verdicts
    verdicts: dict[Product, tuple[tuple[Fault, ...], Asked]] = {}
    for product in products:
        verdict = known.get(product)
        if verdict is None or verdict[1].is_touched(objects, names):
            index = ObjectIndex(objects, names, frozenset(environment.spec.capabilities))
            faults = tuple([fault for lowered in product.objects for fault in AMONG.faults(lowered, index)])
            verdict = faults, index.asked
        verdicts[product] = verdict
    return _Among(environment, objects, verdicts)


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
