"""Target: the one door to the place where a bundle is applied; Kubernetes and a directory look the same through it.

A target only carries out single requests. What to ask for, in which order, and what the answers mean is decided by
the verbs (look, plan, apply, settle, prune, publish), which serve every target alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from compiler.kube_object import ObjectKey
from reconciler.answer import ApplyAnswer, DeleteAnswer, Live
from reconciler.deciding.claim import Claim
from reconciler.inventory import Inventory
from reconciler.reach import Reach
from reconciler.unit import Unit


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """An object by its identity and the API version to speak about it in."""

    key: ObjectKey
    """Which object."""
    api_version: str
    """`apps/v1`, `v1`, …"""


@dataclass(frozen=True, slots=True)
class Found:
    """A read that succeeded: the object as it is."""

    live: Live
    """A Secret's values are already gone."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A read that succeeded: there is no such object."""


@dataclass(frozen=True, slots=True)
class NoSuchKind:
    """The target has no such kind, or not in this version."""

    sentence: str
    """`the cluster has no kind ScaledObject in keda.sh/v1alpha1`."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A read that failed."""

    error: str
    """Why, with the missing permission named."""


Reading = Found | Missing | NoSuchKind | Unread


class Lease(Protocol):
    """The right to write to one environment: known to be free, and taken before the first write."""

    def take(self) -> None:
        """Hold it from now on; again does nothing. Raises LeaseHeld if somebody else has been faster."""
        ...

    def lost(self) -> bool:
        """True once the right could not be renewed in time: nothing more may be written."""
        ...


class Target(Protocol):
    """Where a bundle is applied. Methods may be called from several threads at once.

    Every method raises Unreachable if the target does not answer within the bound of its own retries.
    """

    @property
    def title(self) -> str:
        """What to call it in headings: `kubernetes prod-eu (1.36)`, `directory .roster/dev`."""
        ...

    @property
    def reach(self) -> Reach:
        """What this reconciler may write here."""
        ...

    @property
    def runs_workloads(self) -> bool:
        """False if nothing runs here (a directory): what is applied is Healthy, with the reason Written."""
        ...

    def identity(self) -> str:
        """Which target this is, whatever it is called: the UID of kube-system, or a name kept in the directory."""
        ...

    def lease(self, unit: Unit, holder: str) -> AbstractContextManager[Lease]:
        """The right to write, renewed in the background once taken. Raises LeaseHeld, saying who has it since when."""
        ...

    def load_inventory(self, unit: Unit) -> Inventory:
        """What is stored for the unit, else an empty one with this identity. Raises ForeignInventory if unreadable."""
        ...

    def store_inventory(self, inventory: Inventory) -> Inventory:
        """The inventory stored, with its new token. Raises StaleInventory if another was stored meanwhile."""
        ...

    def read(self, unit: Unit, wanted: Sequence[Named]) -> Mapping[ObjectKey, Reading]:
        """Each wanted object as it is, ours or not; the number of requests does not grow with the objects."""
        ...

    def claims(self, namespaces: Sequence[str]) -> tuple[Claim, ...]:
        """The live autoscalers in these namespaces, whoever made them; none where autoscalers are unknown."""
        ...

    def references(self, namespaces: Sequence[str]) -> Mapping[ObjectKey, frozenset[ObjectKey]]:
        """ConfigMap -> workloads whose live ReplicaSets or Pods refer to it."""
        ...

    def apply(self, body: bytes, *, force: bool = False, dry_run: bool = False) -> ApplyAnswer:
        """Server-side apply of canonical JSON as the manager `roster`; a resourceVersion in it is a precondition."""
        ...

    def can_create(self, body: bytes) -> bool:
        """True if a dry run would create this object under another name: the proof that a recreate needs."""
        ...

    def delete(self, wanted: Named, uid: str, resource_version: str) -> DeleteAnswer:
        """Delete one object if it still has this UID and, unless empty, resourceVersion; Deleted if it is gone."""
        ...

    def scenes(self, unit: Unit, wanted: Sequence[Named]) -> Iterator[Mapping[ObjectKey, Live]]:
        """Those of the objects that exist: at once, after each change, and every second; closed by the caller."""
        ...

    def pods(self, workload: Live) -> tuple[Live, ...]:
        """The live pods that a workload's selector matches."""
        ...

    def read_records(self, unit: Unit, kinds: Sequence[Named]) -> Mapping[ObjectKey, Live]:
        """The unit's records of these kinds (their keys' names and namespaces do not matter), with status."""
        ...

    def write_record(self, body: bytes) -> Live:
        """Apply one record, its status left alone. Raises Denied or TargetError with a sentence if it cannot be."""
        ...

    def write_status(self, record: Live, status: Mapping[str, object]) -> Live:
        """Put the status of a record that exists. Raises Denied or TargetError with a sentence if it cannot be."""
        ...

    def delete_record(self, record: Live) -> None:
        """Remove one record; nothing else goes with it."""
        ...
