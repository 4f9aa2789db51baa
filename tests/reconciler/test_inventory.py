"""The inventory: what is stored is what comes back, whoever else's is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.kube_object import ObjectKey
from compiler.spec_key import SpecKey
from reconciler.errors import ForeignInventory
from reconciler.inventory import Inventory, Owned, checked, loaded, stored, widened, with_objects
from reconciler.unit import Unit

UNIT = Unit("acme", "prod")
EMPTY = Inventory(unit=UNIT, identity="cluster-1")


def some(count: int) -> list[Owned]:
    """Entries that compress as badly as real ones do."""
    return [
        Owned(
            key=ObjectKey("", "ConfigMap", "agents", f"pack-{number * 2654435761 % 2**32:08x}"),
            api_version="v1",
            spec=SpecKey("PromptPack", "pack", "1.0.0"),
            uid=f"{number * 40503 % 65536:04x}",
            family="pack",
        )
        for number in range(count)
    ]


@given(st.integers(0, 60), st.integers(50, 5000))
def test_what_is_stored_comes_back_whatever_the_size_of_a_shard(count, size):
    inventory = with_objects(EMPTY, some(count))
    shards = stored(inventory, size)
    assert all(len(shard) <= size for shard in shards)
    assert loaded(shards) == inventory


def test_the_stored_form_depends_on_nothing_but_the_content():
    assert stored(with_objects(EMPTY, some(9))) == stored(with_objects(EMPTY, reversed(some(9))))


def test_widening_adds_what_is_coming_and_keeps_what_is_known_of_the_rest():
    known = with_objects(EMPTY, some(3))
    coming = [replace(owned, uid="") for owned in some(4)[2:]]
    assert widened(known, coming) == with_objects(EMPTY, [*some(2), *coming])


@pytest.mark.parametrize(
    ("shards", "message"),
    [((), "cannot be read"), (("nonsense",), "cannot be read"), (("H4sI",), "cannot be read")],
)
def test_what_is_no_inventory_is_refused(shards, message):
    with pytest.raises(ForeignInventory, match=message):
        loaded(shards)


def test_a_newer_version_is_refused():
    import base64
    import gzip

    text = base64.b64encode(gzip.compress(b'{"version":2}')).decode()
    with pytest.raises(ForeignInventory, match="has version 2"):
        loaded((text,))


def test_another_units_inventory_is_refused():
    with pytest.raises(ForeignInventory, match="belongs to umbrella/prod"):
        checked(replace(EMPTY, unit=Unit("umbrella", "prod")), UNIT, "cluster-1")


def test_another_clusters_inventory_is_refused():
    with pytest.raises(ForeignInventory, match="written for target cluster-1, this is cluster-2"):
        checked(EMPTY, UNIT, "cluster-2")
