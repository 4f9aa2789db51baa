"""roster run: the loop, until it is stopped."""

import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click

from compiler.cli import Command, environments_argument
from reconciler.commands.options import mention_unread, reach_option, settings_of, target_options


@click.command(cls=Command)
@environments_argument
@target_options
@reach_option
@click.option("--in-cluster", metavar="NAME", help="The name by which environments mean the cluster that this runs in.")
@click.option("--metrics", metavar="ADDRESS", default="", help="Serve Prometheus metrics, such as on 127.0.0.1:9464.")
@click.option("--push-notes", is_flag=True, help="Push Git notes to where the commits came from.")
@click.pass_context
def run(context: click.Context, /, environments: tuple[str, ...], push_notes: bool, **flags: Any) -> None:
    """Keep the targets of ENV... (of all environments, if none is named) equal to Git, until stopped.

    A new commit is applied within the environment's `sync.interval`; what somebody changes or deletes on the target
    is put right within seconds; where nothing happens, nothing is written. What cannot be reached is waited out.
    Any number of these may run: each environment is worked on by one at a time. SIGTERM or Ctrl-C ends it after the
    write under way, with exit code 0.

    \b
    Examples:
      roster run dev
      roster run --source https://git.example.com/acme/fleet.git --ref main --root /var/lib/roster
    """
    from reconciler.loop import loop
    from reconciler.metrics import Metrics
    from reconciler.settings import make_root

    settings = replace(settings_of(context, flags), in_cluster=flags["in_cluster"])
    mention_unread(context, settings, "synced")
    make_root(settings.root)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    lock = threading.Lock()

    def say(about: str, text: str) -> None:
        with lock:
            click.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {about}  {text.rstrip()}")

    loop(settings, environments, stop, say, Metrics(flags["metrics"]), push_notes=push_notes)
