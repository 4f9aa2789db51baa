"""roster compile: one environment -> its Kubernetes objects as YAML."""

import click

from compiler.cli import (
    WRONG,
    Command,
    chosen,
    environment_argument,
    ref_option,
    reported,
    set_option,
    settings_of,
    today,
    tree_of,
)


@click.command(cls=Command)
@environment_argument
@ref_option
@set_option
@click.pass_context
def compile(context: click.Context, environment: str, ref: str | None, assignments: tuple[str, ...]) -> None:
    """Print the Kubernetes objects of one environment, as YAML.

    The same specs give the same bytes on any machine. Warnings and errors go to standard error; with an error
    nothing is printed, and the exit code is 2.

    \b
    Examples:
      roster compile prod
      roster compile prod --ref v1.4.0 | kubectl diff --server-side --field-manager=roster -f -
    """
    from compiler.emit import emit
    from compiler.pipeline import compile_environment
    from compiler.reports.allow import allow
    from compiler.reports.gather import gather

    tree = tree_of(context, ref)
    (name,) = chosen(tree, (environment,))
    compiled = compile_environment(tree, name, settings_of(assignments))
    findings = allow(gather([compiled]), tree, today())
    if findings.diagnostics:
        click.echo(reported(context, findings, tree, "text"), nl=False, err=True)
    if compiled.bundle is None:
        context.exit(WRONG)
    click.echo(emit(item.data for item in compiled.bundle.objects), nl=False)
