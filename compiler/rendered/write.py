"""Write: a plan and the contents -> the files of a folder as they should be; killed at any instant, it can go on."""

from collections.abc import Mapping
from pathlib import Path

from compiler.rendered.file_plan import FilePlan
from compiler.rendered.folder import Folder, target_error
from compiler.rendered.layout import MANIFEST
from compiler.rendered.manifest import encoded


def write(place: Path, plan: FilePlan, contents: Mapping[str, bytes]) -> None:
    """Do what the plan says; what is as it should be is not touched. Raises TargetError.

    The manifest names every file before it is written and until it is gone: so whatever is there is known for ours.
    """
    folder = Folder(place)
    folder.sweep()
    if plan.writes or plan.deletes:
        _put(folder, MANIFEST, encoded(plan.widened))
    for path in plan.writes:
        _put(folder, path, contents[path])
    for path in plan.deletes:
        _remove(folder, path)
    manifest = encoded(plan.manifest)
    there = folder.read(MANIFEST)
    if there is None or there.content != manifest:
        _put(folder, MANIFEST, manifest)


def _put(folder: Folder, path: str, content: bytes) -> None:
    try:
        folder.write(path, content)
    except OSError as error:
        raise target_error(error, f"{folder.root}/{path}") from error


def _remove(folder: Folder, path: str) -> None:
    try:
        folder.delete(path)
    except OSError as error:
        raise target_error(error, f"{folder.root}/{path}") from error
