"""Workloads: an object that makes pods -> fields of it that exclude each other, as the API server's own code says."""

import re
from collections.abc import Iterator

from compiler.fault import Fault
from compiler.inside import items, mapping, text
from compiler.lowered import type_of
from compiler.source import FieldPath
from compiler.workload import Workload

_ENDLESS = frozenset(("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps"))
_ENDING = frozenset(("Job.batch", "CronJob.batch"))
_NONE = (0, "0", "0%")
_NAMES = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""The least and greatest number of each of a schedule's fields."""
_MACRO = re.compile(r"^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every ([0-9.]+(ns|us|µs|ms|s|m|h))+)$")


def check_restarts(workload: Workload) -> Iterator[Fault]:
    """R0626: a restart policy that the kind does not take: pods of a Job end, those of others never do."""
    lowered = workload.lowered
    kind = type_of(lowered)
    path, pod = workload.pod
    policy = pod.get("restartPolicy") or "Always"
    if kind in _ENDLESS and policy != "Always":
        help = "leave it out: the pods are always restarted"
        yield Fault(
            "R0626", lowered, (*path, "restartPolicy"), f"is {policy}, a {lowered.data['kind']} takes Always", help
        )
    elif kind in _ENDING and policy not in ("OnFailure", "Never"):
        message = f"is {policy}, a {lowered.data['kind']} takes OnFailure or Never"
        yield Fault("R0626", lowered, (*path, "restartPolicy"), message, "write OnFailure or Never")


def check_values(workload: Workload) -> Iterator[Fault]:
    """R0627: an environment variable that has a value and also a place to take one from."""
    lowered = workload.lowered
    for place, container in workload.containers:
        for index, variable in enumerate(items(container, "env")):
            if text(variable, "value") and mapping(variable, "valueFrom"):
                path = (*place, "env", index, "valueFrom")
                yield Fault("R0627", lowered, path, "stands beside value", "keep one of the two")


def check_strategy(workload: Workload) -> Iterator[Fault]:
    """R0628: a rolling update that may neither take a pod away nor add one."""
    lowered = workload.lowered
    path: FieldPath = ("spec", "strategy", "rollingUpdate")
    update = mapping(lowered.data, *path)
    if (
        type_of(lowered) == "Deployment.apps"
        and update.get("maxUnavailable") in _NONE
        and update.get("maxSurge") in _NONE
    ):
        message = "is 0 beside a maxSurge of 0: no pod may go, and none may come"
        yield Fault("R0628", lowered, (*path, "maxUnavailable"), message, "raise one of the two")


def check_schedule(workload: Workload) -> Iterator[Fault]:
    """R0629: a CronJob's schedule that is none."""
    lowered = workload.lowered
    if type_of(lowered) != "CronJob.batch":
        return
    schedule = text(lowered.data, "spec", "schedule")
    if not _is_schedule(schedule):
        help = 'write minute, hour, day, month and weekday, "30 6 * * 1-5", or @hourly, @daily, @weekly'
        yield Fault("R0629", lowered, ("spec", "schedule"), f"is {schedule or 'empty'}, which is no schedule", help)


def _is_schedule(schedule: str) -> bool:
    fields = schedule.split()
    if schedule.startswith("@"):
        return bool(_MACRO.match(schedule))
    return len(fields) == 5 and all(_is_field(field.lower(), number) for number, field in enumerate(fields))


def _is_field(field: str, number: int) -> bool:
    return all(_is_part(part, _RANGES[number], number) for part in field.split(",") if part)


def _is_part(part: str, limits: tuple[int, int], number: int) -> bool:
    """One of the parts between commas: `*`, `5`, `1-5`, `mon-fri`, each with `/step`."""
    span, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step) > 0):
        return False
    if span in ("*", "?"):
        return True
    ends = [_number(word, number) for word in span.split("-")]
    known = [end for end in ends if end is not None]
    within = all(limits[0] <= end <= limits[1] for end in known)
    return len(known) == len(ends) <= 2 and within and known == sorted(known)


def _number(word: str, number: int) -> int | None:
    names: tuple[str, ...] = _NAMES.get(number, ())
    if word in names:
        return names.index(word) + _RANGES[number][0]
    return int(word) if word.isascii() and word.isdecimal() else None
