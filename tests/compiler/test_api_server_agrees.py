"""What the checks of workloads say, by code of ours: the real API server must say the same of the same objects."""

from typing import Any

import pytest

from compiler.lowered import Lowered
from compiler.output_checks import workloads
from compiler.spec_key import SpecKey
from compiler.workload import workload_of
from tests.controlplane.cluster import Cluster

LABELS = {"app": "web"}
CONTAINER = {"name": "a", "image": "a"}


def of_pods(api_version: str, kind: str, pod: dict[str, Any], **spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [CONTAINER], **pod}}
    selector = {} if kind == "Job" else {"selector": {"matchLabels": LABELS}}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "a"},
        "spec": {"template": template, **selector, **spec},
    }


def cron(schedule: str) -> dict[str, Any]:
    template = {"spec": {"containers": [CONTAINER], "restartPolicy": "Never"}}
    spec = {"schedule": schedule, "jobTemplate": {"spec": {"template": template}}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "a"}, "spec": spec}


def update(unavailable: Any, surge: Any) -> dict[str, Any]:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge}}
    return of_pods("apps/v1", "Deployment", {}, strategy=strategy)


def variable(**fields: Any) -> dict[str, Any]:
    env = [{"name": "A", **fields}]
    return of_pods("apps/v1", "Deployment", {"containers": [{**CONTAINER, "env": env}]})


FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}
OBJECTS: list[tuple[dict[str, Any], bool]] = [
    *(
        (of_pods("apps/v1", kind, {"restartPolicy": "OnFailure"}), False)
        for kind in ("Deployment", "DaemonSet", "StatefulSet")
    ),
    (of_pods("apps/v1", "Deployment", {"restartPolicy": "Always"}), True),
    (of_pods("apps/v1", "Deployment", {}), True),
    (of_pods("batch/v1", "Job", {}), False),
    (of_pods("batch/v1", "Job", {"restartPolicy": "Always"}), False),
    (of_pods("batch/v1", "Job", {"restartPolicy": "OnFailure"}), True),
    (of_pods("batch/v1", "Job", {"restartPolicy": "Never"}), True),
    (update(0, 0), False),
    (update("0%", 0), False),
    (update(0, "0%"), False),
    (update(0, 1), True),
    (update("25%", "0%"), True),
    (variable(value="a", valueFrom=FIELD), False),
    (variable(value="", valueFrom=FIELD), True),
    (variable(valueFrom=FIELD), True),
    *(
        (cron(schedule), True)
        for schedule in (
            *(
                "* * * * *",
                "0 0 1 1 0",
                "59 23 31 12 6",
                "*/5 * * * *",
                "1-5 * * * *",
                "1-30/10 * * * *",
                "5/10 * * * *",
            ),
            *(
                "0 0 * jan-MAR mon-fri",
                "0 0 ? * ?",
                "1,2,3-4 * * * *",
                "@daily",
                "@midnight",
                "@hourly",
                "@every 1h30m",
            ),
        )
    ),
    *(
        (cron(schedule), False)
        for schedule in (
            *(
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 7",
                "* * * *",
                "* * * * * *",
                "a * * * *",
            ),
            *("*/0 * * * *", "5-1 * * * *", "1-2-3 * * * *", "@dayly", "@every", "", "-1 * * * *"),
        )
    ),
]
PLURALS = {
    "Deployment": "deployments",
    "DaemonSet": "daemonsets",
    "StatefulSet": "statefulsets",
    "Job": "jobs",
    "CronJob": "cronjobs",
}


def test_the_api_server_refuses_what_we_refuse_and_nothing_else(cluster: Cluster) -> None:
    query = {"fieldValidation": "Strict", "dryRun": "All"}
    surprising = []
    for data, expected in OBJECTS:
        path = f"/apis/{data['apiVersion']}/namespaces/default/{PLURALS[data['kind']]}"
        reply = cluster.request("POST", path, data, query=query)
        if reply.ok is not expected:
            surprising.append((data["spec"], reply.body.get("message", "accepted")))
    assert surprising == []


@pytest.mark.parametrize(("data", "expected"), OBJECTS)
def test_so_do_we(data: dict[str, Any], expected: bool) -> None:
    workload = workload_of(Lowered(data, SpecKey("Agent", "web"), {}, ""))
    assert workload is not None
    checks = (workloads.check_restarts, workloads.check_values, workloads.check_strategy, workloads.check_schedule)
    found = [fault.message for check in checks for fault in check(workload)]
    assert bool(found) is not expected, found
