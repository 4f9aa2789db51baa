"""Place: the folder that `--output` names and the fleet's -> the same folder, unless specs are read from there."""

from pathlib import Path

from compiler.errors import UsageError

_OWN = "name a folder of its own, such as rendered/prod"


def place(output: Path, fleet: Path) -> Path:
    """The folder to write to. Raises UsageError if it is the fleet's environments/, lies in it or holds it."""
    specs = (fleet / "environments").resolve()
    there = output.resolve()
    if there == specs or specs in there.parents:
        raise UsageError(f"{output} lies in environments/, where specs are read from", _OWN)
    if there in specs.parents:
        raise UsageError(f"{output} holds the fleet itself", _OWN)
    if output.is_symlink():
        raise UsageError(f"{output} is a link", "name the folder that it leads to")
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file", _OWN)
    return output
