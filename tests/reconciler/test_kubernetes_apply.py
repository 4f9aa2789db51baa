"""A bundle is applied to a real cluster: created, updated, left alone, refused half-way; nothing is done twice."""

import time

import pytest

from compiler.spec_key import SpecKey
from reconciler.health import State
from reconciler.install import install
from reconciler.outcome import Happened, Outcome
from reconciler.reports.report_text import is_well
from reconciler.request import Report
from tests.controlplane.cluster import Cluster
from tests.controlplane.rights import rule
from tests.reconciler.bundles import autoscaler, bundle, config_map, deployment, owned, service
from tests.reconciler.cluster_target import Fleet


def happened(report: Report) -> dict[str, Happened]:
    return {str(outcome.key): outcome.happened for outcome in report.outcomes}


def outcome(report: Report, name: str) -> Outcome:
    return next(outcome for outcome in report.outcomes if str(outcome.key) == name)


def agent(fleet: Fleet, namespace: str, **changes):
    return bundle(
        config_map("settings", namespace),
        deployment(namespace=namespace, config="settings", **changes),
        service(namespace=namespace),
        autoscaler(namespace=namespace),
        unit=fleet.unit,
    )


def test_a_first_sync_creates_everything_and_it_becomes_healthy(fleet, namespace):
    report = fleet.sync(agent(fleet, namespace), answer_seconds=30)
    assert set(happened(report).values()) == {Happened.CREATED}
    assert report.converged
    healths = {str(key): health for key, health in report.healths.items()}
    assert healths["Deployment/support"].state is State.HEALTHY
    assert healths["HorizontalPodAutoscaler/support"].state is State.UNKNOWN
    assert "cannot read its metrics" in healths["HorizontalPodAutoscaler/support"].sentence
    assert report.status.health is State.HEALTHY


def test_a_pass_over_an_unchanged_commit_writes_nothing_and_rehearses_nothing(fleet, namespace):
    wanted = agent(fleet, namespace)
    fleet.sync(wanted, revision="a" * 40)
    report = fleet.sync(wanted, revision="a" * 40)
    assert set(happened(report).values()) == {Happened.UNCHANGED}
    assert report.plan.empty
    assert fleet.client.writes == []
    assert fleet.client.rehearsals == []


def test_the_requests_of_a_quiet_pass_do_not_grow_with_the_objects(fleet, namespace):
    def requests(count: int) -> int:
        wanted = bundle(*(config_map(f"c{number}", namespace) for number in range(count)), unit=fleet.unit)
        fleet.sync(wanted, revision="a" * 40)
        fleet.sync(wanted, revision="a" * 40)
        assert fleet.client.writes == []
        return len(fleet.client.asked)

    assert requests(5) == requests(40)


def test_a_changed_field_is_updated_and_told_and_nothing_else_is_written(fleet, namespace):
    fleet.sync(agent(fleet, namespace))
    changed = agent(fleet, namespace, image="registry.test/agent:2")
    planned = fleet.plan(changed)
    (change,) = planned.plan.changes
    assert [(field.before, field.after) for field in change.fields] == [
        ("registry.test/agent:1", "registry.test/agent:2")
    ]
    report = fleet.sync(changed)
    assert happened(report)["Deployment/support"] is Happened.UPDATED
    applies = [path for method, path in fleet.writes if "roster" not in path]
    assert applies == [f"/apis/apps/v1/namespaces/{namespace}/deployments/support"]


def test_a_plan_writes_nothing(fleet, namespace):
    fleet.client.asked.clear()
    report = fleet.plan(agent(fleet, namespace))
    assert {change.action.value for change in report.plan.changes} == {"create"}
    assert fleet.client.writes == []
    assert report.outcomes == ()


def test_a_field_that_git_no_longer_has_is_taken_out(fleet, cluster, namespace):
    fleet.sync(bundle(config_map("settings", namespace, a="1", b="2"), unit=fleet.unit))
    fleet.sync(bundle(config_map("settings", namespace, a="1"), unit=fleet.unit))
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/settings")["data"] == {"a": "1"}


def test_drift_is_put_right_and_what_others_add_survives(fleet, cluster, namespace):
    wanted = bundle(config_map("settings", namespace, a="1"), unit=fleet.unit)
    fleet.sync(wanted)
    cluster.kubectl("patch", "configmap", "settings", "-n", namespace, "-p", '{"data":{"a":"9","theirs":"x"}}')
    report = fleet.sync(wanted)
    assert happened(report) == {"ConfigMap/settings": Happened.UPDATED}
    assert "kubectl-patch had set data.a of ConfigMap/settings" in outcome(report, "ConfigMap/settings").notes[0]
    data = cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/settings")["data"]
    assert data == {"a": "1", "theirs": "x"}


def test_a_field_that_a_controller_fills_in_by_design_is_left_to_it(fleet, cluster, namespace):
    name = f"hooks-{namespace}"
    rules = {"apiGroups": ["none.test"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["nones"]}
    hook = {
        "name": "a.roster.test",
        "clientConfig": {"url": "https://hooks.test/a", "caBundle": "Cg=="},
        "rules": [rules],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Ignore",
    }
    document = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [hook],
    }
    fleet.sync(bundle(owned(document, unit=fleet.unit)))
    path = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}"
    theirs = {**hook, "clientConfig": {**hook["clientConfig"], "caBundle": "VGhlaXJz"}}
    cluster.apply(path, {**document, "webhooks": [theirs]}, manager="cainjector")
    changed = {**document, "webhooks": [{**hook, "timeoutSeconds": 7}]}
    report = fleet.sync(bundle(owned(changed, unit=fleet.unit)))
    live = cluster.get(path)["webhooks"][0]
    assert (live["clientConfig"]["caBundle"], live["timeoutSeconds"]) == ("VGhlaXJz", 7)
    assert "cainjector owns" in outcome(report, f"ValidatingWebhookConfiguration/{name}").notes[0]
    cluster.request("DELETE", path)


def test_an_object_that_admission_rejects_stops_only_what_depends_on_it(fleet, cluster, namespace):
    policy = f"no-bad-{namespace}"
    rules = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
    validation = {"expression": "!object.metadata.name.startsWith('bad')", "message": "bad is not let in"}
    path = "/apis/admissionregistration.k8s.io/v1"
    cluster.apply(
        f"{path}/validatingadmissionpolicies/{policy}",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": policy},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                    "resourceRules": [rules],
                },
                "validations": [validation],
            },
        },
    )
    cluster.apply(
        f"{path}/validatingadmissionpolicybindings/{policy}",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": policy},
            "spec": {"policyName": policy, "validationActions": ["Deny"]},
        },
    )
    probe = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bad-probe"}}
    collection = f"/api/v1/namespaces/{namespace}/configmaps"
    for _ in range(400):
        if not cluster.request("POST", collection, probe, query={"dryRun": "All"}).ok:
            break
        time.sleep(0.05)
    other = SpecKey("Agent", "other")
    wanted = bundle(
        config_map("bad", namespace),
        deployment(namespace=namespace),
        owned(config_map("good", namespace), other, fleet.unit),
        owned(deployment("other", namespace), other, fleet.unit),
        unit=fleet.unit,
    )
    fleet.sync(bundle(owned(config_map("old", namespace), other, fleet.unit), unit=fleet.unit))
    report = fleet.sync(wanted)
    assert happened(report) == {
        "ConfigMap/bad": Happened.FAILED,
        "Deployment/support": Happened.SKIPPED,
        "ConfigMap/good": Happened.CREATED,
        "Deployment/other": Happened.CREATED,
        "ConfigMap/old": Happened.SKIPPED,
    }
    assert "bad is not let in" in outcome(report, "ConfigMap/bad").sentence
    assert "depends on ConfigMap/bad" in outcome(report, "Deployment/support").sentence
    assert "nothing is pruned" in outcome(report, "ConfigMap/old").sentence
    assert report.status.phase == "Failed"
    assert "bad is not let in" in report.status.last_error
    assert not report.converged
    cluster.request("DELETE", f"{path}/validatingadmissionpolicybindings/{policy}")
    cluster.request("DELETE", f"{path}/validatingadmissionpolicies/{policy}")


def test_a_kind_that_the_cluster_does_not_have_is_held_with_a_sentence(fleet, namespace):
    document = {"apiVersion": "none.test/v1", "kind": "Nothing", "metadata": {"name": "x", "namespace": namespace}}
    report = fleet.sync(bundle(document, config_map("settings", namespace), unit=fleet.unit))
    assert happened(report) == {"Nothing/x": Happened.HELD, "ConfigMap/settings": Happened.CREATED}
    assert "no kind Nothing in none.test/v1" in outcome(report, "Nothing/x").sentence


def test_a_definition_and_an_object_of_its_kind_come_in_one_pass(fleet, cluster, namespace):
    plural = "notices" + namespace[-8:].strip("-")
    kind = plural.capitalize()
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.example.test"},
        "spec": {
            "group": "example.test",
            "names": {"kind": kind, "plural": plural},
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        },
    }
    document = {"apiVersion": "example.test/v1", "kind": kind, "metadata": {"name": "x", "namespace": namespace}}
    report = fleet.sync(bundle(definition, document, unit=fleet.unit))
    assert set(happened(report).values()) == {Happened.CREATED}
    cluster.request("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.example.test")


def test_an_immutable_field_is_changed_by_a_proven_recreate(fleet, cluster, namespace):
    first = deployment(namespace=namespace)
    fleet.sync(bundle(first, unit=fleet.unit))
    before = cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/support")["metadata"]["uid"]
    selector = {"roster.dev/kind": "Agent", "roster.dev/name": "support", "tier": "gold"}
    second = deployment(namespace=namespace)
    second["spec"]["selector"] = {"matchLabels": selector}
    second["spec"]["template"]["metadata"]["labels"] = selector
    planned = fleet.plan(bundle(second, unit=fleet.unit))
    assert [change.action.value for change in planned.plan.changes] == ["recreate"]
    report = fleet.sync(bundle(second, unit=fleet.unit))
    assert happened(report) == {"Deployment/support": Happened.RECREATED}
    assert cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/support")["metadata"]["uid"] != before


def test_a_namespace_of_the_bundle_is_made_first_and_one_that_exists_is_only_used(fleet, cluster, namespace):
    new = f"{namespace}-new"
    documents = (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": new}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        config_map("settings", new),
    )
    report = fleet.sync(bundle(*documents, unit=fleet.unit))
    assert happened(report) == {
        f"Namespace/{new}": Happened.CREATED,
        f"Namespace/{namespace}": Happened.KEPT,
        "ConfigMap/settings": Happened.CREATED,
    }
    assert "used as it is" in outcome(report, f"Namespace/{namespace}").sentence
    assert f"Namespace/{namespace}" not in fleet.inventory()
    assert report.converged
    cluster.delete_namespace(new)


def test_an_object_in_a_namespace_that_does_not_exist_fails_with_its_name(fleet, namespace):
    report = fleet.sync(bundle(config_map("settings", "no-such-namespace"), unit=fleet.unit))
    assert outcome(report, "ConfigMap/settings").sentence == "namespace no-such-namespace does not exist"


def test_pods_that_do_not_start_are_told_with_numbers(fleet, namespace):
    wanted = bundle(
        deployment(namespace=namespace, replicas=2, image="roster.test/image-pull-backoff:1"), unit=fleet.unit
    )
    report = fleet.sync(wanted, settle_seconds=5)
    (health,) = report.healths.values()
    assert health.state is State.DEGRADED
    assert health.sentence == "0 of 2 replicas ready; ImagePullBackOff on 2 pods: back-off pulling image"
    assert report.status.specs[0].health is State.DEGRADED


def test_a_rollout_that_somebody_has_paused_is_told_and_not_waited_for(fleet, cluster, namespace):
    def synced(image: str):
        started = time.monotonic()
        report = fleet.sync(bundle(deployment(namespace=namespace, replicas=2, image=image), unit=fleet.unit))
        (health,) = report.healths.values()
        assert time.monotonic() - started < 60, "nothing that is waited for can happen"
        return health.state, health.sentence, is_well(report)

    assert synced("registry.test/agent:1") == (State.HEALTHY, "2 of 2 replicas ready", True)
    cluster.kubectl("rollout", "pause", "deployment/support", "-n", namespace)
    assert synced("registry.test/agent:1") == (State.SUSPENDED, "paused with 2 of 2 replicas ready", True)
    sentence = "paused with 2 of 2 replicas ready, 0 of them updated: it is rolled out when it is resumed"
    assert synced("registry.test/agent:2") == (State.DEGRADED, sentence, False)
    cluster.kubectl("rollout", "resume", "deployment/support", "-n", namespace)
    assert synced("registry.test/agent:2") == (State.HEALTHY, "2 of 2 replicas ready", True)


def test_a_deployment_that_is_born_paused_never_had_a_pod(fleet, namespace):
    document = deployment(namespace=namespace, replicas=2)
    born = {**document, "spec": {**document["spec"], "paused": True}}
    (health,) = fleet.sync(bundle(born, unit=fleet.unit)).healths.values()
    told = (State.DEGRADED, "paused with 0 of 2 replicas ready: it is rolled out when it is resumed")
    assert (health.state, health.sentence) == told


def test_a_route_and_a_scaled_object_that_no_controller_answers_do_not_make_the_agent_unhealthy(fleet, namespace):
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "support", "namespace": namespace},
        "spec": {"parentRefs": [{"name": "public"}]},
    }
    report = fleet.sync(bundle(deployment(namespace=namespace), route, unit=fleet.unit))
    conditions = {it.type: (it.status, it.message) for it in report.status.specs[0].conditions}
    assert report.status.specs[0].health is State.HEALTHY
    assert conditions["RouteReady"][0] == "Unknown"
    assert "no controller has answered" in conditions["RouteReady"][1]


def test_installing_twice_changes_nothing(fleet):
    assert install(fleet.target, []) == ("Namespace/roster-system is there",)


@pytest.mark.parametrize("verb", ["patch", "list"])
def test_a_missing_permission_is_named(fleet, cluster: Cluster, user, namespace, verb):
    rights = {"patch": rule("get list", "configmaps"), "list": rule("get patch", "configmaps")}
    user("developer", rights[verb], namespace=namespace)
    user("developer", rule("get", "namespaces"))
    everything = rule("get list create update patch delete", "configmaps", "leases.coordination.k8s.io")
    user("developer", everything, namespace="roster-system")
    limited = Fleet(cluster, fleet.unit, user="developer")
    report = limited.sync(bundle(config_map("settings", namespace), unit=fleet.unit))
    (told,) = report.outcomes
    assert told.happened is (Happened.FAILED if verb == "patch" else Happened.HELD)
    assert f"may not {verb} configmaps in namespace {namespace}" in told.sentence
