"""Seal: verified objects and records -> the Bundle: canonical, sorted, addressed by its digest."""

import hashlib
from collections.abc import Iterable
from operator import attrgetter

from compiler.bundle import Bundle
from compiler.exported import Exported
from compiler.kube_object import KubeObject, ObjectKey, canonical, key_of
from compiler.lowered import Product
from compiler.memo import Memo
from compiler.record import record
from compiler.source import SourceMap


def seal(products: Iterable[Product], exported: Exported, memo: Memo) -> Bundle:
    """The bundle of one environment; same input, same bytes, whatever the order of the products."""
    environment = exported.environment
    source_maps: dict[ObjectKey, SourceMap] = {}
    sealed: list[KubeObject] = []
    for lowered in (item for product in products for item in product.objects):
        key = key_of(lowered.data)
        source_maps[key] = lowered.sources
        sealed.append(KubeObject(key, lowered.data["apiVersion"], canonical(lowered.data), lowered.spec))
    sealed.sort(key=_key)
    records = sorted((memo.of(record, item, environment) for item in exported.declarations.values()), key=_key)
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
            for declaration in exported.declarations.values()
        },
    )


_key = attrgetter("key")


def _digest(objects: Iterable[KubeObject]) -> str:
    digest = hashlib.sha256()
    for item in objects:
        digest.update(item.body)
        digest.update(b"\n")
    return digest.hexdigest()
