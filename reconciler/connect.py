"""connect: what an environment declares as its target, and the settings of the caller in, the Target out."""

from typing import Any

from compiler.errors import UsageError
from reconciler.pulling.defined import Defined
from reconciler.settings import Settings
from reconciler.target import Target


def connect(declared: Any, settings: Settings, patience: float = 15.0) -> Target:
    """The target that `spec.target` of an Environment names. Raises UsageError if it cannot be meant here.

    `patience` is in seconds: how long a request is repeated before the target counts as unreachable.
    """
    if declared.directory is not None:
        from reconciler.targets.directory import DirectoryTarget

        return DirectoryTarget(settings.root, declared.directory.path, settings.reach)
    if declared.kubernetes is not None:
        return cluster(declared.kubernetes.cluster, settings, patience)
    raise UsageError("the environment declares no target", "write target.kubernetes or target.directory")


def cluster(name: str, settings: Settings, patience: float = 15.0) -> Target:
    """The cluster of this name: a kubeconfig context, or the one that this process runs in. Raises UsageError."""
    from reconciler.targets.kubernetes import kubernetes_target, kubernetes_target_in_cluster

    if settings.in_cluster == name:
        return kubernetes_target_in_cluster(name, settings.reach, patience)
    return kubernetes_target(settings.context or name, settings.kubeconfig, settings.reach, patience)


def read_defined(context: str, kubeconfig: str | None, impersonate: str) -> Defined:
    """What the cluster of a kubeconfig context defines and serves. Raises UsageError, Denied, TargetError."""
    from reconciler.targets.kubernetes_client import client_for_context
    from reconciler.targets.kubernetes_definitions import read_defined as read

    return read(client_for_context(context, kubeconfig, impersonate))
