"""The console script `roster`: words on the command line in, one command run, an exit code out.

Only click is imported here: the tables below name what each command is, so that `roster --help` stays quick.
"""

import errno
import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from compiler import __version__

Row = tuple[str, str, str]
"""Module, attribute, and the line that --help prints."""
WITHOUT_TARGET: dict[str, Row] = {
    "init": ("compiler.commands.init", "init", "Make a fleet that validates, or add environments to one."),
    "validate": ("compiler.commands.validate", "validate", "Say what is wrong with the specs, all at once."),
    "compile": ("compiler.commands.compile", "compile", "Print the Kubernetes objects of one environment, as YAML."),
    "diff": ("compiler.commands.diff", "diff", "Show what a change of specs does to the objects."),
    "why": ("compiler.commands.why", "why", "Show where the value of a field comes from, line by line."),
    "remap": ("compiler.commands.remap", "remap", "Show what other tools found in compiled files at the specs' lines."),
    "explain": ("compiler.commands.explain", "explain", "Explain a message's code, a kind, a field or a template."),
    "schema": ("reconciler.commands.schema", "schema", "Write schemas for editors; fetch what a cluster defines."),
}
"""What works on the specs, in the order of a day's work; of `schema` only pulling needs a target."""
WITH_TARGET: dict[str, Row] = {
    "plan": ("reconciler.commands.plan", "plan", "Show what sync would do to the target, and stop there."),
    "sync": ("reconciler.commands.sync", "sync", "Make the target equal a commit, and say how it went."),
    "run": ("reconciler.commands.run", "run", "Keep targets equal to Git until stopped."),
    "status": ("reconciler.commands.status", "status", "Say what is live, whether it is healthy, and if not, why."),
    "install": ("reconciler.commands.install", "install", "Prepare a cluster: Roster's definitions and its namespace."),
}
"""What works on a target, in the order of a day's work."""
COMMANDS = WITHOUT_TARGET | WITH_TARGET
"""All of them: what each is, known without importing it."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
INTERNAL = 3
"""Exit code of a fault of our own: whatever was asked for cannot be said to be done."""
UNREAD = 141
"""Exit code where whoever read our output has enough, as a shell counts it for any program."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run or asked about, not before."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command itself, imported now; None if there is none of this name."""
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command), name
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names. Raises click.UsageError with the nearest name if there is none."""
        if arguments and arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
            from compiler.suggestion import did_you_mean

            hint = did_you_mean(arguments[0], COMMANDS) or "`roster --help` lists the commands"
            raise click.UsageError(f"there is no command {arguments[0]}; {hint}", context)
        return super().resolve_command(context, arguments)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines, from the tables alone."""
        for title, commands in (("Without a target", WITHOUT_TARGET), ("With a target", WITH_TARGET)):
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, _, line) in commands.items()])


_FOLDER = click.Path(path_type=Path)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "directory", metavar="DIR", type=_FOLDER, default=Path(), help="The fleet's folder.")
@click.option("--no-color", "--no-colour", is_flag=True, help="Print without colours; NO_COLOR does the same.")
@click.option("--debug", is_flag=True, help="Show the traceback of a fault of Roster's own.")
@click.version_option(__version__, prog_name="roster", message="%(prog)s %(version)s")
@click.pass_context
def roster(context: click.Context, directory: Path, no_color: bool, debug: bool) -> None:
    """Keep a fleet of AI agents in Git, and make clusters match it.

    Run it in the fleet's repository: the folder that holds environments/, or a clone of it.

    \b
    A day's work:
      roster validate            is what I wrote right?
      roster diff main..HEAD     what would my branch change?
      roster sync dev            make it so
      roster status dev          is it live, is it healthy, and if not, why?

    Exit codes: 0 done and healthy, or nothing to do; 1 differences, with --exit-code or --check; 2 specs, flags or
    revision are wrong, nothing was done; 3 something was not written or applied, is held, cannot be reached, or is not
    healthy.
    """
    del debug  # read by `main`, which is there when everything else has failed
    if not directory.is_dir():
        raise click.UsageError(f"{directory} is not a folder", context)
    if no_color:
        os.environ["NO_COLOR"] = "1"
    context.obj = directory


def main() -> NoReturn:
    """Run the command that sys.argv names and exit with its code; no failure shows a traceback unless --debug asks."""
    # Where a stream is closed, no file that we open may become it.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- open to the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    # What is imported stays: to look for cycles in it, over and over, takes a tenth of a short command.
    gc.set_threshold(20_000)
    try:
        code = roster.main(prog_name="roster", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        code = 130
    except BrokenPipeError:
        code = UNREAD
    except SystemExit as ended:  # click's: of completed words with 0, of a broken pipe with the code of differences
        code = UNREAD if ended.code else 0
    except Exception as error:  # noqa: BLE001 -- the outermost place: all else would be a traceback
        code = _told(error)
    if code == UNREAD or not _is_taken():
        # The interpreter would try once more to get rid of what is left, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # The interpreter's last look for cycles would be one at all that was made, and everything goes now anyhow.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)


def _is_taken() -> bool:
    """Whether the rest of what was printed can be written."""
    try:
        sys.stdout.flush()
    except OSError:
        return False
    return True


def _told(error: Exception) -> int:
    """Tell a failure in two lines; the exit code."""
    if "--debug" in sys.argv:
        raise error
    from compiler.errors import RosterError

    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        error = RosterError(f"it cannot be written: {error.strerror}", "make room, and run it again")
    message = error.message if isinstance(error, RosterError) else f"a fault in Roster: {_named(error)}"
    remedy = error.help if isinstance(error, RosterError) else "see where with: roster --debug …, and report it"
    click.echo(f"error: {message}", err=True)
    if remedy:
        click.echo(f"  = help: {remedy}", err=True)
    return error.exit_code if isinstance(error, RosterError) else INTERNAL


def _named(error: Any) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


if __name__ == "__main__":
    main()
