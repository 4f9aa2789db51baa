"""roster compile: one environment -> its Kubernetes objects as YAML, printed or as files to commit."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli import (
    DIFFERENT,
    WRONG,
    Command,
    chosen,
    compile_trees,
    directory,
    environment_argument,
    less_allowed,
    ref_option,
    reported,
    set_option,
    tree_of,
)

if TYPE_CHECKING:
    from compiler.bundle import Bundle
    from compiler.compiled import Compiled


@click.command(cls=Command)
@environment_argument
@ref_option
@set_option
@click.option("--output", metavar="DIR", type=click.Path(path_type=Path), help="Write a file for each object to DIR.")
@click.option("--check", is_flag=True, help="Write nothing; end with exit code 1 if DIR is not what would be written.")
@click.option("--unpinned", is_flag=True, help="Compile also where environment.yaml pins another Roster.")
@click.option("--map", "sidecar", metavar="FILE", type=click.Path(path_type=Path), help="Write the source map to FILE.")
@click.pass_context
def compile(
    context: click.Context,
    environment: str,
    ref: str | None,
    assignments: tuple[str, ...],
    output: Path | None,
    check: bool,
    unpinned: bool,
    sidecar: Path | None,
) -> None:
    """Print the Kubernetes objects of one environment, as YAML.

    The same specs give the same bytes on any machine. Warnings and errors go to standard error; with an error
    nothing is printed or written, and the exit code is 2.

    With --output, DIR holds one file for each object, and roster.manifest, which says which files are Roster's. Only
    those are overwritten or removed, and only if nobody has edited them; with any other file in the way nothing is
    written, and the exit code is 3; so it is if a file that no spec makes any more stays, because somebody edited it.

    \b
    Examples:
      roster compile prod
      roster compile prod --map prod.map.json > prod.yaml   and which line each field came from
      roster compile prod --ref v1.4.0 | kubectl diff --server-side --field-manager=roster -f -
      roster compile prod --output rendered/prod            to commit what a cluster is to hold
      roster compile prod --output rendered/prod --check    does what is committed equal the specs?
    """
    from compiler.emit import emit
    from compiler.reports.gather import gather

    _demand_sense(context, assignments, output, check)
    tree = tree_of(context, ref)
    (compiled,) = compile_trees(context, tree, chosen(tree, (environment,)), assignments, unpinned=unpinned)
    findings = less_allowed(gather([compiled]), tree)
    if findings.diagnostics:
        click.echo(reported(context, findings, tree, "text"), nl=False, err=True)
    if compiled.bundle is None:
        context.exit(WRONG)
    if sidecar is not None:
        _write_map(sidecar, compiled, compiled.bundle)
    if output is None:
        click.echo(emit(item.data for item in compiled.bundle.objects), nl=False)
    else:
        (_check if check else _write)(context, compiled, output)


def _demand_sense(context: click.Context, assignments: tuple[str, ...], output: Path | None, check: bool) -> None:
    """Raise click.UsageError for flags that mean nothing together."""
    if check and output is None:
        raise click.UsageError("--check needs --output DIR, the folder to compare with", context)
    if assignments and output is not None:
        raise click.UsageError("--set is for trying out, and files to commit say what the specs say", context)


def _write(context: click.Context, compiled: "Compiled", output: Path) -> None:
    """Make DIR hold the environment. Raises TargetError if files that are not ours are in the way."""
    from compiler.errors import TargetError
    from compiler.memo import Memo
    from compiler.rendered.look import look
    from compiler.rendered.place import place
    from compiler.rendered.plan import plan
    from compiler.rendered.render import render
    from compiler.rendered.text import obstacles, wrote
    from compiler.rendered.write import write

    rendered = render(compiled, Memo())
    there = place(output, directory(context))
    planned = plan(rendered.manifest, *look(there, rendered.manifest))
    if planned.in_the_way:
        raise TargetError(
            f"nothing was written to {output}: files in the way are not Roster's, or no longer\n"
            f"{obstacles(planned.in_the_way)}",
            "move them away, and what was edited in them into the specs; then run it again",
        )
    write(there, planned, rendered.contents)
    click.echo(wrote(compiled.name, str(output), planned), nl=False)
    if planned.left:
        raise TargetError(
            f"files that no spec makes any more are left in {output}\n{obstacles(planned.left)}",
            "remove them if nobody needs them, and run it again",
        )


def _check(context: click.Context, compiled: "Compiled", output: Path) -> None:
    """Say whether DIR holds the environment; exit code 1 if it does not."""
    from compiler.memo import Memo
    from compiler.rendered.compare import compare
    from compiler.rendered.look import look
    from compiler.rendered.place import place
    from compiler.rendered.render import render
    from compiler.rendered.text import equal, mismatch

    rendered = render(compiled, Memo())
    found = compare(rendered, *look(place(output, directory(context)), rendered.manifest), compiled)
    if found is None:
        click.echo(equal(compiled.name, str(output), len(rendered.contents)), nl=False)
        return
    command = f"roster compile {compiled.name} --output {output}"
    click.echo(mismatch(compiled.name, str(output), found, command), nl=False)
    context.exit(DIFFERENT)


def _write_map(sidecar: Path, compiled: "Compiled", bundle: "Bundle") -> None:
    """Write the source map beside the objects. Raises TargetError."""
    from compiler.errors import TargetError
    from compiler.kube_object import readable
    from compiler.source_map import source_map

    try:
        sidecar.write_text(readable(source_map(compiled, bundle)), encoding="utf-8")
    except OSError as error:
        raise TargetError(f"{sidecar} cannot be written: {error.strerror}", "name another file with --map") from error
