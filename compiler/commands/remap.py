"""roster remap: what other tools found in compiled files -> the same findings at the lines of the specs."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import click

from compiler.cli import Command, folder, ref_option, tree_of
from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.remap import Remapped

MOST_BYTES = 200_000_000


@click.command(cls=Command)
@click.option("--sarif", "source", metavar="FILE", required=True, help="The report, SARIF 2.1.0; - for standard input.")
@ref_option
@click.pass_context
def remap(context: click.Context, source: str, ref: str | None) -> None:
    """Show what another tool found in compiled files at the lines of the specs that caused it.

    Reads a report on what `roster compile` printed or wrote, and prints the same report: each finding at the line of
    the spec, its old place beside it as a related location. The files that the report names must be there, as they
    were compiled; the specs are those of the work folder, or of --ref. A finding that cannot be mapped stays as it is;
    how many do, and why, is told on standard error. Exit code 0, or 2 if the report or the specs cannot be read.

    \b
    Examples:
      roster compile prod > prod.yaml
      trivy config --format sarif prod.yaml > found.sarif
      roster remap --sarif found.sarif > mapped.sarif
    """
    from functools import cache

    from compiler.compiled import Compiled
    from compiler.fleet import environment_names
    from compiler.pipeline import compile_environment
    from compiler.remap import remap as remapped

    report = _report(source)
    tree = tree_of(context, ref)
    known = environment_names(tree)

    @cache
    def compiled(name: str) -> Compiled | None:
        found = compile_environment(tree, name) if name in known else None
        if found is not None and found.bundle is None:
            raise UsageError(f"environment {name} has errors", f"see what is wrong: roster validate {name}")
        return found

    place = Path() if source == "-" else Path(source).parent
    result = remapped(report, lambda run, artifact: _content(place, run, artifact), compiled, folder(context))
    click.echo(json.dumps(result.report, indent=2, ensure_ascii=False))
    click.echo(_told(result), err=True)


def _report(source: str) -> dict[str, Any]:
    """The report. Raises UsageError if it is none."""
    try:
        with click.open_file(source, "rb") as file:
            report = json.loads(file.read())
    except OSError as error:
        raise UsageError(
            f"{source} cannot be read: {error.strerror}", "name a SARIF file, or - for standard input"
        ) from error
    except RecursionError as error:
        raise UsageError(f"{source} is nested too deep", "let the tool write SARIF 2.1.0") from error
    except ValueError as error:
        raise UsageError(f"{source} is not JSON: {error}", "let the tool write SARIF 2.1.0") from error
    if not isinstance(report, dict) or not isinstance(report.get("runs"), list):
        raise UsageError(f"{source} is no SARIF report: it has no runs", "let the tool write SARIF 2.1.0")
    return report


def _content(place: Path, run: Mapping[str, Any], artifact: Mapping[str, Any]) -> str | None:
    """The text of the file that a location names: relative to its base, to the folder we are in, or to the report's."""
    bases = run.get("originalUriBaseIds")
    base = bases.get(str(artifact.get("uriBaseId"))) if isinstance(bases, Mapping) else None
    above = _path(base.get("uri")) if isinstance(base, Mapping) else Path()
    path = _path(artifact.get("uri"))
    for candidate in (above / path, path, place / path):
        try:
            if candidate.is_file() and candidate.stat().st_size <= MOST_BYTES:
                return candidate.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
    return None


def _path(uri: Any) -> Path:
    """The path in a URI; the folder we are in, which is no file, for what is none."""
    try:
        return Path(unquote(urlsplit(uri).path)) if isinstance(uri, str) else Path()
    except ValueError:
        return Path()


def _told(result: "Remapped") -> str:
    total = result.mapped + len(result.left)
    lines = [f"{result.mapped} of {total} findings {'is' if total == 1 else 'are'} at a line of a spec now"]
    lines += [
        f"  {count} stay{'s' if count == 1 else ''} as before: {why}"
        for why, count in Counter(result.left).most_common()
    ]
    return "\n".join(lines)
