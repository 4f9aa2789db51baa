"""Omnia's own documents, as they are, become healthy agents, and every name in them is answered by the cluster."""

import json
import subprocess

import pytest
import yaml

from tests.scenarios.fleet import environment
from tests.scenarios.names import unresolved
from tests.scenarios.repository import SAMPLES

CUSTOMER = {
    "folder": SAMPLES / "omnia/config/samples",
    "agent": "customer-support-agent",
    "secrets": {"anthropic-credentials": "ANTHROPIC_API_KEY", "redis-credentials": "url"},
    "replicas": 2,
}
ECHO = {
    "folder": SAMPLES / "omnia/examples/echo-function",
    "agent": "echo-function",
    "secrets": {"echo-provider-secret": "api-key"},
    "replicas": 1,
}


@pytest.mark.parametrize("sample", [CUSTOMER, ECHO], ids=["customer-support", "echo-function"])
def test_a_fleet_of_samples_becomes_healthy(sample, repository, installed, namespace, secret, tmp_path):
    for name, key in sample["secrets"].items():
        secret(name, **{key: "for-this-test-only"})
    files = {f"environments/prod/{file.name}": file.read_bytes() for file in sorted(sample["folder"].glob("*.yaml"))}
    assert files
    repository.commit(
        {**files, "environments/prod/environment.yaml": environment(namespace, installed.context, fleet=namespace)}
    )
    printed = repository.roster("sync", "prod")
    assert "Synced, Healthy" in printed
    assert "for-this-test-only" not in printed

    record = installed.get(f"/apis/roster.dev/v1alpha1/namespaces/{namespace}/agents/{sample['agent']}")
    assert record["status"]["health"] == "Healthy"
    assert record["status"]["phase"] == "Running"
    assert record["status"]["replicas"]["ready"] == sample["replicas"]
    shown = installed.kubectl("get", "agents.roster.dev", "-n", namespace).stdout
    assert sample["agent"] in shown
    assert "Healthy" in shown
    pods = installed.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    assert [pod["status"]["phase"] for pod in pods] == ["Running"] * sample["replicas"]

    compiled = tmp_path / "compiled.yaml"
    done = subprocess.run(
        repository.command("compile", "prod"),
        env=repository._environment({}),
        capture_output=True,
        text=True,
        check=True,
    )
    compiled.write_text(done.stdout)
    objects = [item for item in yaml.safe_load_all(done.stdout) if item["kind"] != "Namespace"]
    compiled.write_text("---\n".join(json.dumps(item) + "\n" for item in objects))
    difference = installed.kubectl("diff", "--server-side", "--field-manager=roster", "-f", str(compiled), check=False)
    assert (difference.returncode, difference.stdout) == (0, "")
    assert unresolved(installed, namespace, objects) == []


def test_a_second_sync_changes_nothing(repository, installed, namespace, secret):
    secret("echo-provider-secret", **{"api-key": "x"})
    files = {f"environments/prod/{file.name}": file.read_bytes() for file in sorted(ECHO["folder"].glob("*.yaml"))}
    repository.commit(
        {**files, "environments/prod/environment.yaml": environment(namespace, installed.context, fleet=namespace)}
    )
    repository.roster("sync", "prod")
    before = versions(installed, namespace)
    assert "0 applied" in repository.roster("sync", "prod")
    assert versions(installed, namespace) == before


def versions(cluster, namespace):
    kinds = (
        "/api/v1/{}/configmaps",
        "/api/v1/{}/services",
        "/apis/apps/v1/{}/deployments",
        "/apis/roster.dev/v1alpha1/{}/agents",
    )
    where = f"namespaces/{namespace}"
    return {
        (kind, item["metadata"]["name"]): item["metadata"]["resourceVersion"]
        for kind in kinds
        for item in cluster.get(kind.format(where))["items"]
    }
