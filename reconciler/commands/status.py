"""roster status: what the targets say of the last pass."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from compiler.cli import Command, colour, environments_argument, format_option
from compiler.errors import RosterError
from reconciler.commands.options import (
    NOT_DONE,
    demand_environment,
    quiet_option,
    read_commit,
    settings_of,
    target_options,
)

if TYPE_CHECKING:
    from compiler.tree import Tree
    from reconciler.reports.status_text import Told
    from reconciler.settings import Settings


@click.command(cls=Command)
@environments_argument
@target_options
@quiet_option
@format_option("text", "json")
@click.pass_context
def status(context: click.Context, /, environments: tuple[str, ...], style: str, **flags: Any) -> None:
    """Say what is live, whether it is healthy, and if not, why.

    Asks the targets what the last pass wrote there; without ENV, of every environment. Exit code 0 if all are synced
    and healthy; 3 if one is not, was never synced, or its target cannot be reached.

    \b
    Examples:
      roster status               every environment
      roster status prod          one of them
      roster status --format json | jq '.[].health'
    """
    from compiler.fleet import environment_names
    from reconciler.reports.status_json import status_json
    from reconciler.reports.status_text import status_text

    settings = settings_of(context, flags)
    revision = read_commit(settings)
    tree = revision.tree()
    for name in environments:
        demand_environment(tree, name)
    told = tuple(_told(tree, name, settings) for name in environments or environment_names(tree))
    unwell = tuple(each for each in told if not each.well)
    if style == "json":
        click.echo(status_json(told), nl=False)
    elif unwell or not flags["quiet"]:
        shown = unwell if flags["quiet"] else told
        click.echo(status_text(shown, revision.commit, datetime.now(UTC), colour=colour()), nl=False)
    context.exit(NOT_DONE if unwell else 0)


def _told(tree: "Tree", name: str, settings: "Settings") -> "Told":
    """What one environment's target tells; if it does not answer that is told, and the others are still asked."""
    from reconciler.connect import connect
    from reconciler.declared_environment import declared_environment
    from reconciler.records.load_status import load_status
    from reconciler.reports.status_text import Told
    from reconciler.unit import Unit

    declared = declared_environment(tree, name)
    try:
        target = connect(declared.target, settings, patience=5.0)
        return Told(name, target.title, load_status(target, Unit(declared.fleet, name)))
    except RosterError as error:
        return Told(name, "", None, error.message, error.help)
