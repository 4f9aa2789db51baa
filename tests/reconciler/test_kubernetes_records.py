"""Records and their status on a real cluster: written after the objects, only where they differ, removed last."""

import pytest

from compiler.spec_key import SpecKey
from reconciler.health import State
from reconciler.records.load_status import load_status
from reconciler.records.publish_failure import publish_failure
from reconciler.unit import Pass
from tests.reconciler.bundles import bundle, config_map, deployment, owned, record
from tests.reconciler.cluster_target import Fleet

PACK = SpecKey("PromptPack", "support", "1.4.0")
PROVIDER = SpecKey("Provider", "claude")


def fleet_of(fleet: Fleet, namespace: str, *, agent: bool = True, image: str = "registry.test/agent:1"):
    unit = fleet.unit
    records = [
        record("Environment", unit.environment, unit=unit, fleet=unit.fleet),
        record("PromptPack", "support", namespace, unit, version="1.4.0"),
        record("Provider", "claude", namespace, unit),
    ]
    objects = [owned(config_map("pack", namespace), PACK, unit), owned(config_map("claude", namespace), PROVIDER, unit)]
    if agent:
        records.append(record("Agent", "support", namespace, unit, description="helps"))
        objects.append(owned(deployment(namespace=namespace, replicas=2, image=image), unit=unit))
    references = {SpecKey("Agent", "support"): (PACK, PROVIDER)}
    return bundle(*objects, records=records, references=references, unit=unit)


@pytest.fixture
def agents(namespace: str) -> str:
    return f"/apis/roster.dev/v1alpha1/namespaces/{namespace}/agents"


def test_the_record_of_an_agent_tells_how_it_is(fleet, cluster, namespace, agents):
    fleet.sync(fleet_of(fleet, namespace))
    live = cluster.get(f"{agents}/support")
    status = live["status"]
    assert live["spec"] == {"description": "helps"}
    assert (status["phase"], status["health"], status["version"]) == ("Running", "Healthy", "1.4.0")
    assert status["replicas"] == {"desired": 2, "ready": 2}
    assert status["observedGeneration"] == live["metadata"]["generation"]
    told = {it["type"]: it["status"] for it in status["conditions"]}
    assert told == {"Ready": "True", "DeploymentReady": "True", "PromptPackReady": "True", "ProviderReady": "Unknown"}


def test_what_was_published_can_be_read_back(fleet, namespace):
    report = fleet.sync(fleet_of(fleet, namespace), revision="a" * 40)
    status = load_status(fleet.target, fleet.unit)
    assert (status.attempted, status.applied, status.health) == ("a" * 40, "a" * 40, State.HEALTHY)
    assert status.plan_digest == report.plan.digest
    assert status.counts.applied == 3
    assert [str(spec.spec) for spec in status.specs] == ["Agent/support", "PromptPack/support@1.4.0", "Provider/claude"]
    assert all(condition.since for condition in status.conditions)


def test_nothing_was_published_is_told_as_none(fleet):
    assert load_status(fleet.target, fleet.unit) is None


def test_a_quiet_pass_writes_no_record_and_a_new_commit_only_the_environments(fleet, namespace):
    fleet.sync(fleet_of(fleet, namespace), revision="a" * 40)
    fleet.sync(fleet_of(fleet, namespace), revision="a" * 40)
    assert fleet.client.writes == []
    fleet.sync(fleet_of(fleet, namespace), revision="b" * 40)
    name = f"acme.{fleet.unit.environment}"
    assert fleet.writes == [("PATCH", f"/apis/roster.dev/v1alpha1/environments/{name}/status")]


def test_the_time_of_a_condition_is_kept_until_its_status_changes(fleet, cluster, namespace, agents):
    def times() -> dict[str, str]:
        conditions = cluster.get(f"{agents}/support")["status"]["conditions"]
        return {it["type"]: it["lastTransitionTime"] for it in conditions}

    fleet.sync(fleet_of(fleet, namespace))
    first = times()
    fleet.sync(fleet_of(fleet, namespace, image="roster.test/crash-loop:1"), settle_seconds=4)
    second = times()
    assert second["Ready"] > first["Ready"]
    assert second["PromptPackReady"] == first["PromptPackReady"]
    status = cluster.get(f"{agents}/support")["status"]
    assert status["health"] == "Degraded"
    assert "CrashLoopBackOff" in status["message"]


def test_a_record_goes_with_its_spec_and_takes_nothing_with_it(fleet, cluster, namespace, agents):
    fleet.sync(fleet_of(fleet, namespace))
    cluster.request("DELETE", f"{agents}/support").checked()
    assert cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/support")
    fleet.sync(fleet_of(fleet, namespace))
    assert cluster.get(f"{agents}/support")["status"]["health"] == "Healthy"
    fleet.sync(fleet_of(fleet, namespace, agent=False))
    assert not cluster.request("GET", f"{agents}/support").ok
    assert not cluster.request("GET", f"/apis/apps/v1/namespaces/{namespace}/deployments/support").ok


def test_a_failure_before_the_bundle_is_told_and_changes_nothing_else(fleet, namespace):
    fleet.sync(fleet_of(fleet, namespace), revision="a" * 40)
    publish_failure(fleet.target, Pass(fleet.unit, "b" * 40), "2 errors in the specs")
    status = load_status(fleet.target, fleet.unit)
    assert (status.phase, status.last_error) == ("Failed", "2 errors in the specs")
    assert (status.attempted, status.applied) == ("b" * 40, "a" * 40)
    assert len(status.specs) == 3
    fleet.client.asked.clear()
    publish_failure(fleet.target, Pass(fleet.unit, "b" * 40), "2 errors in the specs")
    assert fleet.client.writes == []
    fleet.sync(fleet_of(fleet, namespace), revision="c" * 40)
    assert load_status(fleet.target, fleet.unit).last_error == ""


def test_a_failure_of_an_environment_that_was_never_published_is_told_too(fleet):
    publish_failure(fleet.target, Pass(fleet.unit, ""), "the repository is out of reach")
    assert load_status(fleet.target, fleet.unit).last_error == "the repository is out of reach"
