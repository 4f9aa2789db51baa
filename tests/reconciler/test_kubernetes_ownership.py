"""What is ours, what is a stranger's, and what may be deleted, on a real cluster."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from compiler.spec_key import SpecKey
from reconciler.adopted import adopted
from reconciler.errors import ForeignInventory, LeaseHeld, StaleInventory
from reconciler.inventory import stored, with_objects
from reconciler.outcome import Happened
from reconciler.targets import kubernetes_inventory
from reconciler.targets.kubernetes_lease import lease
from reconciler.unit import Unit
from tests.reconciler.bundles import bundle, config_map, deployment, owned
from tests.reconciler.cluster_target import Fleet
from tests.reconciler.test_inventory import some
from tests.reconciler.test_kubernetes_apply import happened, outcome

OTHER = SpecKey("Agent", "other")


def maps(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


def theirs(cluster, namespace: str, name: str, labels=None) -> None:
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels or {}}}
    cluster.request("POST", maps(namespace), {**document, "data": {"theirs": "x"}}).checked()


def test_a_strangers_object_of_the_same_name_is_held_and_survives(fleet, cluster, namespace):
    theirs(cluster, namespace, "settings")
    wanted = bundle(config_map("settings", namespace), unit=fleet.unit)
    report = fleet.sync(wanted)
    assert happened(report) == {"ConfigMap/settings": Happened.HELD}
    assert outcome(report, "ConfigMap/settings").sentence == "exists, not ours: --adopt ConfigMap/settings takes it"
    assert not report.converged
    assert cluster.get(f"{maps(namespace)}/settings")["data"] == {"theirs": "x"}
    fleet.sync(bundle(unit=fleet.unit), allow_empty=True)
    assert cluster.get(f"{maps(namespace)}/settings")["data"] == {"theirs": "x"}


def test_a_stranger_is_found_among_many_without_asking_for_each(fleet, cluster, namespace):
    theirs(cluster, namespace, "c3")
    wanted = bundle(*(config_map(f"c{number}", namespace) for number in range(10)), unit=fleet.unit)
    assert happened(fleet.sync(wanted))["ConfigMap/c3"] is Happened.HELD


def test_a_stranger_is_adopted_by_name(fleet, cluster, namespace):
    theirs(cluster, namespace, "settings")
    wanted = bundle(config_map("settings", namespace), unit=fleet.unit)
    report = fleet.sync(wanted, adopt=adopted(["configmap/settings"], wanted))
    assert happened(report) == {"ConfigMap/settings": Happened.UPDATED}
    assert fleet.inventory() == {"ConfigMap/settings"}
    assert cluster.get(f"{maps(namespace)}/settings")["data"] == {"key": "value", "theirs": "x"}


def test_what_carries_another_fleets_labels_is_never_adopted(fleet, cluster, namespace):
    labels = {"roster.dev/fleet": "umbrella", "roster.dev/environment": "prod"}
    theirs(cluster, namespace, "settings", labels)
    wanted = bundle(config_map("settings", namespace), unit=fleet.unit)
    report = fleet.sync(wanted, adopt=adopted(["ConfigMap/settings"], wanted))
    assert outcome(report, "ConfigMap/settings").sentence == "exists, and belongs to umbrella/prod"


def test_removing_an_agent_removes_exactly_its_objects(fleet, cluster, namespace):
    both = (
        config_map("settings", namespace),
        deployment(namespace=namespace, config="settings"),
        owned(config_map("other", namespace), OTHER, fleet.unit),
    )
    fleet.sync(bundle(*both, unit=fleet.unit))
    theirs(cluster, namespace, "strangers")
    report = fleet.sync(bundle(both[2], unit=fleet.unit))
    assert happened(report) == {
        "ConfigMap/settings": Happened.DELETED,
        "Deployment/support": Happened.DELETED,
        "ConfigMap/other": Happened.UNCHANGED,
    }
    assert fleet.inventory() == {"ConfigMap/other"}
    names = {item["metadata"]["name"] for item in cluster.get(maps(namespace))["items"]}
    assert names == {"kube-root-ca.crt", "other", "strangers"}


def test_an_environment_that_became_empty_is_pruned_only_with_consent(fleet, cluster, namespace):
    fleet.sync(bundle(config_map("settings", namespace), unit=fleet.unit))
    report = fleet.sync(bundle(unit=fleet.unit))
    assert happened(report) == {"ConfigMap/settings": Happened.HELD}
    assert "--allow-empty" in outcome(report, "ConfigMap/settings").sentence
    report = fleet.sync(bundle(unit=fleet.unit), allow_empty=True)
    assert happened(report) == {"ConfigMap/settings": Happened.DELETED}
    assert fleet.inventory() == set()


def test_an_object_that_was_replaced_by_somebody_is_not_pruned(fleet, cluster, namespace):
    keep = owned(config_map("other", namespace), OTHER, fleet.unit)
    fleet.sync(bundle(config_map("settings", namespace), keep, unit=fleet.unit))
    cluster.request("DELETE", f"{maps(namespace)}/settings").checked()
    theirs(cluster, namespace, "settings", fleet.unit.labels)
    report = fleet.sync(bundle(keep, unit=fleet.unit))
    assert happened(report) == {"ConfigMap/other": Happened.UNCHANGED}
    assert "ConfigMap/settings is not the object that we made" in report.plan.notes[0]
    assert cluster.get(f"{maps(namespace)}/settings")["data"] == {"theirs": "x"}
    assert fleet.inventory() == {"ConfigMap/other"}


def test_an_object_made_by_a_pass_that_was_killed_before_it_could_note_the_uid_is_still_pruned(fleet, namespace):
    keep = owned(config_map("other", namespace), OTHER, fleet.unit)
    fleet.sync(bundle(config_map("settings", namespace), keep, unit=fleet.unit))
    inventory = fleet.target.load_inventory(fleet.unit)
    forgotten = [replace(owned, uid="", desired="", fingerprint="") for owned in inventory.objects]
    fleet.target.store_inventory(with_objects(inventory, forgotten))
    report = fleet.sync(bundle(keep, unit=fleet.unit))
    assert happened(report)["ConfigMap/settings"] is Happened.DELETED


def test_namespaces_and_claims_are_never_pruned(fleet, cluster, namespace):
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": namespace},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    keep = config_map("settings", namespace)
    fleet.sync(bundle(claim, keep, unit=fleet.unit))
    report = fleet.sync(bundle(keep, unit=fleet.unit))
    assert happened(report)["PersistentVolumeClaim/data"] is Happened.KEPT
    assert "PersistentVolumeClaim/data" in fleet.inventory()


def test_retired_members_of_a_family_stay_while_they_are_among_the_newest_or_in_use(fleet, cluster, namespace):
    used = deployment("user", namespace, config="pack-0")
    cluster.apply(f"/apis/apps/v1/namespaces/{namespace}/deployments/user", used)
    cluster.until(f"/api/v1/namespaces/{namespace}/pods", lambda body: len(body["items"]) == 1)
    reports = []
    for number in range(6):
        pack = config_map(f"pack-{number}", namespace, family="pack", text=str(number))
        reports.append(fleet.sync(bundle(pack, unit=fleet.unit)))
    told = happened(reports[-1])
    assert told["ConfigMap/pack-5"] is Happened.CREATED
    kept = {name for name, what in told.items() if what is Happened.KEPT}
    assert "ConfigMap/pack-0" in kept
    assert len(kept) == 4
    assert sum(what is Happened.DELETED for what in told.values()) == 1
    gone = fleet.sync(bundle(config_map("last", namespace), unit=fleet.unit))
    assert happened(gone)["ConfigMap/pack-0"] is Happened.KEPT
    assert happened(gone)["ConfigMap/pack-5"] is Happened.DELETED


def test_an_inventory_of_another_cluster_stops_the_pass(fleet, namespace):
    fleet.sync(bundle(config_map("settings", namespace), unit=fleet.unit))
    inventory = fleet.target.load_inventory(fleet.unit)
    fleet.target.store_inventory(replace(inventory, identity="some-other-cluster"))
    with pytest.raises(ForeignInventory, match="was written for target some-other-cluster"):
        fleet.sync(bundle(unit=fleet.unit), allow_empty=True)


def test_an_inventory_is_stored_only_over_the_one_that_was_read(fleet, namespace):
    fleet.sync(bundle(config_map("settings", namespace), unit=fleet.unit))
    first = fleet.target.load_inventory(fleet.unit)
    fleet.target.store_inventory(first)
    with pytest.raises(StaleInventory):
        fleet.target.store_inventory(first)


def test_a_large_inventory_is_kept_in_several_shards(fleet, monkeypatch):
    monkeypatch.setattr(kubernetes_inventory, "stored", lambda inventory: stored(inventory, 900))
    empty = fleet.target.load_inventory(fleet.unit)
    saved = fleet.target.store_inventory(with_objects(empty, some(200)))
    assert fleet.target.load_inventory(fleet.unit).objects == saved.objects
    again = fleet.target.store_inventory(with_objects(saved, some(100)))
    assert fleet.target.load_inventory(fleet.unit).objects == again.objects


def test_two_syncs_at_once_and_the_second_is_told_who_is_first(fleet, namespace):
    with fleet.target.lease(fleet.unit, "ana@laptop") as held:
        held.take()
        with pytest.raises(LeaseHeld, match="written by ana@laptop since"):
            fleet.sync(bundle(config_map("settings", namespace), unit=fleet.unit))
    assert fleet.sync(bundle(config_map("settings", namespace), unit=fleet.unit)).converged


def test_the_lease_of_a_dead_writer_is_taken_over(fleet, cluster):
    path = "/apis/coordination.k8s.io/v1/namespaces/roster-system/leases"
    dead = {
        "holderIdentity": "dead",
        "leaseDurationSeconds": 1,
        "acquireTime": "2026-01-01T00:00:00.000000Z",
        "renewTime": "2026-01-01T00:00:00.000000Z",
    }
    name = f"{fleet.unit.fleet}.{fleet.unit.environment}"
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}, "spec": dead}
    cluster.request("POST", path, body).checked()
    with fleet.target.lease(fleet.unit, "me") as held:
        held.take()
        assert cluster.get(f"{path}/{name}")["spec"]["holderIdentity"] == "me"
        assert not held.lost()


def test_the_lease_of_a_killed_process_of_this_machine_is_taken_over_at_once(fleet):
    script = (
        "import os, sys\n"
        "from reconciler.targets.kubernetes import kubernetes_target\n"
        "from reconciler.unit import Unit\n"
        "with kubernetes_target(sys.argv[1], sys.argv[2]).lease(Unit(*sys.argv[3:5]), 'killed') as it:\n"
        "    it.take(); os.kill(os.getpid(), 9)"
    )
    cluster = fleet.cluster
    arguments = [cluster.context, str(cluster.kubeconfig), fleet.unit.fleet, fleet.unit.environment]
    done = subprocess.run([sys.executable, "-c", script, *arguments], check=False)
    assert done.returncode == -9
    with fleet.target.lease(fleet.unit, "me") as held:
        held.take()


def test_a_lease_is_renewed_while_it_is_held_and_lost_when_somebody_takes_it(fleet, cluster):
    path = f"/apis/coordination.k8s.io/v1/namespaces/roster-system/leases/{fleet.unit.fleet}.{fleet.unit.environment}"
    with lease(fleet.client, fleet.unit, "me", seconds=2) as held:
        held.take()
        first = cluster.get(path)["spec"]["renewTime"]
        cluster.until(path, lambda live: live["spec"]["renewTime"] > first)
        assert not held.lost()
        cluster.kubectl(
            "patch",
            "lease",
            path.rpartition("/")[2],
            "-n",
            "roster-system",
            "--type=merge",
            "-p",
            '{"spec":{"holderIdentity":"thief"}}',
        )
        end = time.monotonic() + 5
        while not held.lost() and time.monotonic() < end:
            time.sleep(0.05)
        assert held.lost()
    assert cluster.get(path)["spec"]["holderIdentity"] == "thief"


def test_another_unit_in_the_same_namespace_is_not_touched(fleet, cluster, namespace):
    neighbour = Fleet(cluster, Unit("umbrella", fleet.unit.environment))
    neighbour.sync(bundle(config_map("theirs", namespace), unit=neighbour.unit))
    fleet.sync(bundle(config_map("ours", namespace), unit=fleet.unit))
    fleet.sync(bundle(config_map("ours-2", namespace), unit=fleet.unit))
    assert neighbour.inventory() == {"ConfigMap/theirs"}
    assert cluster.get(f"{maps(namespace)}/theirs")
