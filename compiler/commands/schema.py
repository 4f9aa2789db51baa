"""roster schema export: Roster's own schemas, as files for editors in the fleet's repository."""

from collections.abc import Mapping
from pathlib import Path

import click

from compiler.cli import Command, directory
from compiler.errors import UsageError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def schema() -> None:
    """Keep schemas in the fleet's repository: Roster's own for editors, and what its clusters define."""


@schema.command(cls=Command, short_help="Write Roster's own, for editors.")
@click.argument("place", metavar="[DIR]", default=Path("schemas"), type=click.Path(path_type=Path, file_okay=False))
@click.pass_context
def export(context: click.Context, place: Path) -> None:
    """Write the JSON Schemas of every kind to DIR, by default schemas/, for editors; do so again after an upgrade.

    `any.json` is for a document of any kind, `agent.json` for an Agent, and those in `overlay/` for a file that may say
    only what differs from a base. `roster init` has set up VS Code for them; any editor with the YAML language server
    finds a file's schema in its first line:

    \b
      # yaml-language-server: $schema=../../../schemas/agent.json
    """
    files = editor_schemas()
    target = directory(context) / place
    changed = [name for name, text in files.items() if not _holds(target / name, text)]
    try:
        for name in changed:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(files[name], encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}", "name a folder that you may write to") from error
    click.echo(f"{target}: {len(changed)} of {len(files)} schemas written, the others are as they should be")


def editor_schemas() -> Mapping[str, str]:
    """Path below the folder of schemas -> text, of every JSON Schema for editors."""
    from compiler.assets import folder

    shipped = folder("schemas")
    found = sorted((*shipped.glob("*.json"), *shipped.glob("overlay/*.json")))
    return {path.relative_to(shipped).as_posix(): path.read_text(encoding="utf-8") for path in found}


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()
