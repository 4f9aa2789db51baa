"""Place: the folder that `--output` names and the fleet's -> the same folder, unless the compiler reads from there."""

from pathlib import Path

from compiler.errors import UsageError

_READ = ("environments", "templates")
"""Folders of a fleet that the compiler reads."""
_OWN = "name a folder of its own, such as rendered/prod"


def place(output: Path, fleet: Path) -> Path:
    """The folder to write to. Raises UsageError if the compiler reads from it, or if it holds the fleet."""
    there = output.resolve()
    for name in _READ:
        specs = (fleet / name).resolve()
        if there == specs or specs in there.parents:
            raise UsageError(f"{output} lies in {name}/, which the compiler reads", _OWN)
        if there in specs.parents:
            raise UsageError(f"{output} holds the fleet itself", _OWN)
    if output.is_symlink():
        raise UsageError(f"{output} is a link", "name the folder that it leads to")
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file", _OWN)
    return output
