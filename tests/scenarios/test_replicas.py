"""Replicas pass from Git to an autoscaler and back; the count never dips below what it was."""

import threading
import time

from tests.scenarios.fleet import AGENT, agent, fleet

FIXED = AGENT
RANGE = AGENT.replace("{replicas: 2}", "{min: 2, max: 9, cpu: 80}")
RAISED = AGENT.replace("{replicas: 2}", "{min: 5, max: 9, cpu: 80}")


class Watcher:
    """Notes every number of replicas that a Deployment asks for."""

    def __init__(self, cluster, path):
        self.cluster, self.path = cluster, path
        self.seen = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        while not self._stop.is_set():
            count = self.cluster.get(self.path)["spec"]["replicas"]
            if not self.seen or self.seen[-1] != count:
                self.seen.append(count)
            time.sleep(0.02)


def test_replicas_are_handed_over_and_back_without_a_dip(repository, installed, namespace):
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/support"
    repository.commit(fleet(namespace, installed.context))
    repository.roster("sync", "prod")
    with Watcher(installed, path) as watcher:
        installed.kubectl("scale", "-n", namespace, "deployment/support", "--replicas=4")
        installed.until(path, lambda live: live["spec"]["replicas"] == 4)
        assert "replicas" in repository.roster("plan", "prod")
        repository.commit(agent("support", spec=RANGE), "autoscale")
        repository.roster("sync", "prod")
        assert watcher.seen[-1] == 4, "an autoscaler takes over the number that is there"
        repository.commit(agent("support", spec=RAISED), "at least five")
        repository.roster("sync", "prod")
        installed.until(path, lambda live: live["spec"]["replicas"] == 5, seconds=60)
        installed.kubectl("scale", "-n", namespace, "deployment/support", "--replicas=7")
        time.sleep(1)
        repository.roster("sync", "prod")
        assert watcher.seen[-1] >= 5
        repository.roster("sync", "prod")
    assert min(watcher.seen[watcher.seen.index(4) :]) >= 4

    repository.commit(agent("support", spec=FIXED.replace("replicas: 2", "replicas: 8")), "fixed again")
    with Watcher(installed, path) as watcher:
        repository.roster("sync", "prod")
        installed.until(path, lambda live: live["spec"]["replicas"] == 8)
    assert min(watcher.seen) >= 5
    hpa = installed.request("GET", f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers/support")
    assert hpa.status == 404
    installed.kubectl("scale", "-n", namespace, "deployment/support", "--replicas=3")
    repository.roster("sync", "prod")
    assert installed.get(path)["spec"]["replicas"] == 8
