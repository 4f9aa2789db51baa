"""Scenes by watch, and a cluster that is away: what is seen at once, and what is never concluded from silence."""

import json
import socket
import threading
import time
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from compiler.errors import UsageError
from compiler.kube_object import ObjectKey
from reconciler.errors import Unreachable
from reconciler.picture import Picture
from reconciler.target import Named
from reconciler.targets import kubernetes_reading
from reconciler.targets.kubernetes import KubernetesTarget, kubernetes_target
from reconciler.targets.kubernetes_client import client_for_context
from tests.controlplane.cluster import Cluster
from tests.reconciler.bundles import bundle, config_map, deployment
from tests.reconciler.cluster_target import Fleet, counting
from tests.scenarios.proxy import Proxy


def next_where(scenes, holds, seconds=10.0):
    end = time.monotonic() + seconds
    for scene in scenes:
        if holds(scene):
            return scene
        assert time.monotonic() < end, scene
    raise AssertionError("the scenes ended")


def test_each_change_is_a_new_scene_within_a_moment(fleet, cluster, namespace):
    wanted = bundle(config_map("a", namespace), config_map("b", namespace), unit=fleet.unit)
    fleet.sync(wanted)
    named = [Named(item.key, item.api_version) for item in wanted.objects]
    scenes = fleet.target.scenes(fleet.unit, named)
    assert {key.name for key in next(scenes)} == {"a", "b"}
    begun = time.monotonic()
    cluster.kubectl("patch", "configmap", "a", "-n", namespace, "-p", '{"data":{"key":"drift"}}')
    scene = next_where(scenes, lambda scene: scene[named[0].key]["data"]["key"] == "drift")
    assert scene[named[0].key]["kind"] == "ConfigMap"
    cluster.kubectl("delete", "configmap", "b", "-n", namespace)
    next_where(scenes, lambda scene: named[1].key not in scene)
    assert time.monotonic() - begun < 15
    scenes.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "watch"]


EXPIRED = {
    "kind": "Status",
    "apiVersion": "v1",
    "metadata": {},
    "status": "Failure",
    "message": "too old resource version: 12 (3456)",
    "reason": "Expired",
    "code": 410,
}
"""What the API server says of a moment that it has forgotten."""


class Forgetful(Proxy):
    """A server that has forgotten the moments that it is asked about, the first `times`."""

    def __init__(self, cluster: Cluster, asked: str, status: int, body: dict[str, Any], times: int) -> None:
        super().__init__(cluster, 0, after=False, kill=lambda: None)
        self.asked, self.said, self.left = asked, (status, json.dumps(body).encode() + b"\n"), times

    def instead(self, method: str, path: str) -> tuple[int, bytes] | None:
        with self._lock:
            if self.asked not in path or not self.left:
                return None
            self.left -= 1
        return self.said

    def fleet(self, fleet: Fleet, folder: Path) -> Fleet:
        """The same unit, seen through this proxy."""
        through = copy(fleet)
        through.client = counting(fleet.cluster.context, self.kubeconfig(fleet.cluster.kubeconfig, folder))
        through.target = KubernetesTarget(through.client)
        return through


@pytest.mark.parametrize(("status", "body"), [(410, EXPIRED), (200, {"type": "ERROR", "object": EXPIRED})])
def test_a_watch_that_is_out_of_date_begins_anew_and_only_what_changed_is_told(
    fleet, cluster, namespace, tmp_path, status, body
):
    wanted = bundle(*(config_map(name, namespace) for name in "abc"), unit=fleet.unit)
    fleet.sync(wanted)
    a, b, _ = named = [Named(item.key, item.api_version) for item in wanted.objects]
    picture = Picture(runs_workloads=True)
    with Forgetful(cluster, "watch=1", status, body, times=3) as server:
        scenes = server.fleet(fleet, tmp_path).target.scenes(fleet.unit, named)
        assert picture.changed(next(scenes)) == ()
        cluster.kubectl("patch", "configmap", "a", "-n", namespace, "-p", '{"data":{"key":"drift"}}')
        assert picture.changed(next_where(scenes, picture.changed)) == (a.key,)
        next_where(scenes, lambda _: server.left == 0)
        cluster.kubectl("delete", "configmap", "b", "-n", namespace)
        gone = next_where(scenes, lambda scene: b.key not in scene)
        assert picture.changed(gone) == (a.key, b.key)
        scenes.close()


def test_a_list_whose_pages_are_out_of_date_is_asked_for_anew_and_whole(
    fleet, cluster, namespace, tmp_path, monkeypatch
):
    monkeypatch.setattr(kubernetes_reading, "PAGE", "2")
    wanted = bundle(*(config_map(name, namespace) for name in "abcde"), unit=fleet.unit)
    fleet.sync(wanted)
    with Forgetful(cluster, "continue=", 410, EXPIRED, times=1) as server:
        through = server.fleet(fleet, tmp_path)
        report = through.plan(wanted)
        lists = [query for _, path, query in through.client.asked if path.endswith(f"{namespace}/configmaps")]
    assert (server.left, report.plan.empty, report.plan.unchanged) == (0, True, 5)
    assert [(query.get("limit"), "continue" in query) for query in lists] == [
        ("2", False),
        ("2", True),
        (None, False),
    ]


def test_waiting_ends_when_it_is_asked_to(fleet, namespace):
    begun = time.monotonic()
    wanted = bundle(deployment(namespace=namespace, image="roster.test/never-ready:1"), unit=fleet.unit)
    report = fleet.sync(wanted, settle_seconds=60, halted=lambda: time.monotonic() - begun > 2)
    assert report.halted
    assert time.monotonic() - begun < 8
    assert report.status.phase == "Pending"
    assert fleet.inventory() == {"Deployment/support"}


def test_a_cluster_that_does_not_answer_is_unreachable_after_the_patience(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(
        f"""{{apiVersion: v1, kind: Config, clusters: [{{name: a, cluster: {{server: "http://127.0.0.1:{port}"}}}}],
        users: [{{name: u, user: {{token: t}}}}], contexts: [{{name: away, context: {{cluster: a, user: u}}}}]}}"""
    )
    target = KubernetesTarget(client_for_context("away", str(kubeconfig), patience=0.5))
    begun = time.monotonic()
    with pytest.raises(Unreachable, match=r"away at http://127.0.0.1:\d+ is out of reach: Connection refused"):
        target.identity()
    assert time.monotonic() - begun < 5


def test_wrong_credentials_are_told(cluster, tmp_path):
    text = cluster.kubeconfig.read_text()
    wrong = tmp_path / "config"
    token = next(line for line in text.replace(",", "\n").splitlines() if "token" in line).split(":")[1].strip(' "}')
    wrong.write_text(text.replace(token, "nonsense"))
    target = kubernetes_target(cluster.context, str(wrong))
    with pytest.raises(Unreachable, match="does not accept our credentials"):
        target.identity()


def test_a_context_that_does_not_exist_is_a_usage_error(cluster):
    with pytest.raises(UsageError, match="no usable context nowhere"):
        kubernetes_target("nowhere", str(cluster.kubeconfig))


def test_the_values_of_a_secret_do_not_come_in(cluster, fleet: Fleet, namespace):
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"key": "hush-hush"}}
    cluster.request("POST", f"/api/v1/namespaces/{namespace}/secrets", secret).checked()
    key = ObjectKey("", "Secret", namespace, "s")
    reading = fleet.target.read(fleet.unit, [Named(key, "v1")])[key]
    assert reading.live["data"] == {"key": ""}
    assert "hush" not in str(reading)
