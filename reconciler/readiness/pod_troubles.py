"""The pods of a workload -> what is wrong with them in one sentence: `ImagePullBackOff on 2 pods: image not found`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.answer import Live

HARMLESS = frozenset({"ContainerCreating", "PodInitializing", ""})
LONGEST = 300


def pod_troubles(pods: Iterable[Live]) -> str:
    """The troubles of all pods, the most frequent first; empty if none is in trouble."""
    found = [trouble for pod in pods if not _leaving(pod) and (trouble := _trouble(pod))]
    messages = dict(reversed(found))
    return "; ".join(
        f"{reason} on {_count(count)}" + (f": {messages[reason]}" if messages[reason] else "")
        for reason, count in Counter(reason for reason, _ in found).most_common()
    )


def _leaving(pod: Live) -> bool:
    return bool(pod["metadata"].get("deletionTimestamp"))


def _trouble(pod: Live) -> tuple[str, str] | None:
    status = pod.get("status") or {}
    for container in _containers(status):
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason", "") not in HARMLESS:
            return waiting["reason"], _short(waiting.get("message", ""))
    for container in _containers(status):
        ended = (container.get("state") or {}).get("terminated") or {}
        if ended.get("exitCode"):
            text = f"container {container.get('name')} ended with exit code {ended['exitCode']}"
            return ended.get("reason") or "Error", _short(ended.get("message") or text)
    for entry in status.get("conditions") or ():
        if entry.get("type") == "PodScheduled" and entry.get("status") == "False":
            return entry.get("reason") or "Unschedulable", _short(entry.get("message", ""))
    if status.get("phase") == "Failed":
        return status.get("reason") or "Failed", _short(status.get("message", ""))
    return None


def _containers(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def _count(number: int) -> str:
    return "1 pod" if number == 1 else f"{number} pods"


def _short(text: str) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
