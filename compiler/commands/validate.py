"""roster validate: the specs of a work folder or a commit -> everything that is wrong with them."""

import click

from compiler.cli import (
    WRONG,
    Command,
    chosen,
    environments_argument,
    format_option,
    ref_option,
    reported,
    set_option,
    settings_of,
    tree_of,
)


@click.command(cls=Command)
@environments_argument
@ref_option
@set_option
@format_option("text", "json", "github")
@click.option("--all", "everything", is_flag=True, help="Show every finding, not only the first ten.")
@click.pass_context
def validate(
    context: click.Context,
    environments: tuple[str, ...],
    ref: str | None,
    assignments: tuple[str, ...],
    style: str,
    everything: bool,
) -> None:
    """Say what is wrong with the specs, all at once, with the line and the remedy.

    Reads the work folder as it is, committed or not. Without ENV every environment is checked; one that is
    `abstract: true` is checked through those that build on it. Exit code 0 if there is no error, 2 if there is.

    \b
    Examples:
      roster validate                     every environment
      roster validate prod --ref main     one of them, as the branch has it
      roster validate --format github     annotations on a pull request
    """
    from compiler.pipeline import compile_environment
    from compiler.reports.gather import gather

    tree, settings = tree_of(context, ref), settings_of(assignments)
    findings = gather(compile_environment(tree, name, settings) for name in chosen(tree, environments))
    click.echo(reported(context, findings, tree, style, limit=None if everything else 10), nl=False)
    context.exit(WRONG if findings.failed else 0)
