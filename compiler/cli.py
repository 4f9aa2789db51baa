"""The commands that need no target: a fleet's folder or commits in, text on standard output and an exit code out.

Only click is imported here; what a command works with is imported when it runs, so that `roster --help` stays quick.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compiler.errors import RosterError, UsageError

if TYPE_CHECKING:
    from compiler.compiled import Compiled
    from compiler.reports.findings import Findings
    from compiler.tree import Tree

WRONG = 2
"""Exit code: specs, flags or revision are wrong, and nothing was done."""
DIFFERENT = 1
"""Exit code of `diff --exit-code` if anything changes."""


class Command(click.Command):
    """A command whose failures are told in two lines, what and how to mend it, and never by a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; a RosterError becomes its message and its exit code."""
        try:
            return super().invoke(context)
        except RosterError as error:
            click.echo(f"error: {error.message}", err=True)
            if error.help:
                click.echo(f"  = help: {error.help}", err=True)
            context.exit(error.exit_code)


def _environment_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The environments of the fleet, for the shell's completion."""
    from compiler.fleet import environment_names
    from compiler.trees.folder import FolderTree

    return [name for name in environment_names(FolderTree(_directory(context))) if name.startswith(incomplete)]


_environments = click.argument("environments", metavar="[ENV]...", nargs=-1, shell_complete=_environment_names)
_ref = click.option("--ref", metavar="REF", help="Read this commit, branch or tag instead of the work folder.")


def _format(*choices: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    help = "How to print the result."
    return click.option("--format", "style", type=click.Choice(choices), default="text", show_default=True, help=help)


@click.command(cls=Command)
@_environments
@_ref
@_format("text", "json", "github")
@click.option("--all", "everything", is_flag=True, help="Show every finding, not only the first ten.")
@click.pass_context
def validate(
    context: click.Context, environments: tuple[str, ...], ref: str | None, style: str, everything: bool
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
    from compiler.reports.gather import gather

    tree = _tree(context, ref)
    findings = gather(_compile(tree, name) for name in _chosen(tree, environments))
    click.echo(_reported(context, findings, tree, style, limit=None if everything else 10), nl=False)
    context.exit(WRONG if findings.failed else 0)


@click.command(cls=Command)
@click.argument("environment", metavar="ENV", shell_complete=_environment_names)
@_ref
@click.pass_context
def compile(context: click.Context, environment: str, ref: str | None) -> None:
    """Print the Kubernetes objects of one environment, as YAML.

    The same specs give the same bytes on any machine. Warnings and errors go to standard error; with an error
    nothing is printed, and the exit code is 2.

    \b
    Examples:
      roster compile prod
      roster compile prod --ref v1.4.0 | kubectl diff --server-side --field-manager=roster -f -
    """
    from compiler.emit import emit
    from compiler.reports.gather import gather

    tree = _tree(context, ref)
    (name,) = _chosen(tree, (environment,))
    compiled = _compile(tree, name)
    if compiled.diagnostics:
        click.echo(_reported(context, gather([compiled]), tree, "text"), nl=False, err=True)
    if compiled.bundle is None:
        context.exit(WRONG)
    click.echo(emit(item.data for item in compiled.bundle.objects), nl=False)


@click.command(cls=Command)
@click.argument("revisions", metavar="BASE..HEAD")
@_environments
@_format("text", "json", "markdown")
@click.option("--exit-code", "tell", is_flag=True, help="End with exit code 1 if anything changes.")
@click.pass_context
def diff(context: click.Context, revisions: str, environments: tuple[str, ...], style: str, tell: bool) -> None:
    """Show what a change of specs does to the objects: field by field, with the line that caused it.

    Compares HEAD with the commit at which it left BASE, so that what others did to BASE meanwhile does not show.
    Reads commits only; what is not committed is not compared. Exit code 0, or with --exit-code 1 if anything
    changes; 2 if the specs at HEAD have errors, which are shown then.

    \b
    Examples:
      roster diff main..HEAD              what this branch changes, in every environment
      roster diff v1.4.0..v1.5.0 prod     what a release changes in one of them
      roster diff origin/main..HEAD --format markdown > comment.md
    """
    from compiler.review.compare import compare
    from compiler.trees.git import GitTree, merge_base, top_and_folder

    repository, folder = top_and_folder(_directory(context))
    base_name, head_name = _ends(revisions)
    head = GitTree(repository, head_name, folder)
    base = GitTree(repository, merge_base(repository, base_name, head_name), folder)
    _mention_uncommitted(context, head_name)
    comparison, findings = compare(base, head, _either(base, head, environments))
    if findings.failed:
        click.echo(_reported(context, findings, head, style), nl=False)
        context.exit(WRONG)
    click.echo(_rendered(style, comparison), nl=False)
    context.exit(DIFFERENT if tell and (comparison.changed or comparison.notes) else 0)


@click.command(cls=Command)
@click.argument("topic", metavar="CODE|KIND[.FIELD]")
def explain(topic: str) -> None:
    """Explain a code that a message shows, a kind, or a field of a kind.

    \b
    Examples:
      roster explain R0203
      roster explain Agent
      roster explain Agent.runtime.scale
    """
    from compiler.explain import explain as explained

    click.echo(explained(topic).rstrip("\n"))


def _directory(context: click.Context) -> Path:
    """The fleet's folder: what -C names, the current one if it names none."""
    return context.obj if isinstance(context.obj, Path) else Path()


def _tree(context: click.Context, ref: str | None) -> "Tree":
    """The work folder, or a commit. Raises UsageError."""
    if ref is None:
        from compiler.trees.folder import FolderTree

        return FolderTree(_directory(context))
    from compiler.trees.git import GitTree, top_and_folder

    repository, folder = top_and_folder(_directory(context))
    return GitTree(repository, ref, folder)


def _chosen(tree: "Tree", names: tuple[str, ...]) -> tuple[str, ...]:
    """The environments that are meant: those named, or all. Raises UsageError for one that cannot be compiled."""
    from compiler.fleet import environment_names

    known = environment_names(tree)
    if not (names or known):
        raise UsageError(
            f"the {tree.name} declares no environment",
            "write environments/NAME/environment.yaml, or name another -C DIR",
        )
    for name in names:
        if name not in known and tree.entries(f"environments/{name}"):
            raise UsageError(f"{name} is abstract, or has no environment.yaml", f"name one of {', '.join(known)}")
    return tuple(dict.fromkeys(names)) or known


def _either(base: "Tree", head: "Tree", names: tuple[str, ...]) -> tuple[str, ...]:
    """The environments to compare: those named, or all of both sides. Raises UsageError for one that neither has."""
    from compiler.fleet import environment_names
    from compiler.suggestion import did_you_mean

    known = sorted({*environment_names(base), *environment_names(head)})
    for name in names:
        if name not in known:
            listed = f"there are: {', '.join(known)}" if known else "neither commit declares an environment"
            raise UsageError(f"there is no environment named {name}", did_you_mean(name, known) or listed)
    return names or tuple(known)


def _compile(tree: "Tree", name: str) -> "Compiled":
    from compiler.pipeline import compile_environment

    return compile_environment(tree, name)


def _ends(revisions: str) -> tuple[str, str]:
    """The two names in `BASE..HEAD`; the head may be left out."""
    base, _, head = revisions.replace("...", "..").partition("..")
    if not base:
        raise UsageError(f"{revisions} names no revision to compare with", "write BASE..HEAD, such as main..HEAD")
    return base, head or "HEAD"


def _mention_uncommitted(context: click.Context, head: str) -> None:
    from compiler.trees.git import uncommitted

    files = uncommitted(_directory(context)) if head == "HEAD" else ()
    if files:
        what = f"{len(files)} files are" if len(files) > 1 else f"{files[0]} is"
        click.echo(f"note: {what} not committed, and not compared", err=True)


def _reported(context: click.Context, findings: "Findings", tree: "Tree", style: str, limit: int | None = 10) -> str:
    """The findings in one of the formats."""
    if style == "json":
        from compiler.reports.json import render as render_json

        return render_json(findings)
    if style == "github":
        from compiler.reports.github import render as render_github

        return render_github(findings, _folder(context))
    if style == "markdown":
        from compiler.reports.markdown import render as render_markdown

        return render_markdown(findings, tree)
    from compiler.reports.text import render

    return render(findings, tree, colour=_colour(), limit=limit)


def _rendered(style: str, comparison: Any) -> str:
    """The comparison in one of the formats."""
    if style == "json":
        from compiler.review.json import render as render_json

        return render_json(comparison)
    if style == "markdown":
        from compiler.review.markdown import render as render_markdown

        return render_markdown(comparison)
    from compiler.review.text import render

    return render(comparison, colour=_colour())


def _folder(context: click.Context) -> str:
    """The way from the repository's top to the fleet; empty where there is no repository."""
    from compiler.trees.git import top_and_folder

    try:
        return top_and_folder(_directory(context))[1]
    except RosterError:
        return ""


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
