"""Rounds: what a command does with a tree -> the same done now, and again after each change of the work folder."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import click

from compiler.cli import colour, directory, tell
from compiler.errors import RosterError, UsageError

if TYPE_CHECKING:
    from compiler.caching.cache import Cache
    from compiler.tree import Tree

_MOST = 3
"""How many changed files are named."""
COMMITS_STAY = ("a commit does not change", "leave out --ref: --watch follows the work folder")
"""What is wrong with --watch beside --ref, and what to do."""

watch_option = click.option("--watch", is_flag=True, help="Do it again whenever a file changes, until Ctrl-C.")


def rounds(context: click.Context, work: "Callable[[Tree, Cache], None]") -> NoReturn:
    """Do `work` with the work folder, and again after each change of what it read, until Ctrl-C raises
    KeyboardInterrupt. The cache lives as long: with it only what has changed is worked out.

    A UsageError in the first round ends it, for the command line is wrong; any other failure, and any later one, is
    told, and the next change may mend it. On a terminal each round has the screen for itself; elsewhere a line in front
    says what has changed.
    """
    from compiler.caching.cache import Memory
    from compiler.collector import resting_collector
    from compiler.trees.watch import watch

    memory, sights = Memory(), watch(directory(context))
    while True:
        sight = next(sights)
        started = time.perf_counter()
        _begin(sight.changed)
        with resting_collector():
            try:
                work(sight.tree, memory)
            except RosterError as error:
                if isinstance(error, UsageError) and not sight.changed:
                    raise
                tell(error)
        _end(sight.changed, time.perf_counter() - started)


def _begin(changed: tuple[str, ...]) -> None:
    if sys.stdout.isatty():
        click.clear()
    elif changed:
        click.echo(f"--- {_named(changed)}")


def _end(changed: tuple[str, ...], seconds: float) -> None:
    """Say on a terminal how fresh it is what stands there."""
    if sys.stdout.isatty():
        since = f" after a change of {_named(changed)}" if changed else ""
        line = f"{time.strftime('%H:%M:%S')}, {seconds:.2f} s{since}. Waiting for changes; Ctrl-C ends it."
        click.echo(f"\n{click.style(line, dim=True) if colour() else line}")


def _named(changed: tuple[str, ...]) -> str:
    """`a.yaml, b.yaml, c.yaml and 2 more`."""
    from compiler.reports.excerpt import printable

    names = printable(", ".join(changed[:_MOST]))
    return f"{names} and {len(changed) - _MOST} more" if len(changed) > _MOST else names
