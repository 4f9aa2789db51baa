"""Readiness: what a live object says, and the sentence to print while it is not well; one table a kind."""

import pytest

from compiler.kube_object import ObjectKey, key_of
from reconciler.assess import assess
from reconciler.health import State
from reconciler.readiness.surroundings import Surroundings

NEWEST = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
LATE = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
KEDA = Surroundings((), ObjectKey("keda.sh", "ScaledObject", "agents", "support"))


def document(api_version, kind, spec=None, status=None, **metadata):
    made = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "support", "namespace": "agents", "generation": 2, **metadata},
        "spec": spec or {},
    }
    return {**made, "status": status} if status is not None else made


def deployment(replicas=3, ready=3, updated=3, total=3, available=3, *conditions, **metadata):
    status = {
        "observedGeneration": 2,
        "readyReplicas": ready,
        "updatedReplicas": updated,
        "replicas": total,
        "availableReplicas": available,
        "conditions": list(conditions),
    }
    return document("apps/v1", "Deployment", {"replicas": replicas}, status, **metadata)


def pod(reason="", message="", **status):
    container = {"name": "runtime", "state": {"waiting": {"reason": reason, "message": message}}}
    return {"metadata": {"name": "p"}, "status": {"containerStatuses": [container], **status}}


def condition(kind, status, reason="", message=""):
    return {"type": kind, "status": status, "reason": reason, "message": message}


def of(live, around=None):
    health = assess(key_of(live), live, around)
    return health.state.value, health.sentence


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (deployment(), ("Healthy", "3 of 3 replicas ready")),
        (deployment(3, 1, 3, 3, 1), ("Progressing", "1 of 3 replicas ready")),
        (deployment(3, 3, 1, 4, 3), ("Progressing", "3 of 3 replicas ready, 1 of them updated")),
        (deployment(3, 3, 3, 4, 3), ("Progressing", "3 of 3 replicas ready, 1 old ones are being stopped")),
        (deployment(3, 3, 5, 5, 3), ("Progressing", "3 of 3 replicas ready, 2 surplus ones are being stopped")),
        (deployment(3, 3, 3, 3, 2), ("Progressing", "2 of 3 replicas available")),
        (deployment(3, 1, 3, 3, 1, LATE), ("Degraded", "1 of 3 replicas ready; no progress within 600 s")),
        (deployment(0, 0, 0, 2, 0), ("Progressing", "2 replicas are being stopped")),
        (deployment(0, 0, 0, 0, 0), ("Suspended", "Git asks for 0 replicas")),
        (deployment(generation=3), ("Progressing", "its controller has not seen the newest change yet")),
        (document("apps/v1", "Deployment", {"replicas": 1}), ("Progressing", "its controller has not seen it yet")),
        (
            deployment(deletionTimestamp="2026-01-01T00:00:00Z", finalizers=["a/b"]),
            ("Progressing", "is being deleted, waiting for a/b"),
        ),
    ],
)
def test_a_deployment(live, expected):
    assert of(live) == expected


def paused(*numbers, revision="1"):
    """A Deployment whose rollouts somebody has stopped; without a revision it was made so."""
    live = deployment(*numbers)
    annotations = {"deployment.kubernetes.io/revision": revision} if revision else {}
    return {
        **live,
        "metadata": {**live["metadata"], "annotations": annotations},
        "spec": {"replicas": numbers[0], "paused": True},
    }


RESUMED = "it is rolled out when it is resumed"


@pytest.mark.parametrize(
    ("case", "live", "expected"),
    [
        ("rolled out", paused(3, 3, 3, 3, 3), ("Suspended", "paused with 3 of 3 replicas ready")),
        (
            "none",
            paused(3, 3, 0, 3, 3),
            ("Degraded", f"paused with 3 of 3 replicas ready, 0 of them updated: {RESUMED}"),
        ),
        (
            "one",
            paused(3, 3, 1, 4, 3),
            ("Degraded", f"paused with 3 of 3 replicas ready, 1 of them updated: {RESUMED}"),
        ),
        ("never", paused(3, 0, 0, 0, 0, revision=""), ("Degraded", f"paused with 0 of 3 replicas ready: {RESUMED}")),
        ("more replicas", paused(5, 3, 5, 5, 3), ("Progressing", "3 of 5 replicas ready")),
        ("the first replicas", paused(3, 0, 0, 0, 0), ("Progressing", "0 of 3 replicas ready")),
        ("no replicas", paused(0, 0, 0, 0, 0), ("Suspended", "Git asks for 0 replicas")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_paused_deployment_is_well_only_if_its_pods_are_of_the_current_template(case, live, expected):
    assert of(live) == expected


def test_a_deployment_scaled_to_zero_by_an_autoscaler_is_idle_and_well():
    assert of(deployment(0, 0, 0, 0, 0), KEDA) == ("Healthy", "scaled to zero by ScaledObject/support")


def test_the_troubles_of_pods_are_counted_the_most_frequent_first():
    crashed, unpulled = pod("CrashLoopBackOff", "back-off"), pod("ImagePullBackOff", "x:1 not found")
    pods = (crashed, unpulled, pod("ImagePullBackOff", "x:1"))
    state, sentence = of(deployment(3, 0, 3, 3, 0), Surroundings(pods))
    assert state == "Degraded"
    assert sentence == (
        "0 of 3 replicas ready; ImagePullBackOff on 2 pods: x:1 not found; CrashLoopBackOff on 1 pod: back-off"
    )


def test_pods_that_only_start_are_no_trouble():
    assert of(deployment(1, 0, 1, 1, 0), Surroundings((pod("ContainerCreating"),)))[0] == "Progressing"


def test_a_pod_that_no_node_takes_is_told():
    unplaced = pod(conditions=[condition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available")])
    sentence = of(deployment(1, 0, 1, 1, 0), Surroundings((unplaced,)))[1]
    assert sentence == "0 of 1 replicas ready; Unschedulable on 1 pod: 0/1 nodes are available"


BALANCED = {"type": "LoadBalancer"}
ADDRESS = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
UNSERVED = "no load balancer has given this Service an address"
UNSEEN = "its controller has not seen the newest change yet"
UNMEASURED = "cannot read its metrics: FailedGetResourceMetric: no metrics API"
SCALES = condition("AbleToScale", "True")
HPA = ("autoscaling/v2", "HorizontalPodAutoscaler")
KEDA_KIND = ("keda.sh/v1alpha1", "ScaledObject")
ROUTE = ("gateway.networking.k8s.io/v1", "HTTPRoute")
ISTIO = ("networking.istio.io/v1", "VirtualService")
CLAIM = ("v1", "PersistentVolumeClaim")
JOB = ("batch/v1", "Job")
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
OTHER = ("example.test/v1", "Thing")


def conditions(*entries):
    return {"conditions": list(entries)}


def parents(*entries):
    return {"parents": [conditions(*entries)]}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "expected"),
    [
        (("v1", "Service"), {}, None, ("Healthy", "")),
        (("v1", "Service"), BALANCED, {}, ("Progressing", UNSERVED)),
        (("v1", "Service"), BALANCED, ADDRESS, ("Healthy", "")),
        (HPA, {}, None, ("Progressing", "no controller has answered for this HorizontalPodAutoscaler")),
        (
            HPA,
            {},
            conditions(SCALES, condition("ScalingActive", "False", "FailedGetResourceMetric", "no metrics API")),
            ("Unknown", UNMEASURED),
        ),
        (HPA, {}, conditions(SCALES, condition("ScalingActive", "True")), ("Healthy", "")),
        (
            HPA,
            {},
            conditions(condition("AbleToScale", "False", "FailedGetScale", "not found")),
            ("Degraded", "cannot scale: FailedGetScale: not found"),
        ),
        (KEDA_KIND, {}, None, ("Progressing", "no controller has answered for this ScaledObject")),
        (KEDA_KIND, {}, conditions(condition("Ready", "True")), ("Healthy", "")),
        (KEDA_KIND, {}, conditions(condition("Ready", "False", "Bad", "x")), ("Degraded", "KEDA cannot scale: Bad: x")),
        (KEDA_KIND, {}, conditions(condition("Paused", "True")), ("Suspended", "paused")),
        (ROUTE, {}, None, ("Progressing", "no controller has answered for this HTTPRoute")),
        (ROUTE, {}, parents(condition("Accepted", "True")), ("Healthy", "")),
        (
            ROUTE,
            {},
            parents(condition("Accepted", "False", "NoMatchingParent", "no gateway")),
            ("Degraded", "not routed: NoMatchingParent: no gateway"),
        ),
        (ISTIO, {}, None, ("Progressing", "no controller has answered for this VirtualService")),
        (ISTIO, {}, {"observedGeneration": "2", **conditions(condition("Reconciled", "True"))}, ("Healthy", "")),
        (
            ISTIO,
            {},
            {"observedGeneration": "1", **conditions(condition("Reconciled", "True"))},
            ("Progressing", UNSEEN),
        ),
        (ROUTE, {}, parents({**condition("Accepted", "True"), "observedGeneration": 1}), ("Progressing", UNSEEN)),
        (OTHER, {}, conditions({**condition("Ready", "True"), "observedGeneration": 1}), ("Progressing", UNSEEN)),
        (CLAIM, {}, {"phase": "Bound"}, ("Healthy", "")),
        (CLAIM, {}, {"phase": "Lost"}, ("Degraded", "its volume is lost")),
        (JOB, {}, {"active": 1}, ("Progressing", "0 of 1 completions, 1 pods running")),
        (JOB, {}, {"succeeded": 1, **conditions(condition("Complete", "True"))}, ("Healthy", "1 of 1 completions")),
        (
            JOB,
            {},
            conditions(condition("Failed", "True", "BackoffLimitExceeded", "x")),
            ("Degraded", "BackoffLimitExceeded: x"),
        ),
        (JOB, {"suspend": True}, {}, ("Suspended", "suspended")),
        (CRD, {}, None, ("Progressing", "is not served yet")),
        (CRD, {}, conditions(condition("Established", "True")), ("Healthy", "")),
        (CRD, {}, conditions(condition("NamesAccepted", "False", "Taken", "x")), ("Degraded", "Taken: x")),
        (OTHER, {}, None, ("Healthy", "")),
        (OTHER, {}, conditions(condition("Ready", "False", "Why", "x")), ("Progressing", "not ready: Why: x")),
        (OTHER, {}, conditions(condition("Stalled", "True", "Why", "x")), ("Degraded", "Why: x")),
        (OTHER, {}, conditions(condition("Reconciling", "True", "Why", "x")), ("Progressing", "Why: x")),
        (OTHER, {}, {"observedGeneration": 1}, ("Progressing", "its controller has not seen the newest change yet")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) and len(value) == 2 else "",
)
def test_another_kind(kind, spec, status, expected):
    assert of(document(*kind, spec, status)) == expected


SET = ("apps/v1", "StatefulSet")
DAEMON = ("apps/v1", "DaemonSet")


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        (SET, {"readyReplicas": 2, "updatedReplicas": 2}, ("Healthy", "2 of 2 replicas ready")),
        (SET, {"readyReplicas": 2, "updatedReplicas": 1}, ("Progressing", "2 of 2 replicas ready, 1 of them updated")),
        (
            DAEMON,
            {"desiredNumberScheduled": 1, "numberReady": 1, "updatedNumberScheduled": 1},
            ("Healthy", "1 of 1 replicas ready"),
        ),
    ],
)
def test_other_workloads(kind, status, expected):
    assert of(document(*kind, {"replicas": 2}, {"observedGeneration": 2, **status})) == expected


@pytest.mark.parametrize("kind", [ROUTE, ISTIO, KEDA_KIND, HPA, CLAIM])
def test_what_only_a_controller_can_answer_is_known_as_such(kind):
    live = document(*kind)
    health = assess(key_of(live), live)
    assert health.awaits_controller
    assert health.state is State.PROGRESSING
