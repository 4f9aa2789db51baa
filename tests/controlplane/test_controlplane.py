"""The control plane does what tests of the product rely on."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.controlplane.cluster import Cluster
from tests.controlplane.controlplane import NODE, ControlPlane
from tests.controlplane.rights import Rights, rule
from tests.controlplane.stages import MARK

ROOT = Path(__file__).parents[2]
IMAGE = "nginx:stable-alpine"


def deployment(name: str, image: str = IMAGE, replicas: int = 1, pods: str | None = None) -> Any:
    container = {
        "name": "agent",
        "image": image,
        "resources": {"requests": {"cpu": "10m"}},
    }
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "progressDeadlineSeconds": 3,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": {MARK: pods} if pods else {}},
                "spec": {"containers": [container]},
            },
        },
    }


def pods_path(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/pods"


def deployment_path(namespace: str, name: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"


def ready_replicas(wanted: int) -> Callable[[Any], bool]:
    return lambda body: body.get("status", {}).get("readyReplicas", 0) == wanted


def condition(body: Any, kind: str) -> dict[str, Any]:
    conditions = body.get("status", {}).get("conditions") or ()
    return next((found for found in conditions if found["type"] == kind), {})


@contextmanager
def started_by_another_process() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The documented command, run as a person runs it, and the kubeconfig that it prints."""
    command = [sys.executable, "-m", "tests.controlplane"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            yield process, Path(line.removeprefix("kubeconfig: ").strip())
        finally:
            process.kill()


def processes_of(folder: Path) -> list[str]:
    """The command lines of all processes that name a folder."""
    if Path("/proc/self/cmdline").exists():
        listed = [_command_line(process) for process in Path("/proc").glob("[0-9]*")]
    else:
        ps = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, text=True, check=True)
        listed = ps.stdout.splitlines()
    return [line for line in listed if str(folder) in line]


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def gone_within(seconds: float, folder: Path) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if not folder.exists() and not processes_of(folder):
            return True
        time.sleep(0.1)
    return False


def test_the_server_says_its_version(controlplane: ControlPlane) -> None:
    version = controlplane.cluster.get("/version")
    assert (version["major"], version["minor"]) == ("1", "36")
    assert version["gitVersion"] == "v1.36.3"


def test_all_programs_run(controlplane: ControlPlane) -> None:
    assert set(controlplane.processes.running()) == {
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kwok",
    }


def test_pods_of_a_deployment_become_ready(cluster: Cluster, namespace: str) -> None:
    path = deployment_path(namespace, "web")
    cluster.apply(path, deployment("web", replicas=3))
    cluster.until(path, ready_replicas(3), seconds=60)
    pods = cluster.get(pods_path(namespace))["items"]
    assert [pod["status"]["phase"] for pod in pods] == ["Running"] * 3


def test_pods_have_addresses_and_the_fake_node(controlplane: ControlPlane, namespace: str) -> None:
    cluster = controlplane.cluster
    path = deployment_path(namespace, "web")
    cluster.apply(path, deployment("web", replicas=2))
    cluster.until(path, ready_replicas(2))
    pods = cluster.get(pods_path(namespace))["items"]
    assert {pod["spec"]["nodeName"] for pod in pods} == {NODE}
    assert len({pod["status"]["podIP"] for pod in pods}) == 2


def test_jobs_complete(controlplane: ControlPlane, namespace: str) -> None:
    template = deployment("once")["spec"]["template"]
    template["spec"]["restartPolicy"] = "Never"
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs/once"
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once"},
        "spec": {"template": template},
    }
    controlplane.cluster.apply(path, job)
    controlplane.cluster.until(path, lambda body: body.get("status", {}).get("succeeded") == 1)


def test_admission_gives_pods_the_default_account(cluster: Cluster, namespace: str) -> None:
    pod = {
        "metadata": {"name": "alone"},
        "spec": {"containers": [{"name": "agent", "image": IMAGE}]},
    }
    made = cluster.request("POST", pods_path(namespace), pod).checked().body
    assert made["spec"]["serviceAccountName"] == "default"
    assert [volume["name"][:15] for volume in made["spec"]["volumes"]] == ["kube-api-access"]


def test_admission_refuses_an_account_that_is_not_there(cluster: Cluster, namespace: str) -> None:
    pod = {
        "metadata": {"name": "alone"},
        "spec": {
            "serviceAccountName": "missing",
            "containers": [{"name": "agent", "image": IMAGE}],
        },
    }
    reply = cluster.request("POST", pods_path(namespace), pod)
    assert reply.status == 403
    assert 'serviceaccount "missing" not found' in reply.body["message"]


def test_a_token_of_an_account_is_accepted(cluster: Cluster, namespace: str) -> None:
    token = cluster.kubectl("create", "token", "default", "-n", namespace).stdout.strip()
    review = {"spec": {"token": token}}
    path = "/apis/authentication.k8s.io/v1/tokenreviews"
    status = cluster.request("POST", path, review).checked().body["status"]
    assert status["user"]["username"] == f"system:serviceaccount:{namespace}:default"


@pytest.mark.parametrize("name", ["reader", "developer", "nobody"])
def test_a_user_without_rights_is_refused(cluster: Cluster, namespace: str, name: str) -> None:
    assert cluster.request("GET", pods_path(namespace), user=name).status == 403
    refused = cluster.kubectl("get", "pods", "-n", namespace, user=name, check=False)
    assert f'User "{name}" cannot list resource "pods"' in refused.stderr


def test_a_user_has_the_rights_a_test_gives_and_no_others(
    cluster: Cluster, namespaces: Callable[[], str], user: Rights
) -> None:
    here, elsewhere = namespaces(), namespaces()
    user("reader", rule("get list", "pods", "deployments.apps"), namespace=here)
    assert cluster.request("GET", pods_path(here), user="reader").status == 200
    assert cluster.request("GET", pods_path(elsewhere), user="reader").status == 403
    assert cluster.request("POST", pods_path(here), {}, user="reader").status == 403
    user.take_back()
    cluster.until("/version", lambda _: not cluster.request("GET", pods_path(here), user="reader").ok)


def test_a_user_can_be_given_rights_everywhere(cluster: Cluster, user: Rights) -> None:
    kubeconfig = user("developer", rule("list", "nodes"))
    assert "current-context" in kubeconfig.read_text()
    assert "node" in cluster.kubectl("get", "nodes", "-o", "name", user="developer").stdout


@pytest.mark.parametrize(
    "path",
    [
        "/apis/keda.sh/v1alpha1/scaledobjects",
        "/apis/networking.istio.io/v1/virtualservices",
        "/apis/networking.istio.io/v1/destinationrules",
        "/apis/gateway.networking.k8s.io/v1/httproutes",
    ],
)
def test_definitions_are_served(cluster: Cluster, path: str) -> None:
    assert "items" in cluster.get(path)


def test_definitions_reject_what_does_not_fit(cluster: Cluster, namespace: str) -> None:
    path = f"/apis/keda.sh/v1alpha1/namespaces/{namespace}/scaledobjects"
    wrong = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"name": "web"}, "triggers": "none"},
    }
    assert cluster.request("POST", path, wrong).status in (400, 422)


def test_the_autoscaler_acts_on_raised_min_replicas(cluster: Cluster, namespace: str) -> None:
    path = deployment_path(namespace, "web")
    cluster.apply(path, deployment("web"))
    cluster.until(path, ready_replicas(1), seconds=60)
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 3,
            "maxReplicas": 5,
        },
    }
    scalers = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"
    cluster.apply(f"{scalers}/web", autoscaler)
    cluster.until(path, ready_replicas(3), seconds=60)


def test_a_policy_of_admission_is_obeyed(
    controlplane: ControlPlane, namespace: str, request: pytest.FixtureRequest
) -> None:
    cluster, name = controlplane.cluster, f"no-secrets-in-{namespace}"
    group = "/apis/admissionregistration.k8s.io/v1"
    policy = f"{group}/validatingadmissionpolicies/{name}"
    binding = f"{group}/validatingadmissionpolicybindings/{name}"
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["secrets"]}]
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
    spec = {"matchConstraints": {"resourceRules": rules}, "validations": [{"expression": "false"}]}
    where = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    bound = {
        "policyName": name,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": where},
    }
    for path in (policy, binding):
        request.addfinalizer(partial(cluster.request, "DELETE", path))
    cluster.apply(policy, {**head, "kind": "ValidatingAdmissionPolicy", "spec": spec})
    cluster.apply(binding, {**head, "kind": "ValidatingAdmissionPolicyBinding", "spec": bound})

    def denied(_: Any) -> bool:
        secret = {"metadata": {"generateName": "s-"}}
        reply = cluster.request("POST", f"/api/v1/namespaces/{namespace}/secrets", secret)
        return reply.status == 422 and name in reply.body["message"]

    cluster.until("/version", denied)


@pytest.mark.parametrize(
    ("behaviour", "phase", "state"),
    [
        ("never-ready", "Running", "running"),
        ("crash-loop", "Running", "CrashLoopBackOff"),
        ("image-pull-backoff", "Pending", "ImagePullBackOff"),
    ],
)
def test_a_test_can_ask_for_unhealthy_pods(
    controlplane: ControlPlane, namespace: str, behaviour: str, phase: str, state: str
) -> None:
    cluster, path = controlplane.cluster, deployment_path(namespace, "web")
    cluster.apply(path, deployment("web", pods=behaviour))
    cluster.until(path, lambda body: condition(body, "Progressing").get("status") == "False")
    assert condition(cluster.get(path), "Progressing")["reason"] == "ProgressDeadlineExceeded"
    (pod,) = cluster.get(pods_path(namespace))["items"]
    assert pod["status"]["phase"] == phase
    assert state in str(pod["status"]["containerStatuses"][0]["state"])


def test_an_image_alone_makes_a_rollout_unhealthy(controlplane: ControlPlane, namespace: str) -> None:
    cluster, path = controlplane.cluster, deployment_path(namespace, "web")
    cluster.apply(path, deployment("web", replicas=2))
    cluster.until(path, ready_replicas(2))
    cluster.apply(path, deployment("web", image="roster.test/crash-loop:2", replicas=2))
    cluster.until(path, lambda body: condition(body, "Progressing").get("status") == "False")
    # The old release still serves, and taking the change back heals the rollout.
    assert condition(cluster.get(path), "Available")["status"] == "True"
    cluster.apply(path, deployment("web", replicas=2))
    cluster.until(path, lambda body: condition(body, "Progressing").get("status") == "True")


def test_slow_pods_become_ready_in_the_end(controlplane: ControlPlane, namespace: str) -> None:
    cluster, path = controlplane.cluster, deployment_path(namespace, "web")
    started = time.monotonic()
    cluster.apply(path, deployment("web", image="roster.test/slow-ready:1"))
    cluster.until(path, ready_replicas(1))
    assert time.monotonic() - started > 3.5


def test_data_outlives_a_restart_of_the_api_server(controlplane: ControlPlane, namespace: str) -> None:
    cluster, path = controlplane.cluster, f"/api/v1/namespaces/{namespace}/configmaps/kept"
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}}
    cluster.apply(path, {**head, "data": {"some": "thing"}})
    controlplane.stop_api_server()
    try:
        with pytest.raises(urllib3.exceptions.HTTPError):
            cluster.request("GET", path)
    finally:
        controlplane.start_api_server()
    assert cluster.get(path)["data"] == {"some": "thing"}
    # The controllers, the scheduler and kwok have found the server again.
    cluster.apply(deployment_path(namespace, "web"), deployment("web"))
    cluster.until(deployment_path(namespace, "web"), ready_replicas(1), seconds=60)


def test_nothing_is_left_when_the_process_that_started_it_is_killed(
    controlplane: ControlPlane,
) -> None:
    with started_by_another_process() as (process, kubeconfig):
        assert len(processes_of(kubeconfig.parent)) >= 5
        process.kill()
        assert gone_within(10, kubeconfig.parent)


def test_nothing_is_left_after_ctrl_c(controlplane: ControlPlane) -> None:
    started = time.monotonic()
    with started_by_another_process() as (process, kubeconfig):
        assert time.monotonic() - started < 30
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert gone_within(1, kubeconfig.parent)
