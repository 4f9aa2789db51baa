"""What scenarios share: a cluster on which Roster is installed, and a repository that points at it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.controlplane.cluster import Cluster
from tests.scenarios.bad_input import FILES
from tests.scenarios.repository import Repository, make


@pytest.fixture(scope="session")
def installed(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The cluster after `roster install`."""
    folder = tmp_path_factory.mktemp("install")
    make(folder, {"KUBECONFIG": str(cluster.kubeconfig)}).roster("install", "--context", cluster.context)
    return cluster


@pytest.fixture
def repository(installed: Cluster, tmp_path: Path) -> Repository:
    """An empty repository whose commands reach the cluster."""
    return make(tmp_path / "fleet", {"KUBECONFIG": str(installed.kubeconfig)})


@pytest.fixture
def secret(installed: Cluster, namespace: str) -> Callable[..., None]:
    """Makes a Secret in the test's namespace."""

    def make_secret(name: str, **data: str) -> None:
        body = {"metadata": {"name": name}, "stringData": data}
        installed.request("POST", f"/api/v1/namespaces/{namespace}/secrets", body).checked()

    return make_secret


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository whose environment was synced to a directory, once a run."""
    repository = make(tmp_path_factory.mktemp("synced") / "fleet", {})
    repository.commit(FILES)
    repository.roster("sync", "prod")
    return repository


@pytest.fixture
def local(synced: Repository, tmp_path: Path) -> Repository:
    """The test's own copy of it, its directory included."""
    shutil.copytree(synced.path, tmp_path / "fleet", symlinks=True)
    return Repository(tmp_path / "fleet", {})
