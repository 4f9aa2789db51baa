"""Bundle: the objects and records of one environment, ordered, content-addressed by its digest."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.kube_object import KubeObject, ObjectKey
from compiler.source import SourceMap
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What one environment should be: the compiler's whole output for it."""

    fleet: str
    """The fleet's name."""
    environment: str
    """The environment's name."""
    namespace: str
    """The namespace of every namespaced object."""
    objects: tuple[KubeObject, ...]
    """What is applied to the target, sorted by key."""
    records: tuple[KubeObject, ...]
    """One `roster.dev` object a spec, for people to look at; written by publish only, sorted by key."""
    digest: str
    """SHA-256 over the SHA-256 of each body in order, of objects and then of records, as hexadecimal: what did not
    change need not be read again to know it."""
    source_maps: Mapping[ObjectKey, SourceMap]
    """For each object, where its fields came from; not covered by the digest."""
    references: Mapping[SpecKey, tuple[SpecKey, ...]]
    """For each spec, the specs it refers to, sorted."""
