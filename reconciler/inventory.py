"""Inventory: the objects Roster owns on a target, and the form in which it is stored there."""

import base64
import gzip
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.errors import ForeignInventory
from reconciler.unit import Unit

VERSION = 1
SHARD_BYTES = 700_000
"""A ConfigMap may hold 1 MiB; this leaves room for its metadata and for what others add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """One object that is ours, or is about to be."""

    key: ObjectKey
    """Which object."""
    api_version: str
    """The API version it was last applied with."""
    spec: SpecKey
    """The spec it serves, or served."""
    uid: str = ""
    """Its UID as last seen; empty if it was never seen to exist."""
    family: str = ""
    """The family of an immutable ConfigMap, empty for everything else."""
    desired: str = ""
    """SHA-256 of the body last applied; empty if none is known to be."""
    fingerprint: str = ""
    """SHA-256 of the declared part of the live object after that; see `reconciler.declared`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that is ours on one target."""

    unit: Unit
    """The fleet and environment it belongs to."""
    identity: str
    """The target's identity: for a cluster the UID of its namespace kube-system."""
    objects: tuple[Owned, ...] = ()
    """Sorted by key, each key once."""
    token: str = ""
    """Which stored version this was loaded from, in the target's own words; empty if none was stored."""

    def by_key(self) -> dict[ObjectKey, Owned]:
        """Every entry by its key."""
        return {owned.key: owned for owned in self.objects}


def with_objects(inventory: Inventory, objects: Iterable[Owned]) -> Inventory:
    """The same inventory holding exactly these objects, a later entry for a key replacing an earlier one."""
    by_key = {owned.key: owned for owned in objects}
    return replace(inventory, objects=tuple(by_key[key] for key in sorted(by_key)))


def widened(inventory: Inventory, coming: Iterable[Owned]) -> Inventory:
    """Old and new: what is there keeps its entry unless it is among what is coming."""
    return with_objects(inventory, (*inventory.objects, *coming))


def checked(inventory: Inventory, unit: Unit, identity: str) -> Inventory:
    """The inventory itself. Raises ForeignInventory if it belongs to another fleet, environment or target."""
    if inventory.unit != unit:
        raise ForeignInventory(
            f"the inventory stored for {unit} belongs to {inventory.unit}",
            "two fleets share one target under one name; rename one of them",
        )
    if inventory.identity != identity:
        raise ForeignInventory(
            f"the inventory stored for {unit} was written for target {inventory.identity}, this is {identity}",
            "a copied inventory proves nothing about the objects here; delete it here if you mean this target",
        )
    return inventory


def stored(inventory: Inventory, shard_bytes: int = SHARD_BYTES) -> tuple[str, ...]:
    """The inventory as text in shards of at most `shard_bytes` bytes, at least one; the same for the same objects."""
    document = {
        "version": VERSION,
        "fleet": inventory.unit.fleet,
        "environment": inventory.unit.environment,
        "identity": inventory.identity,
        "objects": [_row(owned) for owned in inventory.objects],
    }
    packed = gzip.compress(orjson.dumps(document), mtime=0)
    text = base64.b64encode(packed).decode()
    return tuple(text[start : start + shard_bytes] for start in range(0, len(text), shard_bytes))


def loaded(shards: Sequence[str], token: str = "") -> Inventory:
    """The inventory from its stored shards. Raises ForeignInventory if this version cannot read them."""
    try:
        document = orjson.loads(gzip.decompress(base64.b64decode("".join(shards), validate=True)))
        version = document["version"]
        if version != VERSION:
            raise ForeignInventory(
                f"the stored inventory has version {version}, this Roster reads version {VERSION}", "use a newer Roster"
            )
        unit = Unit(document["fleet"], document["environment"])
        objects = tuple(_owned(row) for row in document["objects"])
        return Inventory(unit=unit, identity=document["identity"], objects=objects, token=token)
    except (ValueError, KeyError, TypeError, EOFError, OSError, zlib.error) as error:
        message = f"the stored inventory cannot be read: {error}"
        raise ForeignInventory(message, "it was damaged, or written by something else") from error


def _row(owned: Owned) -> list[str]:
    key, spec = owned.key, owned.spec
    return [
        *(key.group, key.kind, key.namespace, key.name, owned.api_version),
        *(spec.kind, spec.name, spec.version, owned.uid, owned.family, owned.desired, owned.fingerprint),
    ]


def _owned(row: list[Any]) -> Owned:
    group, kind, namespace, name, api_version, spec_kind, spec_name, spec_version, uid, family, desired, seen = row
    return Owned(
        key=ObjectKey(group, kind, namespace, name),
        api_version=api_version,
        spec=SpecKey(spec_kind, spec_name, spec_version),
        uid=uid,
        family=family,
        desired=desired,
        fingerprint=seen,
    )
