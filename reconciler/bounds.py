"""Bounds: what a plan may do beyond what is always right, given by whoever runs the reconciler."""

from dataclasses import dataclass, field

from compiler.kube_object import ObjectKey
from reconciler.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What was allowed for one pass."""

    reach: Reach = field(default_factory=Reach)
    """Namespaces and cluster-scoped kinds that may be written."""
    allow_empty: bool = False
    """True if a bundle without objects may prune everything."""
    adopt: frozenset[ObjectKey] = frozenset()
    """Objects that become ours if they are a stranger's."""
