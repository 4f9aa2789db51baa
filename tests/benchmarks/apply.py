"""How fast is a first apply of 500 objects, beside a bare pooled client and kubectl? `python -m tests.benchmarks.apply`

All three send the same bodies in turn, each to a fresh API server, so that no one's pods slow the next one down.
"""

import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from compiler.bundle import Bundle
from compiler.kube_object import KubeObject
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from tests.benchmarks.fleets import fleet
from tests.benchmarks.measured import first_apply, quiet_pass
from tests.controlplane.build import build
from tests.controlplane.cluster import APPLY, Cluster
from tests.controlplane.controlplane import start

AGENTS = 62
RUNS = 3
WORKERS = 8
PLURALS = {
    "ConfigMap": ("/api/v1", "configmaps"),
    "Service": ("/api/v1", "services"),
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "Deployment": ("/apis/apps/v1", "deployments"),
    "HorizontalPodAutoscaler": ("/apis/autoscaling/v2", "horizontalpodautoscalers"),
    "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "PodDisruptionBudget": ("/apis/policy/v1", "poddisruptionbudgets"),
    "VirtualService": ("/apis/networking.istio.io/v1", "virtualservices"),
}


def bundle_for(namespace: str) -> Bundle:
    """A bundle of about 500 objects in a namespace."""
    with TemporaryDirectory() as folder:
        for path, text in fleet(AGENTS).items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("namespace: agents", f"namespace: {namespace}").replace("acme", namespace))
        bundle = compile_environment(FolderTree(folder), "prod").bundle
    assert bundle is not None
    return bundle


def path_of(item: KubeObject) -> str:
    """Where an object is applied."""
    base, plural = PLURALS[item.key.kind]
    return f"{base}/namespaces/{item.key.namespace}/{plural}/{item.key.name}?fieldManager=bare&force=true"


def bare_client(cluster: Cluster, bundle: Bundle) -> float:
    """Seconds that a bare pool of connections takes for the same bodies."""
    items = [item for item in bundle.objects if item.key.kind != "Namespace"]
    headers = {**cluster.headers["admin"], "Content-Type": APPLY}

    def send(item: KubeObject) -> None:
        answer = cluster.pool.request("PATCH", cluster.server + path_of(item), body=item.body, headers=headers)
        assert answer.status < 300, answer.data

    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(send, items))
    return time.perf_counter() - started


def kubectl(cluster: Cluster, bundle: Bundle, folder: Path) -> float:
    """Seconds that kubectl takes for the same bodies."""
    file = folder / f"{bundle.namespace}.json"
    items = [orjson.loads(item.body) for item in bundle.objects if item.key.kind != "Namespace"]
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    started = time.perf_counter()
    cluster.kubectl("apply", "--server-side", "-f", str(file))
    return time.perf_counter() - started


def measured(client: Callable[[Cluster, Bundle], float], name: str) -> float:
    """Objects a second on a control plane of its own, so that nobody is measured beside another's pods."""
    with start(build()) as plane:
        bundle = bundle_for(plane.cluster.namespace(name))
        return len(bundle.objects) / client(plane.cluster, bundle)


def main() -> None:
    """Print the rates, and the requests of a pass that has nothing to do."""
    with TemporaryDirectory() as folder:
        clients: dict[str, Callable[[Cluster, Bundle], float]] = {
            "bare": bare_client,
            "roster": first_apply,
            "kubectl": lambda cluster, bundle: kubectl(cluster, bundle, Path(folder)),
        }
        rates: dict[str, list[float]] = {name: [] for name in clients}
        for _ in range(RUNS):
            for name, client in clients.items():
                rates[name].append(measured(client, name))
    bare = statistics.median(rates["bare"])
    for name, found in rates.items():
        rate = statistics.median(found)
        spread = f"{min(found):.0f} to {max(found):.0f}"
        print(f"{name:8} {rate:6.0f} objects a second ({spread:>10})  {rate / bare:5.2f} of the bare client")
    with start(build()) as plane:
        for agents in (1, AGENTS):
            print(quiet_pass(plane.cluster, agents))


if __name__ == "__main__":
    main()
