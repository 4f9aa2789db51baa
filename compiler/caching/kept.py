"""Kept: a compiled environment -> the bytes that stand for it, and back; what is seldom asked for is compiled anew.

Left out are the source maps and the documents with their places: both are a copy of what the tree says, and larger than
all the rest. Who asks for one of them pays for one compile.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic
from compiler.kube_object import KubeObject, ObjectKey
from compiler.source import SourceMap
from compiler.spec_key import SpecKey

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True, slots=True)
class KeptBundle:
    """A bundle without its source maps."""

    fleet: str
    """The fleet's name."""
    environment: str
    """The environment's name."""
    namespace: str
    """The namespace of every namespaced object."""
    objects: tuple[KubeObject, ...]
    """What is applied, sorted by key."""
    records: tuple[KubeObject, ...]
    """One object a spec, sorted by key."""
    digest: str
    """SHA-256 over objects and records, as hexadecimal."""
    references: tuple[tuple[SpecKey, tuple[SpecKey, ...]], ...]
    """Each spec, and the specs it refers to."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a compiled environment is kept."""

    name: str
    """The environment's name."""
    diagnostics: tuple[Diagnostic, ...]
    """Errors and warnings, by place."""
    bundle: KeptBundle | None
    """None if there is any error."""
    environment: Mapping[str, Any]
    """The environment's own spec."""


def pack(compiled: Compiled) -> bytes:
    """The bytes that stand for a compiled environment."""
    bundle = None if compiled.bundle is None else _kept(compiled.bundle)
    return _adapter().dump_json(Kept(compiled.name, compiled.diagnostics, bundle, compiled.environment))


def unpack(text: bytes, fresh: Callable[[], Compiled]) -> Compiled:
    """The compiled environment; `fresh` compiles it anew for what was left out. Raises ValueError for other bytes."""
    kept = _adapter().validate_json(text)
    once = cache(fresh)
    return Compiled(
        name=kept.name,
        bundle=None if kept.bundle is None else _bundle(kept.bundle, once),
        diagnostics=kept.diagnostics,
        environment=kept.environment,
        documents=_Later(lambda: once().documents),
    )


def _kept(bundle: Bundle) -> KeptBundle:
    return KeptBundle(
        fleet=bundle.fleet,
        environment=bundle.environment,
        namespace=bundle.namespace,
        digest=bundle.digest,
        objects=bundle.objects,
        records=bundle.records,
        references=tuple(bundle.references.items()),
    )


def _bundle(kept: KeptBundle, fresh: Callable[[], Compiled]) -> Bundle:
    return Bundle(
        fleet=kept.fleet,
        environment=kept.environment,
        namespace=kept.namespace,
        digest=kept.digest,
        objects=kept.objects,
        records=kept.records,
        references=dict(kept.references),
        source_maps=_Later(lambda: _source_maps(fresh())),
    )


def _source_maps(compiled: Compiled) -> Mapping[ObjectKey, SourceMap]:
    assert compiled.bundle is not None
    return compiled.bundle.source_maps


@cache
def _adapter() -> TypeAdapter[Kept]:
    return TypeAdapter(Kept)


class _Later(Mapping[K, V_co], Generic[K, V_co]):
    """A map that is worked out when it is first looked into."""

    def __init__(self, make: Callable[[], Mapping[K, V_co]]) -> None:
        self._make = cache(make)

    def __getitem__(self, key: K) -> V_co:
        return self._make()[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled, it is worked out: what works it out does not travel."""
        return dict, (dict(self._make()),)
