"""The number of replicas is handed to an autoscaler and back, with the real controllers at work, and never dips."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.outcome import Happened
from tests.reconciler.bundles import autoscaler, bundle, deployment
from tests.reconciler.test_kubernetes_apply import happened


def replicas(cluster, namespace: str) -> int:
    return cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/support")["spec"]["replicas"]


def comes_to(cluster, namespace: str, count: int) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/support"
    cluster.until(path, lambda live: live["spec"]["replicas"] == count, seconds=60)


@contextmanager
def watched(cluster, namespace: str) -> Iterator[list[int]]:
    """All values that spec.replicas has while the block runs."""
    seen, done = [], threading.Event()

    def follow() -> None:
        while not done.is_set():
            seen.append(replicas(cluster, namespace))
            time.sleep(0.005)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def test_replicas_are_handed_to_an_autoscaler_and_back_without_a_dip(fleet, cluster, namespace):
    fixed = bundle(deployment(namespace=namespace, replicas=3), unit=fleet.unit)
    scaled = bundle(deployment(namespace=namespace), autoscaler(namespace=namespace, minimum=2), unit=fleet.unit)
    raised = bundle(deployment(namespace=namespace), autoscaler(namespace=namespace, minimum=5), unit=fleet.unit)
    fleet.sync(fixed)
    with watched(cluster, namespace) as seen:
        report = fleet.sync(scaled)
        assert report.converged
        assert happened(report)["HorizontalPodAutoscaler/support"] is Happened.CREATED
        assert replicas(cluster, namespace) == 3

        changed = bundle(
            deployment(namespace=namespace, image="registry.test/agent:2"),
            autoscaler(namespace=namespace, minimum=2),
            unit=fleet.unit,
        )
        fleet.sync(changed)
        assert replicas(cluster, namespace) == 3

        fleet.sync(raised)
        comes_to(cluster, namespace, 5)
        fleet.sync(changed, settle_seconds=0)
        fleet.sync(raised, settle_seconds=0)

        cluster.kubectl("scale", "deployment/support", "-n", namespace, "--replicas=7")
        quiet = fleet.sync(raised, settle_seconds=0)
        assert happened(quiet)["Deployment/support"] is Happened.UNCHANGED
        assert replicas(cluster, namespace) == 7

        back = fleet.sync(bundle(deployment(namespace=namespace, replicas=4), unit=fleet.unit))
        assert happened(back)["HorizontalPodAutoscaler/support"] is Happened.DELETED
        assert replicas(cluster, namespace) == 4
    assert min(seen) == 3
    assert [count for index, count in enumerate(seen) if index == 0 or seen[index - 1] != count] == [3, 5, 7, 4]


def test_kubectl_scale_is_put_back_where_no_autoscaler_owns_the_count(fleet, cluster, namespace):
    fixed = bundle(deployment(namespace=namespace, replicas=3), unit=fleet.unit)
    fleet.sync(fixed)
    cluster.kubectl("scale", "deployment/support", "-n", namespace, "--replicas=6")
    report = fleet.sync(fixed)
    assert happened(report)["Deployment/support"] is Happened.UPDATED
    assert replicas(cluster, namespace) == 3


def test_an_autoscaler_of_somebody_elses_keeps_the_count_against_git(fleet, cluster, namespace):
    fleet.sync(bundle(deployment(namespace=namespace, replicas=2), unit=fleet.unit))
    theirs = autoscaler(namespace=namespace, minimum=4)
    theirs["metadata"]["name"] = "theirs"
    cluster.apply(f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers/theirs", theirs)
    comes_to(cluster, namespace, 4)
    changed = bundle(deployment(namespace=namespace, replicas=2, image="registry.test/agent:2"), unit=fleet.unit)
    report = fleet.sync(changed)
    assert replicas(cluster, namespace) == 4
    (note,) = report.outcomes[0].notes
    assert note == "HorizontalPodAutoscaler/theirs owns spec.replicas of Deployment/support: left alone"
    quiet = fleet.sync(changed)
    assert fleet.client.rehearsals == []
    assert quiet.converged


def test_a_hand_back_that_was_cut_off_is_finished_by_the_next_pass(fleet, cluster, namespace):
    fleet.sync(bundle(deployment(namespace=namespace), autoscaler(namespace=namespace, minimum=3), unit=fleet.unit))
    comes_to(cluster, namespace, 3)
    cluster.kubectl("delete", "hpa", "support", "-n", namespace)
    fleet.sync(bundle(deployment(namespace=namespace, replicas=2), unit=fleet.unit))
    assert replicas(cluster, namespace) == 2


def test_kedas_scaled_object_owns_the_count_too(fleet, cluster, namespace):
    fleet.sync(bundle(deployment(namespace=namespace, replicas=3), unit=fleet.unit))
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "support", "namespace": namespace},
        "spec": {
            "scaleTargetRef": {"name": "support"},
            "minReplicaCount": 0,
            "triggers": [{"type": "cpu", "metricType": "Utilization", "metadata": {"value": "80"}}],
        },
    }
    report = fleet.sync(bundle(deployment(namespace=namespace), scaled, unit=fleet.unit))
    assert replicas(cluster, namespace) == 3
    assert report.status.health.value == "Healthy"
    cluster.kubectl("scale", "deployment/support", "-n", namespace, "--replicas=0")
    idle = fleet.sync(bundle(deployment(namespace=namespace), scaled, unit=fleet.unit))
    health = idle.healths[next(key for key in idle.healths if key.kind == "Deployment")]
    assert (health.state.value, health.reason) == ("Healthy", "Idle")
    assert health.sentence == "scaled to zero by ScaledObject/support"
