"""Manifest: which files of a folder Roster wrote, for which object and with which content, as a file beside them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey, readable
from compiler.rendered.layout import MANIFEST

VERSION = 1
"""Version of the format; a folder of a later one is left to the Roster that wrote it."""
_UNSAFE = re.compile(r"^\.|^$|[\0\\]")
"""What no step of a path of ours has: hidden, empty, a NUL, another system's slash."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of ours."""

    object: ObjectKey
    """The object that it holds."""
    sha256: str
    """Hash of its content, as hexadecimal."""
    was: tuple[str, ...] = ()
    """Contents that it may still have, while files are being written."""

    def is_ours(self, sha256: str) -> bool:
        """Whether a content is one that Roster wrote."""
        return sha256 == self.sha256 or sha256 in self.was


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What Roster wrote into one folder. Holds no time, no version of Roster and no place: same specs, same bytes."""

    fleet: str
    """The fleet's name."""
    environment: str
    """The environment's name."""
    digest: str
    """The bundle's digest; empty while files are being written."""
    specs: str
    """SHA-256 over what people wrote, so that another compiler can be told from other specs."""
    files: Mapping[str, WrittenFile]
    """Path -> what was written there."""


def encoded(manifest: Manifest) -> bytes:
    """The manifest's file: JSON, a line for each value."""
    return readable(
        {
            "version": VERSION,
            "fleet": manifest.fleet,
            "environment": manifest.environment,
            "digest": manifest.digest,
            "specs": manifest.specs,
            "files": {path: _entry(file) for path, file in manifest.files.items()},
        }
    ).encode()


def decoded(content: bytes, place: str) -> Manifest:
    """The manifest in a file; `place` is the folder's name for people. Raises TargetError if it is none."""
    try:
        data = orjson.loads(content)
        version = data["version"]
        if version == VERSION:
            return _manifest(data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TargetError(
            f"{place}/{MANIFEST} is damaged: it is not what Roster wrote",
            "restore it from Git, or remove it: files whose content is as it should be are taken for Roster's again",
        ) from error
    raise TargetError(
        f"{place}/{MANIFEST} is of version {version}, and this Roster knows {VERSION}",
        "use the Roster that wrote it, or remove the folder and compile it anew",
    )


def _entry(file: WrittenFile) -> dict[str, Any]:
    key = file.object
    named = {"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name}
    return {"object": named, "sha256": file.sha256, **({"was": file.was} if file.was else {})}


def _manifest(data: Mapping[str, Any]) -> Manifest:
    texts = {name: _text(data[name]) for name in ("fleet", "environment", "digest", "specs")}
    files = {_path(path): _file(entry) for path, entry in data["files"].items()}
    return Manifest(**texts, files=files)


def _file(entry: Mapping[str, Any]) -> WrittenFile:
    named = entry["object"]
    key = ObjectKey(*(_text(named[name]) for name in ("group", "kind", "namespace", "name")))
    return WrittenFile(key, _text(entry["sha256"]), _texts(entry.get("was", ())))


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(_text, values))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _path(path: str) -> str:
    """A path that leads to a file of ours, and nowhere else. Raises ValueError."""
    steps = path.split("/")
    if len(steps) > 2 or not path.endswith(".yaml") or any(_UNSAFE.search(step) for step in steps):
        raise ValueError("no path of an object")
    return path
