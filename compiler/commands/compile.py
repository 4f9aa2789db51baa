"""roster compile: one environment -> its Kubernetes objects as YAML, printed or as files to commit."""

from dataclasses import dataclass
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
    set_option,
    tell_findings,
    tree_of,
)
from compiler.commands.rounds import COMMITS_STAY, rounds, watch_option
from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.bundle import Bundle
    from compiler.caching.cache import Cache
    from compiler.compiled import Compiled
    from compiler.rendered.present import Present
    from compiler.tree import Tree


@click.command(cls=Command)
@environment_argument
@ref_option
@set_option
@click.option("--output", metavar="DIR", type=click.Path(path_type=Path), help="Write a file for each object to DIR.")
@click.option("--check", is_flag=True, help="Write nothing; end with exit code 1 if DIR is not what would be written.")
@click.option("--unpinned", is_flag=True, help="Compile also where environment.yaml pins another Roster.")
@click.option("--map", "sidecar", metavar="FILE", type=click.Path(path_type=Path), help="Write the source map to FILE.")
@watch_option
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
    watch: bool,
) -> None:
    """Print the Kubernetes objects of one environment, as YAML.

    The same specs give the same bytes on any machine. Warnings and errors go to standard error; with an error
    nothing is printed or written, and the exit code is 2.

    With --output, DIR holds one file for each object, and roster.manifest, which says which files are Roster's. Only
    those are overwritten or removed, and only if nobody has edited them; with any other file in the way nothing is
    written, and the exit code is 3; so it is if a file that no spec makes any more stays, because somebody edited it.
    With --watch this is done again whenever a file changes that is read, until Ctrl-C.

    \b
    Examples:
      roster compile prod
      roster compile prod --map prod.map.json > prod.yaml   and which line each field came from
      roster compile prod --ref v1.4.0 | kubectl diff --server-side --field-manager=roster -f -
      roster compile prod --output rendered/prod            to commit what a cluster is to hold
      roster compile prod --output rendered/prod --check    does what is committed equal the specs?
      roster compile prod --output rendered/prod --watch    the files follow the specs, while they are without errors
    """
    _demand_sense(context, ref, assignments, output, check, watch)
    if sidecar is not None:
        _demand_file(context, sidecar)
    wish = _Wish(context, environment, assignments, unpinned, sidecar)
    if watch and output is not None:
        following = _Output(context, output)
        rounds(context, lambda tree, cache: following.write(wish.compiled(tree, cache)))
    compiled = wish.compiled(tree_of(context, ref))
    if compiled.bundle is None:
        context.exit(WRONG)
    if output is None:
        from compiler.emit import emit

        click.echo(emit(item.data for item in compiled.bundle.objects), nl=False)
    elif check:
        _check(context, compiled, output)
    else:
        _Output(context, output).write(compiled)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be compiled, once or again and again."""

    context: click.Context
    environment: str
    assignments: tuple[str, ...]
    unpinned: bool
    sidecar: Path | None

    def compiled(self, tree: "Tree", cache: "Cache | None" = None) -> "Compiled":
        """The environment, what was found told on standard error, and its source map written. Raises RosterError."""
        from compiler.reports.gather import gather

        names = chosen(tree, (self.environment,))
        (compiled,) = compile_trees(self.context, tree, names, self.assignments, unpinned=self.unpinned, cache=cache)
        findings = less_allowed(gather([compiled]), tree)
        if findings.diagnostics:
            tell_findings(findings, tree)
        if self.sidecar is not None and compiled.bundle is not None:
            _write_map(self.sidecar, compiled, compiled.bundle)
        return compiled


def _demand_file(context: click.Context, sidecar: Path) -> None:
    """Raise click.UsageError or UsageError for what is no place for a source map."""
    from compiler.rendered.place import demand_free

    if sidecar == Path("-"):
        raise click.UsageError("--map needs a file: the objects go to standard output", context)
    demand_free(sidecar, directory(context), "name a file elsewhere with --map")


def _demand_sense(
    context: click.Context,
    ref: str | None,
    assignments: tuple[str, ...],
    output: Path | None,
    check: bool,
    watch: bool,
) -> None:
    """Raise click.UsageError or UsageError for flags that mean nothing together."""
    if check and output is None:
        raise click.UsageError("--check needs --output DIR, the folder to compare with", context)
    if watch and output is None:
        raise click.UsageError("--watch needs --output DIR, the folder that is to follow the specs", context)
    if watch and check:
        raise click.UsageError("--watch writes to DIR, and --check writes nothing; leave out one of them", context)
    if watch and ref is not None:
        raise UsageError(*COMMITS_STAY)
    if assignments and output is not None:
        raise click.UsageError("--set is for trying out, and files to commit say what the specs say", context)


class _Output:
    """The folder that --output names, and what is left of writing to it before."""

    def __init__(self, context: click.Context, output: Path) -> None:
        from compiler.memo import Memo

        self._context, self._output = context, output
        self._memo = Memo()
        self._present: Present | None = None

    def write(self, compiled: "Compiled") -> None:
        """Make the folder hold an environment; with errors it stays as it is. Raises TargetError if files that are not
        ours are in the way."""
        from compiler.errors import TargetError
        from compiler.rendered.look import look
        from compiler.rendered.place import place
        from compiler.rendered.plan import plan
        from compiler.rendered.render import render
        from compiler.rendered.text import in_the_way, left, wrote
        from compiler.rendered.write import write

        if compiled.bundle is None:
            return
        output = self._output
        rendered = render(compiled, self._memo)
        there = place(output, directory(self._context))
        before, self._present = look(there, rendered.manifest, self._present)
        planned = plan(rendered.manifest, before, self._present)
        if planned.in_the_way:
            raise TargetError(*in_the_way(str(output), planned))
        write(there, planned, rendered.contents)
        click.echo(wrote(compiled.name, str(output), planned), nl=False)
        if planned.left:
            raise TargetError(*left(str(output), planned))


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
