"""Measured: a running cluster and a bundle -> how long Roster's own pass takes, and how many requests it sends."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from compiler.bundle import Bundle
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from reconciler.unit import Unit
from tests.benchmarks.fleets import fleet
from tests.controlplane.cluster import Cluster
from tests.reconciler.cluster_target import Fleet, install_definitions

NO_WAIT = {"settle_seconds": 0, "answer_seconds": 0}


def first_apply(cluster: Cluster, bundle: Bundle) -> float:
    """Seconds from the beginning of the pass until the last object is applied: look, plan and apply, settling aside."""
    unit = Fleet(cluster, Unit(bundle.fleet, bundle.environment))
    install_definitions(unit)
    ends: list[float] = []
    started = time.perf_counter()
    report = unit.sync(bundle, on_outcome=lambda _: ends.append(time.perf_counter()), **NO_WAIT)
    assert report.converged, report.outcomes
    return max(ends) - started


def quiet_pass(cluster: Cluster, agents: int) -> str:
    """What a pass over an unchanged commit asks of the API server, as a sentence."""
    namespace = cluster.namespace("quiet")
    with TemporaryDirectory() as folder:
        for path, text in fleet(agents).items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(
                text.replace("namespace: agents", f"namespace: {namespace}").replace("acme", namespace)
            )
        bundle = compile_environment(FolderTree(folder), "prod").bundle
    assert bundle is not None
    unit = Fleet(cluster, Unit(bundle.fleet, bundle.environment))
    install_definitions(unit)
    for _ in range(2):
        # Until the pods are ready: what changes in the cluster meanwhile is told by the records, and is no quiet.
        unit.sync(bundle, revision="1" * 40, settle_seconds=90, answer_seconds=1)
    unit.sync(bundle, revision="1" * 40, **NO_WAIT)
    asked = len(unit.client.asked)
    return f"quiet pass over {len(bundle.objects):4} objects: {asked} requests, {len(unit.client.writes)} writes"
