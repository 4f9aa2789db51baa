"""named_cluster: an environment's name, or a kubeconfig context, in; the context to ask out."""

from compiler.errors import UsageError
from compiler.tree import Tree
from reconciler.declared_environment import declared_environment


def named_cluster(tree: Tree, environment: str | None, context: str | None) -> str:
    """The kubeconfig context that a person means: `context` before the one that the environment declares.

    Raises UsageError if neither is given, if there is no such environment, or if it is applied to no cluster.
    """
    declared = declared_environment(tree, environment) if environment is not None else None
    if context:
        return context
    if declared is None:
        raise UsageError("no cluster is named", "name an environment, or a kubeconfig context with --context")
    if declared.target.kubernetes is None:
        help = "name an environment with target.kubernetes, or a kubeconfig context with --context"
        raise UsageError(f"environment {environment} is applied to no cluster", help)
    return str(declared.target.kubernetes.cluster)
