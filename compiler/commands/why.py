"""roster why: an object or a spec and a field -> the value, and the lines that it came by."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli import (
    WRONG,
    Command,
    chosen,
    directory,
    environment_argument,
    format_option,
    less_allowed,
    ref_option,
    set_option,
    settings_of,
    tell_findings,
    tree_of,
)
from compiler.errors import RosterError

if TYPE_CHECKING:
    from compiler.explaining.authorship import Authorship
    from compiler.explaining.why import Explanation
    from compiler.span import Span
    from compiler.tree import Tree


@click.command(cls=Command)
@environment_argument
@click.argument("thing", metavar="KIND/NAME")
@click.argument("field", metavar="[FIELD]", required=False)
@ref_option
@set_option
@format_option("text", "json")
@click.pass_context
def why(
    context: click.Context,
    environment: str,
    thing: str,
    field: str | None,
    ref: str | None,
    assignments: tuple[str, ...],
    style: str,
) -> None:
    """Show where the value of a field comes from: the template's line, each layer that set it, commit and author.

    KIND/NAME is an object that the environment compiles to, or one of its specs. Without FIELD every field is shown
    that is no mere default of its kind.

    \b
    Examples:
      roster why prod deployment/support spec.replicas
      roster why prod deployment/support 'spec.template.spec.containers[runtime].resources.requests.cpu'
      roster why prod Agent/support runtime.scale.max
    """
    from compiler.explaining.why import why as explained
    from compiler.field_name import steps
    from compiler.pipeline import compile_environment
    from compiler.reports.gather import gather

    tree = tree_of(context, ref)
    (name,) = chosen(tree, (environment,))
    compiled = compile_environment(tree, name, settings_of(assignments))
    if compiled.bundle is None:
        findings = less_allowed(gather([compiled]), tree)
        tell_findings(findings, tree)
        context.exit(WRONG)
    explanations = explained(compiled, thing, steps(field) if field else ())
    if field is None:
        explanations = tuple(item for item in explanations if not _is_default(item))
    authors = _authors(context, explanations, ref)
    click.echo(_json(explanations, authors) if style == "json" else _text(explanations, authors, tree), nl=False)


def _is_default(item: "Explanation") -> bool:
    from compiler.explaining.why import Role

    return all(link.role is Role.DEFAULT for link in item.links)


def _places(explanations: Iterable["Explanation"]) -> list["Span"]:
    return [link.place for item in explanations for link in item.links if link.place is not None]


def _authors(
    context: click.Context, explanations: Iterable["Explanation"], ref: str | None
) -> dict["Span", "Authorship"]:
    """Who wrote the lines; nobody is named where there is no repository, or no commit yet."""
    from compiler.trees.blame import blame
    from compiler.trees.git import resolve, top_and_folder

    try:
        repository, folder = top_and_folder(directory(context))
        revision = resolve(repository, ref) if ref else None
    except RosterError:
        return {}
    return dict(blame(Path(repository), folder, _places(explanations), revision))


def _text(explanations: tuple["Explanation", ...], authors: dict["Span", "Authorship"], tree: "Tree") -> str:
    from compiler.explaining.why_text import why_text
    from compiler.memo import Memo
    from compiler.shadow import shadow

    assets, _ = shadow(tree, Memo())
    templates = [place for place in _places(explanations) if place.path.startswith("templates/")]
    lines = {
        place: assets.read(place.path.removeprefix("templates/")).split("\n")[place.line - 1] for place in templates
    }
    return why_text(explanations, lines, authors)


def _json(explanations: tuple["Explanation", ...], authors: dict["Span", "Authorship"]) -> str:
    from compiler.explaining.why_json import why_json

    return json.dumps(why_json(explanations, authors), indent=2, ensure_ascii=False) + "\n"
