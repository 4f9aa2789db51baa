"""Render: a compiled environment -> its files, a YAML document each, and the manifest that lists them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.emit import emit
from compiler.kube_object import KubeObject, canonical
from compiler.rendered.layout import object_file
from compiler.rendered.manifest import Manifest, WrittenFile


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """An environment as files."""

    contents: Mapping[str, bytes]
    """Path -> the file's content, sorted by path."""
    manifest: Manifest
    """What is to be kept of them."""


def render(compiled: Compiled) -> Rendered:
    """The files of an environment that has compiled. Raises ValueError for one that has not."""
    bundle = compiled.bundle
    if bundle is None:
        raise ValueError(f"{compiled.name} has errors")
    placed = sorted((object_file(item.key), item) for item in bundle.objects)
    contents = {path: emit([item.data]).encode() for path, item in placed}
    manifest = Manifest(
        fleet=bundle.fleet,
        environment=bundle.environment,
        digest=bundle.digest,
        specs=_specs(compiled, bundle),
        files={path: WrittenFile(item.key, sha256(contents[path]).hexdigest()) for path, item in placed},
    )
    return Rendered(contents, manifest)


def _specs(compiled: Compiled, bundle: Bundle) -> str:
    """The hash of all that people wrote: no default is part of it, and the text of a file in place of its name."""
    digest = sha256()
    for part in _written(compiled, {record.spec: record for record in bundle.records}):
        digest.update(canonical(part))
    return digest.hexdigest()


def _written(compiled: Compiled, records: Mapping[Any, KubeObject]) -> Iterator[Any]:
    for key, document in sorted(compiled.documents.items()):
        record = records.get(key)
        spec = {} if record is None else {"spec": _filled(document.data.get("spec"), record.data["spec"])}
        yield [str(key), {**document.data, **spec}]


def _filled(written: Any, declared: Any) -> Any:
    """What was written, with the texts of files that it names as they were found."""
    if isinstance(written, Mapping) and isinstance(declared, Mapping):
        return {key: _filled(item, declared.get(key, item)) for key, item in written.items()}
    if isinstance(written, list | tuple) and isinstance(declared, list | tuple) and len(written) == len(declared):
        return [_filled(item, other) for item, other in zip(written, declared, strict=True)]
    return declared if isinstance(written, Mapping) else written
