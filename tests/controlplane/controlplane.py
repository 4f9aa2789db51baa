"""Starts etcd, the API server, the controllers, the scheduler and kwok, and makes them a cluster."""

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import urllib3

from tests.controlplane import programs
from tests.controlplane.build import Built
from tests.controlplane.cluster import CONNECTIONS, POLL_SECONDS, Cluster
from tests.controlplane.credentials import write_kubeconfigs, write_signing_key, write_tokens
from tests.controlplane.definitions import read_definitions
from tests.controlplane.install import await_served, install
from tests.controlplane.processes import Processes, StartFailed, free_ports
from tests.controlplane.programs import Site
from tests.controlplane.stages import Stage, write_stages

NODE = "node-1"
READY_SECONDS = 90.0
ATTEMPTS = 4
PORT_TAKEN = "address already in use"


@dataclass
class ControlPlane:
    """A running control plane, whose API server can be stopped and started again."""

    cluster: Cluster
    processes: Processes = field(repr=False)
    site: Site = field(repr=False)

    def __enter__(self) -> Self:
        """Nothing more to do: it runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.close()

    def stop_api_server(self) -> None:
        """Kill the API server: from now on connections are refused."""
        self.processes.stop("kube-apiserver")

    def start_api_server(self) -> None:
        """Start the API server again, on the same port and data, and wait until it is ready."""
        self.processes.start("kube-apiserver", programs.api_server(self.site))
        _await(self.processes, lambda: _is_ready(self.cluster))
        await_served(self.cluster)

    def close(self) -> None:
        """End everything and remove its folder."""
        self.cluster.pool.clear()
        self.processes.close()


def start(built: Built, stages: Iterable[Stage] = ()) -> ControlPlane:
    """A control plane with the definitions installed; `stages` are further kwok stages."""
    stages = list(stages)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _start_once(built, stages)
        except StartFailed as failed:
            # Somebody else may have taken a port after it was found free.
            if PORT_TAKEN not in str(failed) or attempt == ATTEMPTS:
                raise
    raise AssertionError("the loop above returns or raises")


def _start_once(built: Built, stages: list[Stage]) -> ControlPlane:
    processes = Processes()
    try:
        site = Site(built, processes.folder, *free_ports(3))
        write_signing_key(site.signing_key)
        write_stages(built.kwok, site.stages, stages)
        tokens = write_tokens(site.tokens)
        cluster = _start_programs(processes, site, tokens)
        _furnish(cluster, read_definitions(built.definitions))
        processes.check()
    except BaseException:
        processes.close()
        raise
    return ControlPlane(cluster, processes, site)


def _start_programs(processes: Processes, site: Site, tokens: Mapping[str, str]) -> Cluster:
    processes.start("etcd", programs.etcd(site))
    processes.start("kube-apiserver", programs.api_server(site))
    _await(processes, site.certificate.exists)
    cluster = _connect(site, tokens)
    _await(processes, lambda: _is_ready(cluster))
    processes.start("kube-controller-manager", programs.controller_manager(site))
    processes.start("kube-scheduler", programs.scheduler(site))
    processes.start("kwok", programs.kwok(site))
    return cluster


def _connect(site: Site, tokens: Mapping[str, str]) -> Cluster:
    authority = base64.b64encode(site.certificate.read_bytes()).decode()
    write_kubeconfigs(
        site.folder,
        {"server": site.server, "certificate-authority-data": authority},
        {user: {"token": token} for user, token in tokens.items()},
    )
    return Cluster(
        server=site.server,
        folder=site.folder,
        kubectl_program=site.built.program("kubectl"),
        pool=urllib3.PoolManager(maxsize=CONNECTIONS, ca_certs=str(site.certificate)),
        headers={user: {"Authorization": f"Bearer {token}"} for user, token in tokens.items()},
        pods_are_fake=True,
    )


def _await(processes: Processes, holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + READY_SECONDS
    while not holds():
        processes.check()
        if time.monotonic() > ends:
            raise StartFailed(f"not ready after {READY_SECONDS} s:\n{processes.logs()}")
        time.sleep(POLL_SECONDS)


def _is_ready(cluster: Cluster) -> bool:
    try:
        return cluster.request("GET", "/readyz", timeout=5).ok
    except urllib3.exceptions.HTTPError:
        return False


def _furnish(cluster: Cluster, definitions: list[dict[str, Any]]) -> None:
    metadata = {"name": NODE, "annotations": {"kwok.x-k8s.io/node": "fake"}}
    cluster.request("POST", "/api/v1/nodes", {"metadata": metadata}).checked()
    install(cluster, definitions)
    cluster.until(f"/api/v1/nodes/{NODE}", _is_usable)
    cluster.until("/api/v1/namespaces/default/serviceaccounts/default", bool)


def _is_usable(node: Mapping[str, Any]) -> bool:
    ready = {"type": "Ready", "status": "True"}
    conditions = node.get("status", {}).get("conditions") or ()
    # The controllers take the taint of a new node away some time after it became ready.
    return any(ready.items() <= c.items() for c in conditions) and not node["spec"].get("taints")
