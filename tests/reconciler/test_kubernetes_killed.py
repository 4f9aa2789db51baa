"""A pass that dies around any write leaves nothing that the next one, at a later commit, does not put right."""

import pytest

from compiler.spec_key import SpecKey
from reconciler.errors import Unreachable
from tests.controlplane.cluster import Cluster
from tests.reconciler.bundles import bundle, config_map, deployment, owned
from tests.reconciler.cluster_target import READS, CountingClient, Fleet


class MortalClient(CountingClient):
    """A real client that dies around its n-th write: before it is sent, or after it was but before it is answered."""

    left: int = 10**9
    after = False

    def request(self, method, path, query=None, body=None, kind="application/json", accept="application/json"):
        writes = method not in READS and "dryRun" not in (query or {}) and "/leases" not in path
        if writes:
            self.left -= 1
        if self.left == 0 and not self.after:
            self.left = -1
        if self.left < 0:
            raise Unreachable("killed")
        reply = super().request(method, path, query, body, kind, accept)
        if self.left == 0:
            self.left = -1
            raise Unreachable("killed")
        return reply


def commit(fleet: Fleet, namespace: str, numbers) -> object:
    objects = []
    for number in numbers:
        spec = SpecKey("Agent", f"a{number}")
        objects.append(owned(config_map(f"c{number}", namespace), spec, fleet.unit))
        objects.append(owned(deployment(f"d{number}", namespace, replicas=0), spec, fleet.unit))
    return bundle(*objects, unit=fleet.unit)


def there(cluster: Cluster, namespace: str) -> set[str]:
    found = set()
    for path in (f"/api/v1/namespaces/{namespace}/configmaps", f"/apis/apps/v1/namespaces/{namespace}/deployments"):
        kind = "ConfigMap" if "config" in path else "Deployment"
        found |= {f"{kind}/{item['metadata']['name']}" for item in cluster.get(path)["items"]}
    return found - {"ConfigMap/kube-root-ca.crt"}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3, 5, 6, 7, 8])
def test_the_next_pass_owns_exactly_what_is_there(fleet, cluster, namespace, nth, after):
    fleet.sync(commit(fleet, namespace, range(3)), settle_seconds=0)
    cluster.request("POST", f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": "strangers"}}).checked()
    fleet.client.__class__ = MortalClient
    fleet.client.left, fleet.client.after = nth, after
    with pytest.raises(Unreachable):
        fleet.sync(commit(fleet, namespace, range(1, 6)), settle_seconds=0)
    fleet.client.left = 10**9
    lease = f"{fleet.unit.fleet}.{fleet.unit.environment}"
    cluster.request("DELETE", f"/apis/coordination.k8s.io/v1/namespaces/roster-system/leases/{lease}").checked()
    report = fleet.sync(commit(fleet, namespace, (2, 3, 6)), settle_seconds=0)
    assert report.converged
    wanted = {f"{kind}{number}" for kind in ("ConfigMap/c", "Deployment/d") for number in (2, 3, 6)}
    assert fleet.inventory() == wanted
    assert there(cluster, namespace) == {*wanted, "ConfigMap/strangers"}
