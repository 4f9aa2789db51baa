"""What the commands share: how a failure is told, which tree and which environments are meant, how findings are shown.

The commands that need no target are in `commands/`, one file each. Only click is imported here and there at once; what
a command works with is imported when it runs, so that `roster --help` stays quick.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import click

from compiler.errors import RosterError, UsageError

if TYPE_CHECKING:
    from compiler.caching.cache import Cache
    from compiler.compiled import Compiled
    from compiler.layering.setting import Setting
    from compiler.reports.findings import Findings
    from compiler.tree import Tree

WRONG = 2
"""Exit code: specs, flags or revision are wrong, and nothing was done."""
DIFFERENT = 1
"""Exit code of `diff` and `plan` with `--exit-code` if anything changes."""


class Command(click.Command):
    """A command whose failures are told in two lines, what and how to mend it, and never by a traceback."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line; of one that is missing it is said what could stand there."""
        try:
            return super().parse_args(context, args)
        except click.MissingParameter as error:
            raise self.missing(context, error.param) from error

    def missing(self, context: click.Context, parameter: click.Parameter | None) -> click.MissingParameter:
        """What to raise for an argument that is missing."""
        return click.MissingParameter(self._choices(context, parameter), context, parameter)

    def _choices(self, context: click.Context, missing: click.Parameter | None) -> str:
        """The names that fit a missing argument, or the examples of the command."""
        items = missing.shell_complete(context, "") if missing is not None else []
        examples = dedent((self.help or "").partition("Examples:\n")[2])
        known = ", ".join(item.value for item in items)
        return f"There are: {known}" if known else f"\n\nExamples:\n{indent(examples, '  ')}".rstrip()

    def invoke(self, context: click.Context) -> Any:
        """Run the command; a RosterError becomes its message and its exit code."""
        try:
            return super().invoke(context)
        except RosterError as error:
            tell(error)
            context.exit(error.exit_code)


def tell(error: RosterError) -> None:
    """Say on standard error what went wrong, and what to do."""
    click.echo(f"error: {error.message}", err=True)
    if error.help:
        click.echo(f"  = help: {error.help}", err=True)


class Choice(click.Choice[str]):
    """One of a few words; the nearest is suggested for any other."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """What is wrong with the word, and which was probably meant."""
        from compiler.suggestion import did_you_mean

        guess = did_you_mean(str(value), self.choices)
        return " ".join(part for part in (super().get_invalid_choice_message(value, ctx), guess) if part)


def names_of_environments(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The environments of the fleet, for the shell's completion."""
    from compiler.fleet import environment_names
    from compiler.trees.folder import FolderTree

    # -C itself: while a shell completes words, no command is run, and none has said which folder is meant.
    fleet = context.find_root().params.get("directory") or Path()
    return [name for name in environment_names(FolderTree(fleet)) if name.startswith(incomplete)]


environments_argument = click.argument(
    "environments", metavar="[ENV]...", nargs=-1, shell_complete=names_of_environments
)
environment_argument = click.argument("environment", metavar="ENV", shell_complete=names_of_environments)
ref_option = click.option("--ref", metavar="REF", help="Read this commit, branch or tag instead of the work folder.")


set_option = click.option(
    "--set",
    "assignments",
    metavar="KIND/NAME:FIELD=VALUE",
    multiple=True,
    help="Set a field for the moment, above all layers: Agent/support:runtime.scale.max=5.",
)


def settings_of(assignments: tuple[str, ...]) -> "tuple[Setting, ...]":
    """What the options --set say. Raises UsageError."""
    from compiler.layering.setting import setting

    return tuple(map(setting, assignments))


def format_option(*choices: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option --format, whose value the command gets as `style`; the default is text."""
    help = "How to print the result."
    return click.option("--format", "style", type=Choice(choices), default="text", show_default=True, help=help)


def directory(context: click.Context) -> Path:
    """The fleet's folder: what -C names, the current one if it names none."""
    return context.obj if isinstance(context.obj, Path) else Path()


def tree_of(context: click.Context, ref: str | None) -> "Tree":
    """The work folder, or a commit. Raises UsageError."""
    if ref is None:
        from compiler.trees.folder import FolderTree

        return FolderTree(directory(context))
    from compiler.trees.git import GitTree, top_and_folder

    repository, folder = top_and_folder(directory(context))
    return GitTree(repository, ref, folder)


def chosen(tree: "Tree", names: tuple[str, ...]) -> tuple[str, ...]:
    """The environments that are meant: those named, or all. Raises UsageError for one that cannot be compiled."""
    from compiler.fleet import environment_names, why_none

    known = environment_names(tree)
    if not (names or known):
        raise UsageError(
            f"the {tree.name} declares no environment",
            "write environments/NAME/environment.yaml, or name another -C DIR",
        )
    for name in names:
        if name not in known and tree.entries(f"environments/{name}"):
            raise UsageError(why_none(tree, name), f"there are: {', '.join(known)}" if known else "")
    return tuple(dict.fromkeys(names)) or known


def compile_trees(
    context: click.Context,
    tree: "Tree",
    names: tuple[str, ...],
    assignments: tuple[str, ...] = (),
    *,
    unpinned: bool = False,
    kubernetes: tuple[str, ...] = (),
    cache: "Cache | None" = None,
) -> "tuple[Compiled, ...]":
    """The environments of these names, compiled, or remembered: by a cache that lives in this process, or by that of
    the user's commands. Raises UsageError."""
    from compiler.compile_each import Terms, compile_each

    terms = Terms(assignments, unpinned, kubernetes)
    if cache is not None:
        return compile_each(tree, names, cache, terms, workers=1)
    return compile_each(tree, names, cache_for(directory(context)), terms)


def cache_for(fleet: Path) -> "Cache":
    """The user's cache for a fleet's commands; none if ROSTER_CACHE is `off`, or where the fleet could write to it."""
    from compiler.caching.cache import Forgetful
    from compiler.caching.disk_cache import DiskCache, folder_for
    from compiler.caching.identity import compiler_identity

    folder = folder_for(fleet)
    return Forgetful() if folder is None else DiskCache(folder, compiler_identity())


def reported(context: click.Context, findings: "Findings", tree: "Tree", style: str, limit: int | None = 10) -> str:
    """The findings in one of the formats."""
    if style == "json":
        from compiler.reports.json import render as render_json

        return render_json(findings)
    if style == "github":
        from compiler.reports.github import render as render_github

        return render_github(findings, folder(context))
    if style == "gitlab":
        from compiler.reports.gitlab import render as render_gitlab

        return render_gitlab(findings, folder(context))
    if style == "sarif":
        from compiler.reports.sarif import render as render_sarif

        return render_sarif(findings, own_version(), folder(context))
    if style == "junit":
        from compiler.reports.junit import render as render_junit

        return render_junit(findings)
    if style == "markdown":
        from compiler.reports.markdown import render as render_markdown

        return render_markdown(findings, tree)
    from compiler.reports.text import render

    return render(findings, tree, colour=colour(), limit=limit)


def tell_findings(findings: "Findings", tree: "Tree") -> None:
    """Say on standard error, as text, what was found."""
    from compiler.reports.text import render

    click.echo(render(findings, tree, colour=colour(err=True)), nl=False, err=True)


def less_allowed(findings: "Findings", tree: "Tree") -> "Findings":
    """The findings without the warnings that comments in the tree allow, by the calendar of this machine."""
    from datetime import date

    from compiler.reports.allow import allow

    return allow(findings, tree, date.today().isoformat())


def own_version() -> str:
    """Roster's version; 0 where it runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("agent-roster")
    except PackageNotFoundError:
        return "0"


def folder(context: click.Context) -> str:
    """The way from the repository's top to the fleet; empty where there is no repository."""
    from compiler.trees.git import top_and_folder

    try:
        return top_and_folder(directory(context))[1]
    except RosterError:
        return ""


def colour(err: bool = False) -> bool:
    """Whether to print in colours: where standard output, or standard error, is a terminal, unless NO_COLOR is set."""
    stream = sys.stderr if err else sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR")


def mention_uncommitted(folder: Path, verb: str) -> None:
    """Say on standard error that the work folder holds more than its last commit, all that is read."""
    from compiler.trees.git import uncommitted

    files = uncommitted(folder)
    if files:
        what = f"{len(files)} files are" if len(files) > 1 else f"{files[0]} is"
        click.echo(f"note: {what} not committed, and not {verb}", err=True)
