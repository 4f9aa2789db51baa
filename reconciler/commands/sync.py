"""roster sync: one pass, watched by a person."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from compiler.cli import Command, environment_argument
from reconciler.commands.options import (
    NOT_DONE,
    Commit,
    commit_of,
    consent_options,
    mention_unread,
    quiet_option,
    reach_option,
    settings_of,
    target_options,
)

if TYPE_CHECKING:
    from reconciler.request import Report
    from reconciler.settings import Settings


@click.command(cls=Command)
@environment_argument
@target_options
@reach_option
@quiet_option
@consent_options
@click.option("--no-wait", is_flag=True, help="End when everything is applied, without waiting until it is healthy.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0),
    default=300.0,
    show_default=True,
    help="How long to wait for it.",
)
@click.option("--push-notes", is_flag=True, help="Push the Git note about this pass to where the commit came from.")
@click.pass_context
def sync(context: click.Context, /, environment: str, push_notes: bool, **flags: Any) -> None:
    """Make the target of ENV equal a commit, wait until it is healthy, and say how it went.

    Reads a commit, never the work folder. What Roster did not make is left alone; what left Git is deleted after
    everything else went well. Exit code 0 if all is applied and healthy; 2 if the specs are wrong, and nothing was
    applied; 3 if anything was refused, is held, or is not healthy in time.

    \b
    Examples:
      roster sync dev                             the commit that is checked out
      roster sync prod --ref v1.4.0 --no-wait     a release, without waiting for pods
      roster sync dev --adopt ConfigMap/prompts   take over what somebody else made
    """
    from reconciler.fetch import fetch
    from reconciler.reports.report_text import is_well, problems, summary
    from reconciler.settings import make_root
    from reconciler.source.note_pass import note_pass

    started = time.monotonic()
    settings = settings_of(context, flags)
    mention_unread(context, settings, "synced")
    make_root(settings.root)
    commit = commit_of(context, settings, fetch(settings.source, settings.mirrors), environment)
    report = _synced(commit, environment, settings, flags)
    warning = note_pass(report, commit.revision, settings.source, push=push_notes)
    if not flags["quiet"]:
        click.echo(summary(report, time.monotonic() - started))
    for line in (*problems(report), *([f"warning: {warning}"] if warning else [])):
        click.echo(line, err=True)
    context.exit(0 if is_well(report) or (flags["no_wait"] and report.converged) else NOT_DONE)


def _synced(commit: Commit, environment: str, settings: "Settings", flags: dict[str, Any]) -> "Report":
    """One pass under the lease, its steps told as they happen."""
    from reconciler.adopted import adopted
    from reconciler.connect import connect
    from reconciler.reconcile import reconcile
    from reconciler.reports.progress import progress
    from reconciler.request import Request
    from reconciler.settings import holder
    from reconciler.unit import Pass, Unit

    adopt = adopted(flags["adopt"], commit.bundle)
    target = connect(commit.target, settings)
    which = Pass(Unit(commit.bundle.fleet, environment), commit.revision.commit)
    live = sys.stdout.isatty() and not flags["quiet"]
    say = (lambda _: None) if flags["quiet"] else click.echo
    with _stoppable() as stop, target.lease(which.unit, holder("sync")) as lease, progress(live=live, say=say) as lines:
        request = Request(
            which=which,
            bundle=commit.bundle,
            adopt=adopt,
            allow_empty=flags["allow_empty"],
            settle_seconds=0.0 if flags["no_wait"] else flags["timeout"],
            halted=stop.is_set,
            on_outcome=lines.outcome,
            on_health=lines.health,
        )
        return reconcile(request, target, lease)


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that the write under way is finished; a second Ctrl-C ends at once."""
    stop = threading.Event()

    def asked(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, action in before.items():
            signal.signal(number, action)
