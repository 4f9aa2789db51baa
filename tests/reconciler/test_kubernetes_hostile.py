"""What hurts most, on a real cluster: another's object or record touched, ours orphaned, an outage read as a loss."""

import itertools
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import yaml

from compiler.errors import TargetError
from compiler.spec_key import SpecKey
from reconciler.errors import Unreachable
from reconciler.outcome import Happened
from reconciler.reach import Reach
from reconciler.target import Named
from reconciler.targets.kubernetes import KubernetesTarget
from reconciler.targets.kubernetes_client import client_for_context
from reconciler.unit import Unit
from tests.controlplane.rights import rule
from tests.reconciler.bundles import bundle, config_map, deployment, owned, record
from tests.reconciler.cluster_target import CountingClient, Fleet
from tests.reconciler.test_kubernetes_apply import happened, outcome
from tests.reconciler.test_kubernetes_ownership import OTHER, maps, theirs


class KilledAfterTheApply(CountingClient):
    """A real client of a process that dies when its apply was carried out, and before it could note so."""

    def request(self, method, path, query=None, body=None, kind="application/json", accept="application/json"):
        reply = super().request(method, path, query, body, kind, accept)
        if method == "PATCH" and "dryRun" not in (query or {}):
            raise Unreachable("killed")
        return reply


def names(cluster, namespace: str) -> set[str]:
    return {item["metadata"]["name"] for item in cluster.get(maps(namespace))["items"]} - {"kube-root-ca.crt"}


def test_an_object_made_again_by_a_pass_that_was_killed_is_still_ours_to_prune(fleet, cluster, namespace):
    keep = owned(config_map("other", namespace), OTHER, fleet.unit)
    both = bundle(config_map("settings", namespace), keep, unit=fleet.unit)
    fleet.sync(both)
    cluster.request("DELETE", f"{maps(namespace)}/settings").checked()
    fleet.client.__class__ = KilledAfterTheApply
    with pytest.raises(Unreachable):
        fleet.sync(both)
    fleet.client.__class__ = CountingClient
    assert names(cluster, namespace) == {"settings", "other"}
    report = fleet.sync(bundle(keep, unit=fleet.unit))
    assert happened(report)["ConfigMap/settings"] is Happened.DELETED
    assert names(cluster, namespace) == {"other"}


def test_nothing_old_of_an_agent_is_pruned_while_something_new_of_it_is_held(fleet, cluster, namespace):
    gone = owned(config_map("gone", namespace), OTHER, fleet.unit)
    fleet.sync(bundle(config_map("old", namespace), gone, unit=fleet.unit))
    theirs(cluster, namespace, "new")
    report = fleet.sync(bundle(config_map("new", namespace), unit=fleet.unit))
    assert happened(report) == {
        "ConfigMap/new": Happened.HELD,
        "ConfigMap/old": Happened.HELD,
        "ConfigMap/gone": Happened.DELETED,
    }
    assert outcome(report, "ConfigMap/old").sentence == "is kept while ConfigMap/new is held"
    assert "ConfigMap/old" in fleet.inventory()


def test_nothing_old_of_an_agent_is_pruned_while_something_new_of_it_could_not_even_be_tried(fleet, cluster, namespace):
    stranger, unit = SpecKey("Provider", "claude"), fleet.unit
    fleet.sync(bundle(deployment("old", namespace, replicas=0), unit=unit))
    theirs(cluster, namespace, "claude")
    wanted = (owned(config_map("claude", namespace), stranger, unit), deployment("new", namespace, replicas=0))
    report = fleet.sync(bundle(*wanted, references={SpecKey("Agent", "support"): (stranger,)}, unit=unit))
    assert happened(report) == {
        "ConfigMap/claude": Happened.HELD,
        "Deployment/new": Happened.SKIPPED,
        "Deployment/old": Happened.SKIPPED,
    }
    assert outcome(report, "Deployment/old").sentence == "is kept while Deployment/new was skipped"


def test_an_environment_renamed_to_a_namespace_out_of_reach_loses_nothing(fleet, cluster, namespace):
    fleet.target = KubernetesTarget(fleet.client, Reach(namespaces=frozenset({namespace})))
    fleet.sync(bundle(deployment(namespace=namespace, replicas=0), unit=fleet.unit))
    report = fleet.sync(bundle(deployment(namespace="elsewhere", replicas=0), unit=fleet.unit))
    assert {outcome.happened for outcome in report.outcomes} == {Happened.HELD}
    assert cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/support")


def test_a_cluster_wide_object_survives_the_renaming_of_the_namespace_it_was_declared_with(fleet, cluster, namespace):
    def role(place: str) -> dict:
        kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": []}
        return {**kind, "metadata": {"name": namespace, "namespace": place}}

    keep = config_map("settings", namespace)
    fleet.sync(bundle(role(namespace), keep, unit=fleet.unit))
    fleet.sync(bundle(role("renamed"), keep, unit=fleet.unit))
    path = f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{namespace}"
    assert cluster.get(path)["metadata"]["name"] == namespace
    fleet.sync(bundle(keep, unit=fleet.unit))
    assert cluster.request("GET", path).status == 404


def test_what_is_on_its_way_out_is_not_deleted_again_and_again(fleet, cluster, namespace):
    keep = owned(config_map("other", namespace), OTHER, fleet.unit)
    fleet.sync(bundle(config_map("settings", namespace), keep, unit=fleet.unit))
    finalizer = '{"metadata":{"finalizers":["example.test/never"]}}'
    cluster.kubectl("patch", "configmap", "settings", "-n", namespace, "--type=merge", "-p", finalizer)
    first = fleet.sync(bundle(keep, unit=fleet.unit))
    assert happened(first)["ConfigMap/settings"] is Happened.TERMINATING
    second = fleet.sync(bundle(keep, unit=fleet.unit))
    assert (
        outcome(second, "ConfigMap/settings").sentence == "is being deleted already, and waits for example.test/never"
    )
    assert fleet.writes == []
    cluster.kubectl(
        "patch",
        "configmap",
        "settings",
        "-n",
        namespace,
        "--type=json",
        "-p",
        '[{"op":"remove","path":"/metadata/finalizers"}]',
    )
    fleet.sync(bundle(keep, unit=fleet.unit))
    assert fleet.inventory() == {"ConfigMap/other"}


def test_a_lost_inventory_is_told_and_neither_deletes_nor_holds_anything(fleet, cluster, namespace):
    gone = owned(config_map("gone", namespace), OTHER, fleet.unit)
    told = record("Environment", fleet.unit.environment, unit=fleet.unit)
    fleet.sync(bundle(config_map("settings", namespace), gone, records=(told,), unit=fleet.unit))
    inventory = f"{maps('roster-system')}/inventory.{fleet.unit.fleet}.{fleet.unit.environment}"
    cluster.request("DELETE", inventory).checked()
    wanted = bundle(config_map("settings", namespace), records=(told,), unit=fleet.unit)
    report = fleet.sync(wanted)
    assert happened(report) == {"ConfigMap/settings": Happened.UNCHANGED}
    assert report.converged
    (warning,) = report.warnings
    assert warning.startswith(f"the inventory of {fleet.unit} was gone")
    assert f"roster.dev/environment={fleet.unit.environment}" in warning
    assert names(cluster, namespace) == {"settings", "gone"}
    assert fleet.inventory() == {"ConfigMap/settings"}
    assert fleet.sync(wanted).warnings == ()


def test_two_fleets_with_an_agent_of_one_name_in_one_namespace_keep_their_records(fleet, cluster, namespace):
    neighbour = Fleet(cluster, Unit("umbrella", fleet.unit.environment))

    def wanted(unit: Unit) -> object:
        spec = SpecKey("Agent", "support")
        told = (record("Agent", "support", namespace, unit, owner=unit.fleet), record("Environment", "e", unit=unit))
        return bundle(owned(config_map(unit.fleet, namespace), spec, unit), records=told, unit=unit)

    assert neighbour.sync(wanted(neighbour.unit)).warnings == ()
    report = fleet.sync(wanted(fleet.unit))
    (warning,) = report.warnings
    assert f"the record of Agent/support cannot be written: one of this name belongs to {neighbour.unit}" in warning
    live = cluster.get(f"/apis/roster.dev/v1alpha1/namespaces/{namespace}/agents/support")
    assert live["spec"] == {"owner": "umbrella"}
    neighbour.sync(wanted(neighbour.unit))
    assert not [path for _, path in neighbour.writes if "/environments/" not in path]


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_the_right_to_watch_changes_are_still_seen(fleet, cluster, user, namespace):
    wanted = bundle(config_map("a", namespace), unit=fleet.unit)
    fleet.sync(wanted)
    user("developer", rule("get list", "configmaps"), namespace=namespace)
    limited = Fleet(cluster, fleet.unit, user="developer")
    (named,) = (Named(item.key, item.api_version) for item in wanted.objects)
    with closing(limited.target.scenes(fleet.unit, [named])) as scenes:
        assert named.key in next(scenes)
        cluster.kubectl("patch", "configmap", "a", "-n", namespace, "-p", '{"data":{"key":"drift"}}')
        end = time.monotonic() + 8
        seen = itertools.takewhile(lambda _: time.monotonic() < end, scenes)
        values = (scene[named.key]["data"]["key"] for scene in seen)
        assert "drift" in values
    asked = [path for method, path, _ in limited.client.asked if path.endswith("/configmaps")]
    assert len(asked) < 12


def test_a_list_that_is_refused_is_not_read_as_everything_gone(fleet, cluster, user, namespace):
    user("developer", rule("get", "configmaps"), namespace=namespace)
    limited = Fleet(cluster, fleet.unit, user="developer")
    (item,) = bundle(config_map("a", namespace), unit=fleet.unit).objects
    with closing(limited.target.scenes(fleet.unit, [Named(item.key, "v1")])) as scenes, pytest.raises(TargetError):
        next(scenes)


def test_a_record_of_a_kind_that_is_not_installed_is_a_warning_with_the_remedy(fleet, namespace):
    told = (record("Ghost", "support", namespace, fleet.unit),)
    report = fleet.sync(bundle(config_map("settings", namespace), records=told, unit=fleet.unit))
    (warning,) = report.warnings
    assert "no kind Ghost in roster.dev/v1alpha1" in warning
    assert "`roster install`" in warning


class Portal(BaseHTTPRequestHandler):
    """Says 200 and a web page to everything, as a login page in front of a network does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>welcome</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_web_page_in_place_of_an_api_server_is_told_as_such(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        clusters = [{"name": "a", "cluster": {"server": address}}]
        users, contexts = [{"name": "u", "user": {}}], [{"name": "web", "context": {"cluster": "a", "user": "u"}}]
        file = tmp_path / "config"
        file.write_text(yaml.safe_dump({"clusters": clusters, "users": users, "contexts": contexts}))
        target = KubernetesTarget(client_for_context("web", str(file)))
        with pytest.raises(Unreachable, match="is no API server"):
            target.load_inventory(Unit("acme", "test"))
        server.shutdown()


class EarlyClock(BaseHTTPRequestHandler):
    """Passes each request on to `server`; the answers say that it is an hour later than this machine thinks."""

    protocol_version = "HTTP/1.1"
    cluster = None

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        kept = {
            name: value for name, value in self.headers.items() if name.lower() in ("content-type", "authorization")
        }
        reply = self.cluster.pool.request(
            self.command, f"{self.cluster.server}{self.path}", body=self.rfile.read(length), headers=kept
        )
        self.send_response_only(reply.status)
        self.send_header("Date", self.date_time_string(time.time() + 3600))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.data)))
        self.end_headers()
        self.wfile.write(reply.data)

    do_GET = do_POST = do_PUT = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_leases_go_by_the_clock_of_the_api_server(fleet, cluster, tmp_path):
    path = f"/apis/coordination.k8s.io/v1/namespaces/roster-system/leases/{fleet.unit.fleet}.{fleet.unit.environment}"
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Early", (EarlyClock,), {"cluster": cluster})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        config = yaml.safe_load(cluster.kubeconfig.read_text())
        for entry in config["clusters"]:
            entry["cluster"] = {"server": f"http://127.0.0.1:{server.server_address[1]}"}
        proxied = tmp_path / "config"
        proxied.write_text(yaml.safe_dump(config))
        proxied.chmod(0o600)
        target = KubernetesTarget(client_for_context(cluster.context, str(proxied)))
        with fleet.target.lease(fleet.unit, "first") as held:
            held.take()
            written = cluster.get(path)["spec"]["renewTime"]
        with target.lease(fleet.unit, "second") as held:
            held.take()
            later = cluster.get(path)["spec"]["renewTime"]
        server.shutdown()
    assert written < time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 60))
    assert later > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 3000))
