"""roster schema pull: what a cluster defines -> schemas in the fleet's repository, beside those for editors."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli import Command, names_of_environments
from compiler.commands.schema import schema

if TYPE_CHECKING:
    from reconciler.pulling.keep_pulled import Kept


@schema.command(cls=Command, short_help="Fetch what the cluster of ENV defines.")
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=names_of_environments)
@click.option("--context", "kube_context", metavar="NAME", help="The kubeconfig context to ask instead of ENV's.")
@click.option("--kubeconfig", metavar="FILE", help="The kubeconfig to use instead of KUBECONFIG or your own.")
@click.option("--as", "impersonate", metavar="USER", help="Make every request to the cluster as this user.")
@click.pass_context
def pull(
    context: click.Context,
    environment: str | None,
    kube_context: str | None,
    kubeconfig: str | None,
    impersonate: str | None,
) -> None:
    """Fetch what the cluster of ENV defines beyond Kubernetes itself: its CustomResourceDefinitions.

    Each kind becomes a JSON Schema below schemas/cluster/, with an index of what the cluster serves and in which
    version. Commit them: from then on documents of these kinds in objects/ are checked field by field. Neither the
    cluster's address nor any object of it is kept.

    \b
    Examples:
      roster schema pull prod
      roster schema pull --context prod-eu     for every environment whose cluster has this name
    """
    from compiler.object_schemas.cluster_schemas import cluster_name, folder_of
    from compiler.trees.folder import FolderTree
    from reconciler.connect import read_defined
    from reconciler.declared_environment import declared_environment
    from reconciler.named_cluster import named_cluster
    from reconciler.pulling.keep_pulled import keep_pulled
    from reconciler.pulling.pulled import pulled

    directory: Path = context.obj if isinstance(context.obj, Path) else Path()
    tree = FolderTree(directory)
    asked = named_cluster(tree, environment, kube_context)
    name = asked if environment is None else cluster_name(declared_environment(tree, environment), environment)
    defined = read_defined(asked, kubeconfig, impersonate or "")
    path = folder_of(name)
    kept = keep_pulled(directory, path, pulled(name, defined))
    click.echo(_told(path, defined.version, kept))


def _told(path: str, version: str, kept: "Kept") -> str:
    counts = ((kept.added, "new"), (kept.changed, "changed"), (kept.removed, "removed"))
    parts = [f"{len(names)} {word}" for names, word in counts if names]
    parts += [f"{kept.same} as before"] if kept.same else []
    remedy = "" if not (kept.added or kept.changed or kept.removed) else "; commit them"
    return f"{path}: {', '.join(parts) or 'no kinds'}{remedy}. The cluster has Kubernetes {version or 'of no version'}."
