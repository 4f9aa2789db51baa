"""roster explain: a code, a kind, a field or a template -> what it means."""

import click

from compiler.cli import Command, tree_of


@click.command(cls=Command)
@click.argument("topic", metavar="[CODE|KIND[.FIELD]|template]", default="")
@click.argument("name", metavar="[TEMPLATE]", default="")
@click.pass_context
def explain(context: click.Context, topic: str, name: str) -> None:
    """Explain a code that a message shows, a kind, a field of a kind, or a template.

    Without a topic it lists all kinds and codes.

    \b
    Examples:
      roster explain R0203
      roster explain Agent
      roster explain Agent.runtime.scale
      roster explain template                     all templates, and how they are written
      roster explain template agent/deployment    what one may use
    """
    from compiler.errors import UsageError
    from compiler.explaining.explain import explain as explained
    from compiler.explaining.explain import overview
    from compiler.explaining.explain_template import explain_template, explain_templates

    about_templates = topic in ("template", "templates")
    if name and not about_templates:
        raise UsageError(f"explain takes one topic, and {name} is a second one", "run it once for each")
    if about_templates:
        tree = tree_of(context, None)
        text = explain_template(tree, name) if name else explain_templates(tree)
    else:
        text = explained(topic) if topic else overview()
    click.echo(text.rstrip("\n"))
