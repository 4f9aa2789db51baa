"""roster install: what a cluster needs before anything is synced to it."""

from pathlib import Path

import click

from compiler.cli import Command, names_of_environments


@click.command(cls=Command)
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=names_of_environments)
@click.option("--context", "kube_context", metavar="NAME", help="The kubeconfig context to prepare instead of ENV's.")
@click.option("--kubeconfig", metavar="FILE", help="The kubeconfig to use instead of KUBECONFIG or your own.")
@click.option("--as", "impersonate", metavar="USER", help="Make every request to the cluster as this user.")
@click.option("--print", "only_print", is_flag=True, help="Print the definitions as YAML and change nothing.")
@click.pass_context
def install(
    context: click.Context,
    environment: str | None,
    kube_context: str | None,
    kubeconfig: str | None,
    impersonate: str | None,
    only_print: bool,
) -> None:
    """Put Roster's definitions (CRDs) and its namespace roster-system on the cluster of ENV.

    The cluster is the one that the work folder's environment.yaml names, or --context; the kubeconfig's current context
    is never used. May be run again at any time: what is there already is brought up to date, and nothing else is
    touched.

    \b
    Examples:
      roster install prod
      roster install --context prod-eu     a cluster that no environment names yet
      roster install --print | kubectl --context prod-eu apply --server-side -f -
    """
    from compiler.emit import emit
    from compiler.trees.folder import FolderTree
    from reconciler.connect import cluster
    from reconciler.definitions import definitions
    from reconciler.install import HOME
    from reconciler.install import install as install_on
    from reconciler.named_cluster import named_cluster
    from reconciler.reach import Reach
    from reconciler.settings import Settings
    from reconciler.source.revision import GitSource

    if only_print:
        click.echo(emit([HOME, *definitions()]), nl=False)
        return
    directory: Path = context.obj if isinstance(context.obj, Path) else Path()
    name = named_cluster(FolderTree(directory), environment, kube_context)
    settings = Settings(
        directory=directory,
        root=Path(),
        source=GitSource("."),
        kubeconfig=kubeconfig,
        reach=Reach(impersonate=impersonate or ""),
    )
    for line in install_on(cluster(name, settings), definitions()):
        click.echo(line)
