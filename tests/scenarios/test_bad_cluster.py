"""A cluster that says no, in each of its ways: a message that says why and how to mend it, and nothing is lost.

A stranger's object of our name is told of in test_changes.py, one that is out of reach in test_outage.py.
"""

import json
import signal
from collections.abc import Iterator

import pytest

from reconciler.unit import Unit
from tests.controlplane.cluster import Cluster
from tests.controlplane.rights import rule
from tests.reconciler.cluster_target import Fleet
from tests.scenarios.bad_input import Told, refused
from tests.scenarios.fleet import AGENT, agent, environment, fleet
from tests.scenarios.test_changes import objects

PROMPT_FILE = "environments/prod/prompts/support.md"
ENVIRONMENT_FILE = "environments/prod/environment.yaml"
HOME = "/api/v1/namespaces/roster-system/configmaps"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/roster-system/leases"
POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
CONTROLLERS = ("Pod/", "ReplicaSet/", "Endpoints/", "EndpointSlice/")
EVERYTHING = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
MADE_BY_ALL = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}
WIDGET = """\
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: {size: 1}
"""


@pytest.fixture
def synced_fleet(repository, installed, namespace):
    """The repository after a sync that went well."""
    repository.commit(fleet(namespace, installed.context))
    repository.roster("sync", "prod", "--no-wait")
    return repository


def inventory(cluster: Cluster, fleet: str) -> set[str]:
    """What the inventory on the cluster holds, as Kind/name."""
    return Fleet(cluster, Unit(fleet, "prod")).inventory()


def there(cluster: Cluster, namespace: str) -> set[str]:
    """Kind/name of what is in a namespace, what controllers make aside."""
    return {name for name in objects(cluster, namespace) if not name.startswith(CONTROLLERS)} - MADE_BY_ALL


def assert_accounted_for(cluster: Cluster, namespace: str, told: Told) -> None:
    """The inventory holds all that is there, and beyond it only what was said not to have been applied."""
    known, live = inventory(cluster, namespace), there(cluster, namespace)
    assert live <= known
    assert all(f"  x {name} " in told.error for name in known - live)


def causes(told: Told) -> list[str]:
    """The messages about objects that failed by themselves, those of the specs that suffer from it aside."""
    return [message for message in told.messages if " failed: " in message and "  Degraded  " not in message]


def test_a_wrong_token_is_said_and_never_shown(synced_fleet, installed, namespace, tmp_path):
    before = objects(installed, namespace)
    synced_fleet.commit({PROMPT_FILE: "Be quick.\n"})
    kubeconfig = json.loads(installed.kubeconfig.read_text())
    kubeconfig["users"] = [{**user, "user": {"token": "hunter2"}} for user in kubeconfig["users"]]
    wrong = tmp_path / "wrong.kubeconfig"
    wrong.write_text(json.dumps(kubeconfig))
    told = refused(synced_fleet, "sync", "prod", "--kubeconfig", str(wrong), code=3)
    (message,) = told.messages
    assert "does not accept our credentials (401)" in message
    assert "log in again, or renew the token" in told.error
    assert objects(installed, namespace) == before


def test_a_context_that_does_not_exist_is_said(repository, namespace):
    repository.commit(fleet(namespace, "nowhere"))
    told = refused(repository, "sync", "prod", code=2)
    (message,) = told.messages
    assert "the kubeconfig has no usable context nowhere" in message
    assert "kubectl config get-contexts" in told.error


def test_a_permission_that_every_pass_needs_is_named(repository, installed, namespace, user):
    user("developer", rule("get list watch", "namespaces"))
    repository.commit(fleet(namespace, installed.context_for("developer")))
    told = refused(repository, "sync", "prod", code=3)
    (message,) = told.messages
    permission = "developer may not get leases.coordination.k8s.io in namespace roster-system"
    assert message == f"error: permission is missing: {permission}"
    assert "every writer holds a Lease in namespace roster-system" in told.error
    assert there(installed, namespace) == set()


@pytest.fixture
def developer(user) -> str:
    """Somebody who may read everything, and write what Roster keeps for itself."""
    user("developer", rule("get list watch", "*.*"), {**EVERYTHING, "apiGroups": ["roster.dev"]})
    user("developer", EVERYTHING, namespace="roster-system")
    user("developer", rule("get list watch", "namespaces"))
    return "developer"


def test_a_permission_that_one_object_needs_is_named_and_the_rest_is_done(
    repository, installed, namespace, user, developer
):
    core = ("configmaps", "serviceaccounts", "services")
    user(developer, rule("*", *core), namespace=namespace)
    user(developer, rule("*", "networkpolicies.networking.k8s.io", "poddisruptionbudgets.policy"), namespace=namespace)
    repository.commit(fleet(namespace, installed.context_for(developer)))
    told = refused(repository, "sync", "prod", "--no-wait", code=3)
    permission = f"permission is missing: developer may not patch deployments.apps in namespace {namespace}"
    assert causes(told) == [f"  x Deployment/support failed: {permission}"]
    done = there(installed, namespace)
    assert {"ServiceAccount/support", "NetworkPolicy/support"} <= done
    assert "Deployment/support" not in done
    assert_accounted_for(installed, namespace, told)


def test_a_namespace_that_is_missing_and_may_not_be_made_is_said(repository, installed, namespace, user, developer):
    gone = f"{namespace[:50]}-gone"
    repository.commit(
        fleet(namespace, installed.context_for(developer))
        | {ENVIRONMENT_FILE: environment(gone, installed.context_for(developer), fleet=namespace)}
    )
    told = refused(repository, "sync", "prod", "--no-wait", code=3)
    (cause,) = causes(told)
    assert f"Namespace/{gone} failed: permission is missing: developer may not patch namespaces" in cause
    assert installed.request("GET", f"/api/v1/namespaces/{gone}").status == 404
    assert_accounted_for(installed, namespace, told)


def test_a_definition_that_is_missing_is_said_and_the_rest_is_done(repository, installed, namespace):
    repository.commit(fleet(namespace, installed.context) | {"environments/prod/objects/w.yaml": WIDGET})
    told = refused(repository, "sync", "prod", "--no-wait", code=3)
    held = "Widget/w held: the cluster has no kind Widget in example.com/v1: install its definition first"
    assert [message for message in told.messages if message.startswith("  x Widget/w")] == [f"  x {held}"]
    assert "Deployment/support" in there(installed, namespace)
    assert_accounted_for(installed, namespace, told)


@pytest.fixture
def no_triage(installed, namespace) -> Iterator[None]:
    """Admission that rejects every Deployment named triage in the namespace."""
    name = f"no-triage-{namespace}"
    rules = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}
    policy = {
        "matchConstraints": {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "resourceRules": [rules],
        },
        "validations": [{"expression": "object.metadata.name != 'triage'", "message": "triage is not let in"}],
    }
    binding = {"policyName": name, "validationActions": ["Deny"]}
    for collection, kind, spec in (
        (POLICIES, "ValidatingAdmissionPolicy", policy),
        (BINDINGS, "ValidatingAdmissionPolicyBinding", binding),
    ):
        version = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind}
        installed.apply(f"{collection}/{name}", {**version, "metadata": {"name": name}, "spec": spec})
    probe = {
        "metadata": {"name": "triage"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}},
        },
    }
    tries = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    for _ in range(400):
        if not installed.request("POST", tries, probe, query={"dryRun": "All"}).ok:
            break
    yield
    installed.request("DELETE", f"{BINDINGS}/{name}")
    installed.request("DELETE", f"{POLICIES}/{name}")


def test_what_admission_rejects_half_way_is_said_and_nothing_is_pruned(repository, installed, namespace, no_triage):
    repository.commit(fleet(namespace, installed.context, "support", "old"))
    repository.roster("sync", "prod", "--no-wait")
    repository.commit(agent("triage") | {PROMPT_FILE: "Be quick.\n", **dict.fromkeys(agent("old"))})
    told = refused(repository, "sync", "prod", "--no-wait", code=3)
    (cause,) = causes(told)
    assert "Deployment/triage failed: " in cause
    assert "triage is not let in" in cause
    assert "nothing is pruned while Deployment/triage could not be applied" in told.error
    done = there(installed, namespace)
    assert {"Deployment/old", "Deployment/support", "ServiceAccount/triage"} <= done
    assert "Deployment/triage" not in done
    assert_accounted_for(installed, namespace, told)
    repository.commit(dict.fromkeys(agent("triage")))
    repository.roster("sync", "prod", "--no-wait")
    after = there(installed, namespace)
    assert not any("triage" in name or name == "Deployment/old" for name in after)
    assert inventory(installed, namespace) == after


def test_the_objects_of_another_fleet_are_left_alone(synced_fleet, installed, namespace):
    before = objects(installed, namespace)
    synced_fleet.commit({ENVIRONMENT_FILE: environment(namespace, installed.context, fleet="other")})
    told = refused(synced_fleet, "sync", "prod", "--no-wait", code=3)
    assert f"  x ServiceAccount/support held: exists, and belongs to {namespace}/prod" in told.messages
    assert objects(installed, namespace) == before
    assert inventory(installed, "other") == set()


def test_the_inventory_of_another_fleet_is_never_acted_upon(synced_fleet, installed, namespace):
    before, other = objects(installed, namespace), f"{namespace[:40]}-x"
    data = installed.get(f"{HOME}/inventory.{namespace}.prod")["data"]
    copied = {"metadata": {"name": f"inventory.{other}.prod"}, "data": data}
    installed.request("POST", HOME, copied).checked()
    synced_fleet.commit({ENVIRONMENT_FILE: environment(namespace, installed.context, fleet=other)})
    told = refused(synced_fleet, "sync", "prod", "--no-wait", code=3)
    assert told.messages == [f"error: the inventory stored for {other}/prod belongs to {namespace}/prod"]
    assert "two fleets share one target under one name; rename one of them" in told.error
    assert objects(installed, namespace) == before
    assert installed.get(f"{HOME}/inventory.{other}.prod")["data"] == data


def test_the_second_of_two_syncs_says_who_is_first_and_does_nothing(repository, installed, namespace):
    never = AGENT.replace("scale:", "nodeSelector: {nowhere: 'true'}\n    scale:")
    repository.commit(fleet(namespace, installed.context) | agent("support", spec=never))
    first = repository.start("sync", "prod")
    try:
        deployment = f"/apis/apps/v1/namespaces/{namespace}/deployments/support"
        installed.until(deployment, lambda live: live["status"].get("replicas"), seconds=20)
        lease = installed.get(f"{LEASES}/{namespace}.prod")["metadata"]["uid"]
        repository.commit({PROMPT_FILE: "Be quick.\n"})
        before = there(installed, namespace)
        told = refused(repository, "sync", "prod", code=3)
        assert there(installed, namespace) == before
        assert installed.get(f"{LEASES}/{namespace}.prod")["metadata"]["uid"] == lease
    finally:
        first.send_signal(signal.SIGTERM)
        printed, _ = first.communicate(timeout=90)
    (message,) = told.messages
    assert f"{namespace}/prod is being written by sync by " in message
    assert f"(process {first.pid}) since " in message
    assert "wait until that has ended" in told.error
    assert "stopped on request" in printed
