"""roster validate: the specs of a work folder or a commit -> everything that is wrong with them."""

from dataclasses import dataclass, replace
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
from compiler.commands.rounds import COMMITS_STAY, rounds, watch_option
from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.caching.cache import Cache
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
@watch_option
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
    watch: bool,
) -> None:
    """Say what is wrong with the specs, all at once, with the line and the remedy.

    Reads the work folder as it is, committed or not. Without ENV every environment is checked; one that is
    `abstract: true` is checked through those that build on it. Exit code 0 if there is no error, 2 if there is.

    A warning that is meant is allowed by a comment at its line or above it:

    \b
      # roster: allow R0606: REASON

    --fix writes only words that cannot be meant otherwise (a slip in a field's name, a quoted number), touches no
    other byte of a file, and then checks again.

    --watch checks again whenever a file changes that is read, in a fraction of the time; Ctrl-C ends it with exit code
    130, as it ends any command.

    \b
    Examples:
      roster validate                     every environment
      roster validate prod --ref main     one of them, as the branch has it
      roster validate --format github     annotations on a pull request
      roster validate --format sarif      for code scanning; gitlab, junit and json for other machines
      roster validate --kubernetes 1.33..1.36  what an upgrade of the clusters would refuse or warn of
      roster validate --fix               mend what is certain, and tell the rest
      roster validate --watch             while writing: the report follows the files
    """
    _demand_sense(ref, style, fix, watch)
    question = _Question(context, environments, assignments, _versions(asked), style, None if everything else 10)
    if watch:
        rounds(context, question.answer)
    mended = _mended(context) if fix else ()
    tree = tree_of(context, ref)
    findings = question.findings(tree)
    if fix:
        click.echo(_told(mended, findings), err=True)
    question.show(findings, tree)
    context.exit(WRONG if findings.failed else 0)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of a tree, once or again and again."""

    context: click.Context
    environments: tuple[str, ...]
    assignments: tuple[str, ...]
    kubernetes: tuple[str, ...]
    style: str
    limit: int | None

    def answer(self, tree: "Tree", cache: "Cache") -> None:
        """Print what is wrong with a tree."""
        self.show(self.findings(tree, cache), tree)

    def findings(self, tree: "Tree", cache: "Cache | None" = None) -> "Findings":
        """What is wrong with a tree. Raises UsageError."""
        names = chosen(tree, self.environments)
        return _found(self.context, tree, names, self.assignments, self.kubernetes, cache)

    def show(self, findings: "Findings", tree: "Tree") -> None:
        """Print what is wrong."""
        click.echo(reported(self.context, findings, tree, self.style, limit=self.limit), nl=False)


def _demand_sense(ref: str | None, style: str, fix: bool, watch: bool) -> None:
    """Raise UsageError for options that mean nothing together."""
    if fix and ref is not None:
        raise UsageError("a commit cannot be mended", "leave out --ref: --fix rewrites files of the work folder")
    if watch and ref is not None:
        raise UsageError(*COMMITS_STAY)
    if watch and fix:
        raise UsageError("--watch follows what is written, and --fix would write too", "run --fix on its own")
    if watch and style != "text":
        raise UsageError(f"--watch is for people, and {style} for machines", "leave out --watch or --format")


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
    cache: "Cache | None" = None,
) -> "Findings":
    from compiler.reports.gather import gather

    compiled = compile_trees(context, tree, environments, assignments, kubernetes=kubernetes, cache=cache)
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
