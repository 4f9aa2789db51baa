"""roster diff: two commits -> what the change of specs does to the objects."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from compiler.cli import (
    DIFFERENT,
    WRONG,
    Command,
    chosen,
    colour,
    compile_trees,
    directory,
    environments_argument,
    format_option,
    less_allowed,
    mention_uncommitted,
    reported,
    tree_of,
)
from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.reports.findings import Findings
    from compiler.review.effect import Comparison
    from compiler.tree import Tree


@click.command(cls=Command)
@click.argument("revisions", metavar="BASE..HEAD", required=False)
@environments_argument
@click.option("--environments", "across", is_flag=True, help="Compare environments of one commit with each other.")
@click.option("--ref", metavar="REF", help="With --environments, --compiler: at this commit, not at HEAD.")
@format_option("text", "json", "markdown")
@click.option(
    "--compiler", metavar="WHEEL", type=click.Path(path_type=Path), help="Compare with another Roster, at one commit."
)
@click.option("--exit-code", "tell", is_flag=True, help="End with exit code 1 if anything changes.")
@click.pass_context
def diff(
    context: click.Context,
    revisions: str | None,
    environments: tuple[str, ...],
    across: bool,
    ref: str | None,
    style: str,
    compiler: Path | None,
    tell: bool,
) -> None:
    """Show what a change of specs does to the objects: field by field, with the line that caused it.

    Compares HEAD with the commit at which it left BASE, so that what others did to BASE meanwhile does not show.
    Reads commits only; what is not committed is not compared. Exit code 0, or with --exit-code 1 if anything
    changes; 2 if the specs at HEAD have errors, which are shown then.

    With --compiler, one commit is compiled by this Roster and by the one in the wheel file, which is
    put into a folder of its own for as long as that takes: what would an upgrade change?

    \b
    Examples:
      roster diff main..HEAD              what this branch changes, in every environment
      roster diff v1.4.0..v1.5.0 prod     what a release changes in one of them
      roster diff origin/main..HEAD --format markdown > comment.md
      roster diff --environments staging prod
      roster diff --compiler agent_roster-0.2.0-py3-none-any.whl prod
    """
    words = (revisions, *environments) if revisions else environments
    if across and compiler is not None:
        raise UsageError("--environments and --compiler are two comparisons", "ask for one after the other")
    if across:
        context.exit(_across(context, words, ref or "HEAD", style, tell=tell))
    if compiler is not None:
        _show(context, style, tell, *_by_compiler(context, compiler, words, ref or "HEAD"))
    if ref is not None:
        raise UsageError("--ref goes with --environments or --compiler", "write BASE..HEAD to compare two commits")
    if revisions is None:
        raise diff.missing(context, next(item for item in diff.params if item.name == "revisions"))
    from compiler.review.compare import compare
    from compiler.trees.git import GitTree, merge_base, top_and_folder

    repository, folder = top_and_folder(directory(context))
    base_name, head_name = _ends(revisions)
    head = GitTree(repository, head_name, folder)
    base = GitTree(repository, merge_base(repository, base_name, head_name), folder)
    if head_name == "HEAD":
        mention_uncommitted(directory(context), "compared")
    compared = compare(base, head, _either(base, head, environments), partial(compile_trees, context))
    _show(context, style, tell, head, *compared)


def _show(
    context: click.Context, style: str, tell: bool, head: "Tree", comparison: "Comparison", findings: "Findings"
) -> NoReturn:
    """Print what differs, or what is wrong with the head, and exit."""
    if findings.failed:
        click.echo(reported(context, less_allowed(findings, head), head, style), nl=False)
        context.exit(WRONG)
    click.echo(_rendered(style, comparison), nl=False)
    context.exit(DIFFERENT if tell and (comparison.changed or comparison.notes) else 0)


def _across(context: click.Context, names: tuple[str, ...], ref: str, style: str, *, tell: bool) -> int:
    """Print in what environments of one commit differ; the exit code."""
    from compiler.pipeline import compile_environment
    from compiler.reports.gather import gather
    from compiler.review.matrix import matrix
    from compiler.review.matrix_text import document, markdown, text

    tree = tree_of(context, ref)
    if ref == "HEAD":
        mention_uncommitted(directory(context), "compared")
    if len(set(names)) < 2:
        raise UsageError("--environments needs two environments or more", "roster diff --environments staging prod")
    compiled = tuple(compile_environment(tree, name) for name in chosen(tree, names))
    findings = gather(compiled)
    if findings.failed:
        click.echo(reported(context, less_allowed(findings, tree), tree, style), nl=False)
        return WRONG
    rows = matrix(compiled)
    show = {"json": document, "markdown": markdown}.get(style, text)
    click.echo(show(rows, tuple(side.name for side in compiled)), nl=False)
    return DIFFERENT if tell and rows else 0


def _by_compiler(
    context: click.Context, file: Path, names: tuple[str, ...], ref: str
) -> tuple["Tree", "Comparison", "Findings"]:
    """What the Roster in a wheel would change at one commit. Raises UsageError, TargetError."""
    from compiler import __version__
    from compiler.elsewhere.compile_elsewhere import compile_elsewhere
    from compiler.elsewhere.wheel import opened
    from compiler.pipeline import compile_environment
    from compiler.reports.gather import gather
    from compiler.review.compare_compilers import compare_compilers
    from compiler.trees.git import GitTree, top_and_folder

    wheel = opened(file)
    repository, folder = top_and_folder(directory(context))
    tree = GitTree(repository, ref, folder)
    if ref == "HEAD":
        mention_uncommitted(directory(context), "compared")
    ours = [compile_environment(tree, name, version=None) for name in chosen(tree, names)]
    findings = gather(ours)
    theirs = {} if findings.failed else compile_elsewhere(wheel, directory(context), tree.commit, findings.environments)
    sides = (f"Roster {__version__}", f"Roster {wheel.version}")
    comparison = compare_compilers(ours if theirs else (), theirs, names=sides, commit=tree.name)
    return tree, comparison, findings


def _either(base: "Tree", head: "Tree", names: tuple[str, ...]) -> tuple[str, ...]:
    """The environments to compare: those named, or all of both sides. Raises UsageError for one that neither has."""
    from compiler.fleet import environment_names, why_none
    from compiler.suggestion import did_you_mean

    known = sorted({*environment_names(base), *environment_names(head)})
    for name in names:
        if name not in known:
            listed = f"there are: {', '.join(known)}" if known else "neither commit declares an environment"
            raise UsageError(why_none(head, name), did_you_mean(name, known) or listed)
    return names or tuple(known)


def _ends(revisions: str) -> tuple[str, str]:
    """The two names in `BASE..HEAD`; the head may be left out."""
    base, _, head = revisions.replace("...", "..").partition("..")
    if not base:
        raise UsageError(f"{revisions} names no revision to compare with", "write BASE..HEAD, such as main..HEAD")
    return base, head or "HEAD"


def _rendered(style: str, comparison: "Comparison") -> str:
    """The comparison in one of the formats."""
    if style == "json":
        from compiler.review.json import render as render_json

        return render_json(comparison)
    if style == "markdown":
        from compiler.review.markdown import render as render_markdown

        return render_markdown(comparison)
    from compiler.review.text import render

    return render(comparison, colour=colour())
