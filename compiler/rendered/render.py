"""Render: a compiled environment -> its files, a YAML document each, and the manifest that lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from typing import Any

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.emit import emit
from compiler.kube_object import KubeObject, canonical
from compiler.layering.layered import Layered
from compiler.memo import Memo
from compiler.rendered.layout import object_file
from compiler.rendered.manifest import Manifest, WrittenFile


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """An environment as files."""

    contents: Mapping[str, bytes]
    """Path -> the file's content, sorted by path."""
    manifest: Manifest
    """What is to be kept of them."""


def render(compiled: Compiled, memo: Memo) -> Rendered:
    """The files of an environment that has compiled. Raises ValueError for one that has not.

    With the `memo` of an earlier rendering of the same environment, only what changed since is written out.
    """
    bundle = compiled.bundle
    if bundle is None:
        raise ValueError(f"{compiled.name} has errors")
    files = sorted(memo.each(_file, bundle.objects), key=attrgetter("path"))
    manifest = Manifest(
        fleet=bundle.fleet,
        environment=bundle.environment,
        digest=bundle.digest,
        specs=_specs(compiled, bundle, memo),
        files={file.path: file.entry for file in files},
    )
    memo.end_round(whole=True)
    return Rendered({file.path: file.content for file in files}, manifest)


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    path: str
    content: bytes
    entry: WrittenFile


def _file(item: KubeObject) -> _File:
    content = emit([item.data]).encode()
    return _File(object_file(item.key), content, WrittenFile(item.key, sha256(content).hexdigest()))


def _specs(compiled: Compiled, bundle: Bundle, memo: Memo) -> str:
    """The hash of all that people wrote: no default is part of it, and the text of a file in place of its name."""
    records = {record.spec: record for record in bundle.records}
    documents = tuple([(document, records.get(key)) for key, document in sorted(compiled.documents.items())])
    return sha256(b"".join(memo.each(_written, documents))).hexdigest()


def _written(item: tuple[Layered, KubeObject | None]) -> bytes:
    document, record = item
    spec = {} if record is None else {"spec": _filled(document.data.get("spec"), record.data["spec"])}
    return canonical([str(document.key), {**document.data, **spec}])


def _filled(written: Any, declared: Any) -> Any:
    """What was written, with the texts of files that it names as they were found."""
    if isinstance(written, Mapping) and isinstance(declared, Mapping):
        return {key: _filled(item, declared.get(key, item)) for key, item in written.items()}
    if isinstance(written, list | tuple) and isinstance(declared, list | tuple) and len(written) == len(declared):
        return [_filled(item, other) for item, other in zip(written, declared, strict=True)]
    return declared if isinstance(written, Mapping) else written
