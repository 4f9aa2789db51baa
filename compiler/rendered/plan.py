"""Plan: the files of an environment, the manifest of a folder and what lies in it -> what must be done there."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.rendered.file_plan import FilePlan, Obstacle
from compiler.rendered.manifest import Manifest, WrittenFile
from compiler.rendered.present import Present

EDITED = "was edited since Roster wrote it"


def plan(wanted: Manifest, before: Manifest | None, present: Present) -> FilePlan:
    """The way there: only what Roster wrote, and nobody has edited since, is overwritten or removed."""
    known = before.files if before is not None else {}
    writes = [path for path, file in wanted.files.items() if present.digests.get(path) != file.sha256]
    leaving = [path for path in sorted(known.keys() - wanted.files.keys()) if present.has(path)]
    deletes = [path for path in leaving if known[path].is_ours(present.digests.get(path, ""))]
    left = {path: known[path] for path in leaving if path not in deletes}
    return FilePlan(
        writes=tuple(writes),
        deletes=tuple(deletes),
        unchanged=len(wanted.files) - len(writes),
        in_the_way=tuple(_in_the_way(writes, known, present)),
        left=tuple(Obstacle(path, present.unreadable.get(path, EDITED)) for path in left),
        widened=replace(wanted, digest="", files=_widened(wanted.files, known)),
        manifest=replace(wanted, files={**wanted.files, **left}),
    )


def _in_the_way(writes: list[str], known: Mapping[str, WrittenFile], present: Present) -> Iterator[Obstacle]:
    for path in writes:
        if path in present.unreadable:
            yield Obstacle(path, present.unreadable[path])
        elif path in present.digests and path not in known:
            yield Obstacle(path, "was not written by Roster")
        elif path in present.digests and not known[path].is_ours(present.digests[path]):
            yield Obstacle(path, EDITED)


def _widened(wanted: Mapping[str, WrittenFile], known: Mapping[str, WrittenFile]) -> dict[str, WrittenFile]:
    """Every file of before and after, with every content of ours that it may have on the way."""
    both = {**known, **wanted}
    return {
        path: file if file == known.get(path) else replace(file, was=_earlier(file, known.get(path)))
        for path, file in both.items()
    }


def _earlier(file: WrittenFile, before: WrittenFile | None) -> tuple[str, ...]:
    contents = (before.sha256, *before.was) if before is not None else ()
    return tuple(dict.fromkeys(content for content in contents if content != file.sha256))
