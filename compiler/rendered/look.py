"""Look: a folder and the paths that matter -> its manifest, and what lies there."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from compiler.errors import UsageError
from compiler.rendered.folder import Folder, sentence, target_error
from compiler.rendered.layout import MANIFEST
from compiler.rendered.manifest import Manifest, decoded
from compiler.rendered.present import Present


def look(place: Path, wanted: Manifest, earlier: Present | None = None) -> tuple[Manifest | None, Present]:
    """The manifest, None if there is none, and each file that it or the wanted one names; what has the mark that it had
    earlier is not read again.

    Raises UsageError for the folder of another environment, TargetError for a manifest that cannot be read.
    """
    folder = Folder(place)
    try:
        file = folder.read(MANIFEST)
    except OSError as error:
        raise target_error(error, f"{place}/{MANIFEST}") from error
    before = None if file is None else decoded(file.content, str(place))
    if before is not None and (before.fleet, before.environment) != (wanted.fleet, wanted.environment):
        whose = f"{before.environment} of fleet {before.fleet}"
        raise UsageError(
            f"{place} holds the files of environment {whose}", "name a folder of its own for each environment"
        )
    return before, _present(folder, {*wanted.files, *(before.files if before is not None else ())}, earlier)


def _present(folder: Folder, paths: Iterable[str], earlier: Present | None) -> Present:
    marks = folder.marks()
    known = earlier or Present({}, {}, {})
    same = {path for path in paths if path in known.contents and known.marks.get(path) == marks.get(path, ())}
    contents = {path: known.contents[path] for path in same}
    digests = {path: known.digests[path] for path in same}
    unreadable: dict[str, str] = {}
    for path in sorted(set(paths) - same):
        try:
            file = folder.read(path)
        except OSError as error:
            unreadable[path] = sentence(error, "").strip()
            continue
        if file is not None:
            contents[path] = file.content
            digests[path] = sha256(file.content).hexdigest()
    return Present(contents, digests, unreadable, marks)
