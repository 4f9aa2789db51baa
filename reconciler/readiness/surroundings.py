"""Surroundings: what else must be known of a target to say whether one object is ready."""

from dataclasses import dataclass

from compiler.kube_object import ObjectKey
from reconciler.answer import Live


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around one object."""

    pods: tuple[Live, ...] = ()
    """The pods of a workload that is not ready; empty where nobody asked for them."""
    autoscaler: ObjectKey | None = None
    """What owns the workload's replicas, None if Git does."""
