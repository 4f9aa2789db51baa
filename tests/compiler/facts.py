"""Facts: a tree of files in memory, and everything that a compiled environment says, to be compared with another."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache

from compiler.compiled import Compiled
from compiler.source import Source, SourceMap
from compiler.tree import Entry


class Files:
    """A tree of files in memory."""

    name = "files"

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def entries(self, folder: str) -> tuple[Entry, ...]:
        top = f"{folder}/" if folder else ""
        return tuple(Entry(path, len(self.files[path].encode())) for path in sorted(self.files) if path.startswith(top))

    def read(self, path: str) -> bytes:
        return self.files[path].encode()

    def identity(self, path: str) -> str:
        return f"sha256:{hashlib.sha256(self.read(path)).hexdigest()}"


def facts(compiled: Compiled) -> dict[str, object]:
    """Everything that a compiled environment says; written out, since 1, 1.0 and true are equal and not the same."""
    bundle = compiled.bundle
    said: dict[str, object] = {
        "name": compiled.name,
        "diagnostics": list(map(repr, compiled.diagnostics)),
        "documents": [
            (key, repr(document), list(map(repr, document.layers)), str(document.span_of(("metadata", "name"))))
            for key, document in compiled.documents.items()
        ],
    }
    if bundle is not None:
        said |= {name: repr(getattr(bundle, name)) for name in ("fleet", "environment", "namespace", "digest")}
        said |= {name: list(map(repr, getattr(bundle, name))) for name in ("objects", "records")}
        said["references"] = sorted(bundle.references.items())
        said["sources"] = {str(key): dict(_sources(compiled, bundle.source_maps[key])) for key in bundle.source_maps}
    return said


def _sources(compiled: Compiled, sources: SourceMap) -> Iterator[tuple[str, object]]:
    """Each field of an object: its cause, and where everything that had a part in it is written."""

    @cache
    def places(source: Source) -> list[str]:
        return [str(compiled.span_of(source)), *map(str, compiled.variables_of(source))]

    for path, cause in sources.items():
        yield repr(path), (repr(cause), [places(source) for source in cause.sources])


def differing(one: Compiled, other: Compiled) -> list[str]:
    """What two compiled environments say differently; a list that is short to read."""
    first, second = facts(one), facts(other)
    return [
        f"{name}: {first.get(name)} / {second.get(name)}"
        for name in first | second
        if first.get(name) != second.get(name)
    ]
