"""roster plan: what sync would do, and nothing done."""

from typing import Any

import click

from compiler.cli import DIFFERENT, Command, colour, environment_argument, format_option
from reconciler.commands.options import (
    NOT_DONE,
    commit_of,
    consent_options,
    mention_unread,
    quiet_option,
    reach_option,
    read_commit,
    settings_of,
    target_options,
)


@click.command(cls=Command)
@environment_argument
@target_options
@reach_option
@quiet_option
@consent_options
@format_option("text", "json")
@click.option("--exit-code", "tell", is_flag=True, help="End with exit code 1 if anything would change.")
@click.pass_context
def plan(context: click.Context, /, environment: str, style: str, tell: bool, **flags: Any) -> None:
    """Show what sync would do to the target of ENV, field by field and why, and stop there.

    Reads a commit, never the work folder, and writes nothing. Exit code 0, or with --exit-code 1 if anything would
    change; 2 if the specs are wrong; 3 if something is held for a person to decide.

    \b
    Examples:
      roster plan prod                    the commit that is checked out
      roster plan prod --ref origin/main  another one
      roster plan prod --exit-code        for a script: 1 if anything would change
    """
    from reconciler.adopted import adopted
    from reconciler.change import Action
    from reconciler.connect import connect
    from reconciler.reconcile import reconcile
    from reconciler.reports.plan_json import plan_json
    from reconciler.reports.plan_text import plan_text
    from reconciler.request import Request
    from reconciler.unit import Pass, Unit

    settings = settings_of(context, flags)
    mention_unread(context, settings, "planned")
    revision = read_commit(settings)
    commit = commit_of(context, settings, revision, environment)
    target = connect(commit.target, settings)
    which = Pass(Unit(commit.bundle.fleet, environment), commit.revision.commit)
    consent = {"adopt": adopted(flags["adopt"], commit.bundle), "allow_empty": flags["allow_empty"]}
    report = reconcile(Request(which=which, bundle=commit.bundle, **consent), target)
    show = plan_json if style == "json" else plan_text
    held = bool(report.plan.of(Action.HOLD))
    if held or style == "json" or not flags["quiet"]:
        click.echo(show(report, commit.bundle, commit.compiled, target.title, colour=colour()), nl=False)
    context.exit(NOT_DONE if held else DIFFERENT if tell and not report.plan.empty else 0)
