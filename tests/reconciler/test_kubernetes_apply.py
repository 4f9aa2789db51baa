"""A bundle is applied to a real cluster: created, updated, left alone, pruned; nothing is done twice."""

from collections.abc import Iterator

import pytest

from reconciler.outcome import Happened
from reconciler.unit import Unit
from tests.controlplane.cluster import Cluster
from tests.reconciler.bundles import autoscaler, bundle, config_map, deployment, service
from tests.reconciler.cluster_target import Fleet, install_definitions


@pytest.fixture
def fleet(cluster: Cluster, namespace: str) -> Iterator[Fleet]:
    it = Fleet(cluster, Unit("acme", namespace[-20:]))
    install_definitions(it)
    yield it


def happened(report) -> dict[str, Happened]:
    return {str(outcome.key): outcome.happened for outcome in report.outcomes}


def test_a_first_sync_creates_everything_and_a_second_one_writes_nothing(fleet, namespace):
    wanted = bundle(
        config_map("settings", namespace),
        deployment(namespace=namespace, config="settings"),
        service(namespace=namespace),
        autoscaler(namespace=namespace),
        unit=fleet.unit,
    )
    first = fleet.sync(wanted, revision="a" * 40)
    assert set(happened(first).values()) == {Happened.CREATED}, first.outcomes
    assert first.converged
    assert first.healths[wanted.objects[0].key].state, first.healths

    second = fleet.sync(wanted, revision="a" * 40)
    assert set(happened(second).values()) == {Happened.UNCHANGED}
    assert fleet.client.writes == []
    assert fleet.client.rehearsals == []
    assert second.plan.empty
