"""roster explain: a code, a kind or a field -> what it means."""

import click

from compiler.cli import Command


@click.command(cls=Command)
@click.argument("topic", metavar="[CODE|KIND[.FIELD]]", default="")
def explain(topic: str) -> None:
    """Explain a code that a message shows, a kind, or a field of a kind.

    Without a topic it lists all kinds and codes.

    \b
    Examples:
      roster explain R0203
      roster explain Agent
      roster explain Agent.runtime.scale
    """
    from compiler.explain import explain as explained
    from compiler.explain import overview

    click.echo((explained(topic) if topic else overview()).rstrip("\n"))
