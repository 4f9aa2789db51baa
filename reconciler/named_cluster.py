"""named_cluster: an environment's name, or a kubeconfig context, in; the context to ask out."""

from compiler.errors import UsageError
from compiler.fleet import environment_names, why_none
from compiler.suggestion import did_you_mean
from compiler.tree import Tree
from reconciler.declared_environment import declared_environment


def named_cluster(tree: Tree, environment: str | None, context: str | None) -> str:
    """The kubeconfig context that a person means: `context` before the one that the environment declares.

    Raises UsageError if neither is given, if there is no such environment, or if it is applied to no cluster.
    """
    names = environment_names(tree)
    if environment is None and not context:
        raise UsageError("no cluster is named", _remedy(tree, names))
    if environment is not None and environment not in names:
        raise UsageError(why_none(tree, environment), did_you_mean(environment, names) or _remedy(tree, names))
    declared = _cluster(tree, environment) if environment is not None else ""
    if not (context or declared):
        raise UsageError(f"environment {environment} is applied to no cluster", _remedy(tree, names))
    return context or declared


def _cluster(tree: Tree, environment: str) -> str:
    """The context that an environment declares; empty if its target is no cluster. Raises UsageError."""
    kubernetes = declared_environment(tree, environment).target.kubernetes
    return "" if kubernetes is None else str(kubernetes.cluster)


def _remedy(tree: Tree, names: tuple[str, ...]) -> str:
    """What else may be named: the environments that are applied to a cluster, or a context."""
    known = " or ".join(name for name in names if _is_on_cluster(tree, name))
    return f"name {known or 'an environment with target.kubernetes'}, or a kubeconfig context with --context"


def _is_on_cluster(tree: Tree, environment: str) -> bool:
    """Whether an environment is applied to a cluster; not known, and so false, while it is not well formed."""
    try:
        return _cluster(tree, environment) != ""
    except UsageError:
        return False
