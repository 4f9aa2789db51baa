"""roster init: questions or flags -> the files of a fleet that validates, none of those that are there overwritten."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

import click

from compiler.cli import WRONG, Command, directory
from compiler.commands.init_wishes import Wanted, wishes
from compiler.errors import UsageError

_WORKFLOW = ".github/workflows/fleet.yml"
_NEW, _LONGER, _KEPT, _SAME = "+", "~", "=", " "
"""What becomes of a file: it is new, gets a line more, is left as it is, or is as it should be."""


@click.command(cls=Command)
@click.argument("place", metavar="[DIR]", default=Path(), type=click.Path(path_type=Path))
@click.option("--fleet", metavar="NAME", help="Name of the fleet; default: the folder's.")
@click.option("--environment", metavar="NAME", multiple=True, help="An environment, dev; may be repeated.")
@click.option("--target", type=click.Choice(("directory", "kubernetes")), help="What the environments are applied to.")
@click.option("--cluster", metavar="CONTEXT", help="The kubeconfig context, with --target kubernetes.")
@click.option("--namespace", metavar="NAME", help="Namespace of the objects; default: FLEET-ENVIRONMENT.")
@click.option("--agent", metavar="NAME", help="Name of the first agent, assistant.")
@click.option("--model", metavar="TYPE/MODEL", help="Provider and model that it speaks with, claude/claude-sonnet-4.")
@click.option("--image", metavar="IMAGE", help="Image of its container.")
@click.option("--ci", type=click.Choice(("github", "none")), help="Whether to write a workflow for pull requests.")
@click.option("--yes", is_flag=True, help="Ask nothing: what no flag says gets its default.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.pass_context
def init(context: click.Context, /, place: Path, yes: bool, dry_run: bool, **flags: Any) -> None:
    """Make a fleet that validates, in a new folder or an existing repository; or add environments to a fleet.

    On a terminal it asks for what no flag says. A file that is there is left as it is, and named.

    \b
    Examples:
      roster init                        asks, and makes the fleet in this folder
      roster init acme --yes             in the folder acme, with one environment, dev, that needs no cluster
      roster init --environment prod --target kubernetes --cluster prod-eu
                                         one environment more
    """
    root = directory(context) / place
    wanted = wishes(root, flags, ask=sys.stdin.isatty() and not yes)
    changes = tuple(_changes(root, wanted))
    if not dry_run:
        _write(root, changes)
    click.echo("\n".join(_told(changes)))
    if dry_run:
        click.echo("Nothing was written: --dry-run.")
    elif _is_wrong(context, root):
        context.exit(WRONG)
    else:
        is_changed = any(change.mark in (_NEW, _LONGER) for change in changes)
        click.echo("\n" + "\n".join(_next_steps(root, wanted, is_changed)))


@dataclass(frozen=True, slots=True)
class _Change:
    """One file that is wanted."""

    path: str
    """Path below the fleet's folder."""
    text: str
    """What is wanted there."""
    mark: str
    """What becomes of it, in one character."""


def _changes(root: Path, wanted: Wanted) -> Iterator[_Change]:
    """Every wanted file, and what is to be done about it. Raises UsageError where something stands in the way."""
    from compiler.starter import ignoring, starter

    files = {**starter(wanted.fleet, wanted.places, wanted.beginning), **_shipped(wanted.workflow)}
    for path, text in files.items():
        there = _read(root / path)
        if there is None:
            yield _Change(path, text, _NEW)
        else:
            yield _Change(path, text, _SAME if there == text else _KEPT)
    before = _read(root / ".gitignore")
    after = ignoring(before or "")
    if after != before:
        yield _Change(".gitignore", after, _NEW if before is None else _LONGER)


def _read(file: Path) -> str | None:
    """The text of a file, whatever bytes they are; None if there is none. Raises UsageError where none can be."""
    for parent in file.parents:
        if (parent.exists() or parent.is_symlink()) and not parent.is_dir():
            raise UsageError(f"{parent} is a file, and a folder is needed there", "move it away")
    if file.is_dir() or (file.is_symlink() and not file.exists()):
        what = "a folder" if file.is_dir() else "a link to nothing"
        raise UsageError(f"{file} is {what}, and a file is needed there", "move it away")
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else None
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", "make it readable") from error


def _shipped(workflow: bool) -> Mapping[str, str]:
    """The files that are parts of Roster itself."""
    from compiler.assets import folder
    from compiler.commands.schema import editor_schemas

    files = {f"schemas/{name}": text for name, text in editor_schemas().items()}
    if workflow:
        files[_WORKFLOW] = (folder(".github") / "workflows" / "fleet.yml").read_text(encoding="utf-8")
    return files


def _write(root: Path, changes: tuple[_Change, ...]) -> None:
    """Make the files, and a repository if there is none. Raises UsageError where that is not allowed."""
    from compiler.trees.git import begin_repository

    try:
        root.mkdir(parents=True, exist_ok=True)
        for change in changes:
            if change.mark in (_NEW, _LONGER):
                file = root / change.path
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("xb" if change.mark == _NEW else "wb") as output:
                    output.write(change.text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}", "name a folder that you may write to") from error
    begin_repository(root)


def _told(changes: tuple[_Change, ...]) -> Iterator[str]:
    """What becomes of each file; the many of schemas/ are told together."""
    remarks = {_KEPT: "  is there, and is left as it is", _LONGER: "  one line more: .roster/"}
    for change in changes:
        if change.mark != _SAME and not (change.mark == _NEW and change.path.startswith("schemas/")):
            yield f"  {change.mark} {change.path}{remarks.get(change.mark, '')}"
    schemas = sum(change.mark == _NEW and change.path.startswith("schemas/") for change in changes)
    if schemas:
        yield f"  {_NEW} schemas/  {schemas} files, for editors"
    same = sum(change.mark == _SAME for change in changes)
    if same:
        yield f"    {same} {'file is' if same == 1 else 'files are'} there as they should be"


def _is_wrong(context: click.Context, root: Path) -> bool:
    """Whether the fleet, as it is now, has a mistake; it is told."""
    from compiler.cli import reported
    from compiler.fleet import environment_names
    from compiler.pipeline import compile_environment
    from compiler.reports.gather import gather
    from compiler.trees.folder import FolderTree

    tree = FolderTree(root)
    findings = gather(compile_environment(tree, name) for name in environment_names(tree))
    if findings.failed:
        click.echo(reported(context, findings, tree, "text"), nl=False)
    return bool(findings.failed)


def _next_steps(root: Path, wanted: Wanted, is_changed: bool) -> Iterator[str]:
    """What to type next; the Secret comes after the first sync, which makes the namespace that it lies in."""
    from compiler.starter import WITH_KEY

    first = wanted.places[0]
    yield "Next:"
    if root.resolve() != Path.cwd():
        yield f"  cd {quote(str(root))}"
    what = "Begin the fleet" if wanted.beginning else f"Add {', '.join(place.name for place in wanted.places)}"
    if is_changed:
        yield f"  git add --all && git commit -m '{what}'"
    if first.cluster:
        yield f"  roster install {first.name} && roster plan {first.name}"
    if first.cluster and wanted.beginning and wanted.beginning.provider in WITH_KEY:
        yield f"  roster sync {first.name} --no-wait"
        kubectl = f"kubectl --context {quote(first.cluster)} -n {first.namespace}"
        yield f"  {kubectl} create secret generic {wanted.beginning.provider} --from-file=api-key=FILE"
    yield f"  roster sync {first.name} && roster status {first.name}"
