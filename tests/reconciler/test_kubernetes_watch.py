"""Scenes by watch, and a cluster that is away: what is seen at once, and what is never concluded from silence."""

import socket
import threading
import time

import pytest

from compiler.errors import UsageError
from compiler.kube_object import ObjectKey
from reconciler.errors import Unreachable
from reconciler.target import Named
from reconciler.targets.kubernetes import KubernetesTarget, kubernetes_target
from reconciler.targets.kubernetes_client import client_for_context
from tests.reconciler.bundles import bundle, config_map, deployment
from tests.reconciler.cluster_target import Fleet


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
