"""roster validate: the specs of a work folder or a commit -> everything that is wrong with them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from compiler.cli import (
    WRONG,
    Command,
    chosen,
    compile_trees,
    directory,
    environments_argument,
    format_option,
    less_allowed,
    ref_option,
    reported,
    set_option,
    tree_of,
)
from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.mending.edit import Edit
    from compiler.reports.findings import Findings
    from compiler.tree import Tree

_ROUNDS = 10
"""How often mending is tried again, for what a mended mistake had hidden."""


@click.command(cls=Command)
@environments_argument
@ref_option
@set_option
@format_option("text", "json", "github", "gitlab", "sarif", "junit")
@click.option("--kubernetes", "asked", metavar="VERSIONS", help="Judge by these versions: 1.36, 1.33..1.36 or a list.")
@click.option("--all", "everything", is_flag=True, help="Show every finding, not only the first ten.")
@click.option("--fix", is_flag=True, help="Mend in the files what can be mended without a doubt.")
@click.pass_context
def validate(
    context: click.Context,
    environments: tuple[str, ...],
    ref: str | None,
    assignments: tuple[str, ...],
    style: str,
    asked: str | None,
    everything: bool,
    fix: bool,
) -> None:
    """Say what is wrong with the specs, all at once, with the line and the remedy.

    Reads the work folder as it is, committed or not. Without ENV every environment is checked; one that is
    `abstract: true` is checked through those that build on it. Exit code 0 if there is no error, 2 if there is.

    A warning that is meant is allowed by a comment at its line or above it:

    \b
      # roster: allow R0606: REASON

    --fix writes only words that cannot be meant otherwise (a slip in a field's name, a quoted number), touches no
    other byte of a file, and then checks again.

    \b
    Examples:
      roster validate                     every environment
      roster validate prod --ref main     one of them, as the branch has it
      roster validate --format github     annotations on a pull request
      roster validate --format sarif      for code scanning; gitlab, junit and json for other machines
      roster validate --kubernetes 1.33..1.36  what an upgrade of the clusters would refuse or warn of
      roster validate --fix               mend what is certain, and tell the rest
    """
    if fix and ref is not None:
        raise UsageError("a commit cannot be mended", "leave out --ref: --fix rewrites files of the work folder")
    kubernetes = _versions(asked)
    mended = _mended(context) if fix else ()
    tree = tree_of(context, ref)
    findings = _found(context, tree, chosen(tree, environments), assignments, kubernetes)
    if fix:
        click.echo(_told(mended, findings), err=True)
    click.echo(reported(context, findings, tree, style, limit=None if everything else 10), nl=False)
    context.exit(WRONG if findings.failed else 0)


def _versions(asked: str | None) -> tuple[str, ...]:
    """The versions to judge by; none where each environment's own is meant. Raises UsageError."""
    from compiler.object_schemas.kubernetes_schemas import versions_in

    return () if asked is None else versions_in(asked)


def _found(
    context: click.Context,
    tree: "Tree",
    environments: tuple[str, ...],
    assignments: tuple[str, ...] = (),
    kubernetes: tuple[str, ...] = (),
) -> "Findings":
    from compiler.reports.gather import gather

    compiled = compile_trees(context, tree, environments, assignments, kubernetes=kubernetes)
    return replace(less_allowed(gather(compiled), tree), kubernetes=kubernetes)


def _mended(context: click.Context) -> "tuple[Edit, ...]":
    """Mend the files until nothing more can be mended: the edits that were made."""
    from compiler.trees.rewrite import rewrite

    made: tuple[Edit, ...] = ()
    for _ in range(_ROUNDS):
        tree = tree_of(context, None)
        findings = _found(context, tree, chosen(tree, ()))
        done = rewrite(directory(context), [item.fix for item in findings.diagnostics if item.fix is not None])
        if not done.made:
            break
        made = (*made, *done.made)
    return made


def _told(mended: "tuple[Edit, ...]", findings: "Findings") -> str:
    """What was mended, word by word, and how much is left."""
    from compiler.reports.excerpt import printable
    from compiler.reports.mistakes import mistakes
    from compiler.reports.text import many

    lines = [printable(str(edit)) for edit in mended]
    files, left = len({edit.span.path for edit in mended}), len(mistakes(findings.diagnostics))
    rest = f"{left:,} {'is' if left == 1 else 'are'} left" if left else "nothing is left"
    done = f"{len(mended):,} mended in {many(files, 'file')}" if mended else "nothing could be mended"
    return "\n".join([*lines, f"{done}; {rest}"])
