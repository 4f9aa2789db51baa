"""roster install: what a cluster needs before anything is synced to it."""

from pathlib import Path

import click

from compiler.cli import Command


@click.command(cls=Command)
@click.option("--context", "kube_context", metavar="NAME", help="The kubeconfig context, never the current one.")
@click.option("--kubeconfig", metavar="FILE", help="The kubeconfig to use instead of KUBECONFIG or your own.")
@click.option("--as", "impersonate", metavar="USER", help="Make every request to the cluster as this user.")
@click.option("--print", "only_print", is_flag=True, help="Print the definitions as YAML and change nothing.")
def install(kube_context: str | None, kubeconfig: str | None, impersonate: str | None, only_print: bool) -> None:
    """Put Roster's definitions (CRDs) and its namespace roster-system on a cluster.

    May be run again at any time: what is there already is brought up to date, and nothing else is touched.

    \b
    Examples:
      roster install --context prod-eu
      roster install --print | kubectl --context prod-eu apply --server-side -f -
    """
    from compiler.emit import emit
    from compiler.errors import UsageError
    from reconciler.connect import cluster
    from reconciler.definitions import definitions
    from reconciler.install import HOME
    from reconciler.install import install as install_on
    from reconciler.reach import Reach
    from reconciler.settings import Settings
    from reconciler.source.revision import GitSource

    if only_print:
        click.echo(emit([HOME, *definitions()]), nl=False)
        return
    if not kube_context:
        raise UsageError("no cluster is named", "name a kubeconfig context with --context")
    settings = Settings(
        directory=Path(),
        root=Path(),
        source=GitSource("."),
        kubeconfig=kubeconfig,
        reach=Reach(impersonate=impersonate or ""),
    )
    for line in install_on(cluster(kube_context, settings), definitions()):
        click.echo(line)
