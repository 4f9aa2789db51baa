"""A fleet of one environment on the test's control plane."""

import pytest

from reconciler.unit import Unit
from tests.controlplane.cluster import Cluster
from tests.reconciler.cluster_target import Fleet, install_definitions


@pytest.fixture(scope="session")
def installed(cluster: Cluster) -> None:
    """The definitions of records and the namespace roster-system, once a run."""
    install_definitions(Fleet(cluster, Unit("acme", "test")))


@pytest.fixture
def fleet(cluster: Cluster, namespace: str, installed: None) -> Fleet:
    """An environment of its own for one test, to be synced to the namespace of the test."""
    return Fleet(cluster, Unit("acme", namespace[-20:].strip("-")))
