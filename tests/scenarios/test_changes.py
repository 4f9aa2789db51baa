"""A prompt changes, an agent goes, a commit touches nothing: what Roster does, and above all what it leaves alone."""

import signal
import time

from tests.scenarios.fleet import agent, fleet


def objects(cluster, namespace):
    """Kind/name -> UID of what is in the namespace, the controllers' own objects aside."""
    kinds = {
        "ConfigMap": "/api/v1",
        "Service": "/api/v1",
        "ServiceAccount": "/api/v1",
        "Deployment": "/apis/apps/v1",
        "NetworkPolicy": "/apis/networking.k8s.io/v1",
        "PodDisruptionBudget": "/apis/policy/v1",
    }
    plural = {"NetworkPolicy": "networkpolicies"}
    found = {}
    for kind, base in kinds.items():
        path = f"{base}/namespaces/{namespace}/{plural.get(kind, kind.lower() + 's')}"
        found |= {f"{kind}/{item['metadata']['name']}": item["metadata"]["uid"] for item in cluster.get(path)["items"]}
    return {
        name: uid for name, uid in found.items() if name not in ("ConfigMap/kube-root-ca.crt", "ServiceAccount/default")
    }


def deployment(cluster, namespace, name):
    return cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")


def written(live):
    """What tells whether anybody wrote the object itself since: its status moves on by its controllers' hands."""
    fields = [entry for entry in live["metadata"]["managedFields"] if entry.get("subresource") != "status"]
    return live["metadata"]["generation"], [entry for entry in fields if entry["manager"] == "roster"]


def test_a_changed_prompt_is_told_by_diff_and_applied_by_run(repository, installed, namespace):
    repository.commit(fleet(namespace, installed.context, "support", "triage"))
    repository.roster("sync", "prod")
    before = objects(installed, namespace)
    untouched = deployment(installed, namespace, "triage")
    running = repository.start("run", "prod")
    try:
        repository.commit({"environments/prod/prompts/support.md": "Be kind and brief.\n"}, "brief")
        told = repository.roster("diff", "HEAD~1..HEAD", "prod")
        assert "prompts" in told
        assert "support-pack-" in told
        assert "Deployment/support" in told
        assert "triage" not in told

        def has_new_pack(live):
            (pack,) = [v for v in live["spec"]["template"]["spec"]["volumes"] if v["name"] == "pack"]
            return f"ConfigMap/{pack['configMap']['name']}" not in before

        installed.until(f"/apis/apps/v1/namespaces/{namespace}/deployments/support", has_new_pack, seconds=30)
    finally:
        running.send_signal(signal.SIGTERM)
        printed, _ = running.communicate(timeout=90)
    assert running.returncode == 0, printed
    after = objects(installed, namespace)
    assert {name for name in after if name not in before} == {
        name for name in after if name.startswith("ConfigMap/support-pack-") and name not in before
    }
    assert before.items() <= after.items(), "the retired pack stays for the old pods"
    assert written(deployment(installed, namespace, "triage")) == written(untouched)


def test_a_removed_agent_goes_and_strangers_stay(repository, installed, namespace):
    repository.commit(fleet(namespace, installed.context, "support", "triage"))
    repository.roster("sync", "prod")
    for text in ("One.\n", "Two.\n"):
        repository.commit({"environments/prod/prompts/triage.md": text})
        repository.roster("sync", "prod")
    stranger = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "triage-pack-notes"}, "data": {"a": "b"}}
    installed.apply(f"/api/v1/namespaces/{namespace}/configmaps/triage-pack-notes", stranger)
    patch = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "support", "annotations": {"theirs": "kept"}}}
    installed.apply(f"/api/v1/namespaces/{namespace}/services/support", patch, manager="somebody")
    before = objects(installed, namespace)
    repository.commit(dict.fromkeys(agent("triage")), "remove triage")
    repository.roster("sync", "prod")
    after = objects(installed, namespace)
    gone = before.keys() - after.keys()
    assert gone == {name for name in before if "triage" in name and name != "ConfigMap/triage-pack-notes"}
    assert sum("triage-pack-" in name for name in gone) == 3
    service = installed.get(f"/api/v1/namespaces/{namespace}/services/support")
    assert service["metadata"]["annotations"] == {"theirs": "kept"}


def test_a_strangers_object_of_our_name_is_held_and_the_rest_is_applied(repository, installed, namespace):
    theirs = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "support"},
        "spec": {"ports": [{"port": 1234}], "selector": {"app": "theirs"}},
    }
    installed.apply(f"/api/v1/namespaces/{namespace}/services/support", theirs, manager="somebody")
    repository.commit(fleet(namespace, installed.context))
    told = repository.roster("sync", "prod", code=3)
    assert "Service/support" in told
    assert "not ours" in told
    live = installed.get(f"/api/v1/namespaces/{namespace}/services/support")
    assert live["spec"]["selector"] == {"app": "theirs"}
    assert "roster.dev/name" not in live["metadata"].get("labels", {})
    assert deployment(installed, namespace, "support")
    repository.commit(dict.fromkeys(agent("support")) | agent("triage"))
    repository.roster("sync", "prod")
    assert "Service/support" in objects(installed, namespace)


def test_a_commit_that_touches_no_spec_rolls_no_pod(repository, installed, namespace):
    repository.commit(fleet(namespace, installed.context))
    repository.roster("sync", "prod")
    before = deployment(installed, namespace, "support")
    repository.commit({"README.md": "# Fleet\n"}, "a note")
    assert "0 applied" in repository.roster("sync", "prod")
    assert written(deployment(installed, namespace, "support")) == written(before)


def test_drift_is_corrected_within_seconds_and_what_was_deleted_comes_back(repository, installed, namespace):
    repository.commit(fleet(namespace, installed.context))
    repository.roster("sync", "prod")
    running = repository.start("run", "prod")
    try:
        time.sleep(3)
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/support"
        installed.kubectl("set", "image", "-n", namespace, "deployment/support", "runtime=example/agent:hacked")
        installed.until(
            path,
            lambda live: live["spec"]["template"]["spec"]["containers"][0]["image"] == "example/agent:1",
            seconds=15,
        )
        installed.request("DELETE", f"/api/v1/namespaces/{namespace}/services/support").checked()
        installed.until(f"/api/v1/namespaces/{namespace}/services/support", bool, seconds=15)
    finally:
        running.send_signal(signal.SIGTERM)
        printed, _ = running.communicate(timeout=90)
    assert running.returncode == 0, printed
