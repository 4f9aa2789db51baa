"""Workloads: codes about what keeps pods from being made, replaced or moved."""

from compiler.catalogue.entry import Entry, error

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0626",
        "restart-policy",
        "A workload has a restart policy that its kind does not take",
        "Pods of a Job come to an end, and are restarted OnFailure or Never; those of a Deployment, StatefulSet or "
        "DaemonSet are Always restarted. The API server refuses anything else.",
        "Write one that the message names; a Job must say which.",
    ),
    error(
        "R0627",
        "variable-with-two-values",
        "An environment variable has a value and a place to take one from",
        "The API server refuses the workload.",
        "Keep value or valueFrom.",
    ),
    error(
        "R0628",
        "update-cannot-move",
        "A rolling update may neither take a pod away nor add one",
        "With maxUnavailable and maxSurge both 0 no pod could ever be replaced. The API server refuses the Deployment.",
        "Raise one of the two.",
    ),
    error(
        "R0629",
        "bad-schedule",
        "A CronJob's schedule is none",
        "The API server refuses the CronJob.",
        "Write five fields -- minute, hour, day of the month, month, day of the week -- or a word such as @daily.",
    ),
    error(
        "R0637",
        "selects-strangers-pods",
        "A workload's selector matches the pods of another one",
        "Each would count the other's pods as its own, and scale or delete them. Where a person wrote both it is a "
        "warning.",
        "Give the selector and the pods of each a label that the other has not.",
    ),
    error(
        "R0644",
        "budget-forbids-eviction",
        "A PodDisruptionBudget lets no pod go",
        "A node that is drained waits until its pods may go. If the budget keeps as many pods as there are at least, "
        "that is never, and the upgrade of a cluster stops there. Where a person wrote it, it is a warning.",
        "Keep one pod fewer than there are, or write maxUnavailable: 1.",
    ),
)
