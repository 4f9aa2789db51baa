"""Words: a finding -> what a report without excerpts says of it, line by line, safe to print."""

from compiler.diagnostic import Diagnostic
from compiler.reports.excerpt import printable


def words(item: Diagnostic) -> tuple[str, ...]:
    """The message, what is said at the place, the remedy, and where it was seen; none of them empty."""
    help = f"help: {item.help}" if item.help else ""
    seen = f"seen from: {', '.join(item.environments)}" if item.environments else ""
    return tuple(printable(part) for part in (item.message, item.label, help, seen) if part)


def under(folder: str, path: str) -> str:
    """The path of a file of the fleet from the repository's top; `folder` is the way from there to the fleet."""
    return f"{folder}/{path}" if folder else path
