"""Place: what `--output` or `--map` names and the fleet's folder -> the same place, unless it serves something else."""

from pathlib import Path

from compiler.errors import UsageError

_TAKEN = {
    "environments": "which the compiler reads",
    "templates": "which the compiler reads",
    "schemas": "which the compiler and editors read",
    ".git": "which is Git's own",
    ".roster": "which targets are kept in",
}
"""Folders of a fleet -> why nothing that is compiled may be written there."""
_OWN = "name a folder of its own, such as rendered/prod"


def place(output: Path, fleet: Path) -> Path:
    """The folder to write to. Raises UsageError if it serves something else, or if it holds the fleet."""
    there = output.resolve()
    demand_free(output, fleet, _OWN)
    if any(there in (fleet / name).resolve().parents for name in _TAKEN):
        raise UsageError(f"{output} holds the fleet itself", _OWN)
    if output.is_symlink():
        raise UsageError(f"{output} is a link", "name the folder that it leads to")
    if there.exists() and not there.is_dir():
        raise UsageError(f"{output} is a file", _OWN)
    return output


def demand_free(output: Path, fleet: Path, help: str) -> None:
    """Raise UsageError for a file or folder that lies where something else is kept."""
    there = output.resolve()
    for name, why in _TAKEN.items():
        taken = (fleet / name).resolve()
        if there == taken or taken in there.parents:
            raise UsageError(f"{output} lies in {name}/, {why}", help)
