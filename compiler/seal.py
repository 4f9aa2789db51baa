"""Seal: verified objects and records -> the Bundle: canonical, sorted, addressed by its digest."""

import hashlib
from collections.abc import Iterable

from compiler.bundle import Bundle
from compiler.kube_object import KubeObject, ObjectKey, canonical, key_of
from compiler.lowered import Lowered
from compiler.record import record
from compiler.scope import Scope
from compiler.source import SourceMap


def seal(objects: Iterable[Lowered], scope: Scope) -> Bundle:
    """The bundle of one environment; same input, same bytes, whatever the order of the objects."""
    environment = scope.environment
    source_maps: dict[ObjectKey, SourceMap] = {}
    sealed: list[KubeObject] = []
    for lowered in objects:
        key = key_of(lowered.data)
        source_maps[key] = lowered.sources
        sealed.append(KubeObject(key, lowered.data["apiVersion"], canonical(lowered.data), lowered.spec))
    sealed.sort(key=_rank)
    records = sorted((record(item, environment) for item in scope.declarations.values()), key=_rank)
    return Bundle(
        fleet=environment.spec.fleet,
        environment=environment.name,
        namespace=environment.spec.namespace,
        objects=tuple(sealed),
        records=tuple(records),
        digest=_digest([*sealed, *records]),
        source_maps=source_maps,
        references={
            declaration.key: tuple(sorted(set(declaration.references.values())))
            for declaration in scope.declarations.values()
        },
    )


def _rank(item: KubeObject) -> tuple[str, str, str, str]:
    """The order of keys as a plain tuple, which a sort compares ten times as fast."""
    key = item.key
    return key.group, key.kind, key.namespace, key.name


def _digest(objects: Iterable[KubeObject]) -> str:
    digest = hashlib.sha256()
    for item in objects:
        digest.update(item.body)
        digest.update(b"\n")
    return digest.hexdigest()
