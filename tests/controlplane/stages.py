"""The kwok stages that play the kubelet: healthy pods, and unhealthy ones where a test asks."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

STOCK = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)
FILE = "stages.json"
MARK = "roster.test/pod"
BEHAVIOURS = ("never-ready", "crash-loop", "image-pull-backoff", "slow-ready", "fails")
# A pod's behaviour is asked for by annotation, by label, or by an image such as
# `roster.test/never-ready:2`, for tests in which only the image of a release changes.
BEHAVIOUR = (
    f'[.metadata.annotations["{MARK}"], .metadata.labels["{MARK}"],'
    ' (.spec.containers[].image | capture("^roster[.]test/(?<it>[a-z-]+)").it)]'
    f" | map(select(. as $it | {json.dumps(BEHAVIOURS)} | index($it))) | first"
)
# A template cannot ask jq, so a stage that has run says so in the reason of its condition.
REASON = '.status.conditions.[] | select( .type == "Ready" ) | .reason'
SLOW_MILLISECONDS = 4000

Stage = dict[str, Any]


def write_stock_stages(kwok: Path, output: Path) -> None:
    """Keep kwok's own stages, read out of its module."""
    stages = [yaml.safe_load((kwok / "kustomize/stage" / path).read_text()) for path in STOCK]
    (output / FILE).write_text(json.dumps(stages))


def write_stages(kept: Path, output: Path, extra: Iterable[Stage] = ()) -> None:
    """Write the configuration kwok starts with: its own stages, ours and a test's own."""
    stock: list[Stage] = json.loads((kept / FILE).read_text())
    slow = [_slow(stage) for stage in stock if stage["metadata"]["name"] == "pod-ready"]
    for stage in stock:
        if stage["metadata"]["name"] == "pod-ready":
            _match(stage, BEHAVIOUR, "DoesNotExist")
        if stage["metadata"]["name"] == "pod-complete":
            _match(stage, BEHAVIOUR, "NotIn", "never-ready", "crash-loop")
    stages = [*stock, *slow, *_unhealthy(), *extra]
    output.write_text("\n---\n".join(json.dumps(stage) for stage in stages))


def _slow(ready: Stage) -> Stage:
    stage: Stage = json.loads(json.dumps(ready))
    stage["metadata"]["name"] = "pod-slow-ready"
    stage["spec"]["delay"] = {"durationMilliseconds": SLOW_MILLISECONDS}
    _match(stage, BEHAVIOUR, "In", "slow-ready")
    return stage


def _unhealthy() -> Iterable[Stage]:
    started = "running: {startedAt: {{ Now | Quote }}}"
    crashed = "waiting: {reason: CrashLoopBackOff, message: back-off restarting failed container}"
    unpulled = "waiting: {reason: ImagePullBackOff, message: back-off pulling image}"
    failed = "terminated: {exitCode: 1, reason: Error, message: the container failed}"
    yield _stage("never-ready", "Running", started, restarts=0)
    yield _stage("crash-loop", "Running", crashed, restarts=5)
    yield _stage("image-pull-backoff", "Pending", unpulled, restarts=0)
    yield _stage("fails", "Failed", failed, restarts=0)


def _stage(behaviour: str, phase: str, state: str, restarts: int) -> Stage:
    stage: Stage = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": f"pod-{behaviour}"},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
            "selector": {"matchExpressions": []},
            "next": {"statusTemplate": _status(behaviour, phase, state, restarts)},
        },
    }
    _match(stage, ".metadata.deletionTimestamp", "DoesNotExist")
    _match(stage, BEHAVIOUR, "In", behaviour)
    _match(stage, REASON, "NotIn", _reason(behaviour))
    return stage


def _status(behaviour: str, phase: str, state: str, restarts: int) -> str:
    condition = "{{status: {0}, type: {1}, reason: {2}, lastTransitionTime: {{{{ Now | Quote }}}}}}"
    reason = _reason(behaviour)
    return f"""
conditions:
- {condition.format('"True"', "Initialized", '""')}
- {condition.format('"False"', "Ready", reason)}
- {condition.format('"False"', "ContainersReady", reason)}
containerStatuses:
{{{{ range .spec.containers }}}}
- image: {{{{ .image | Quote }}}}
  name: {{{{ .name | Quote }}}}
  ready: false
  restartCount: {restarts}
  state: {{{state}}}
{{{{ end }}}}
phase: {phase}
startTime: {{{{ Now | Quote }}}}
"""


def _reason(behaviour: str) -> str:
    return "".join(word.capitalize() for word in behaviour.split("-"))


def _match(stage: Stage, key: str, operator: str, *values: str) -> None:
    expression: dict[str, Any] = {"key": key, "operator": operator}
    if values:
        expression["values"] = list(values)
    stage["spec"]["selector"]["matchExpressions"].append(expression)
