"""Document: one YAML document of the tree as plain data, that can say where each of its fields stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.source import FieldPath
from compiler.span import Span
from compiler.yaml_nodes import place_of


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document; if a dialect made it, the foreign document it was made from and which field became which."""

    path: str
    """The file it stands in."""
    index: int
    """Which document of the file, the first is 0."""
    data: Mapping[str, Any]
    """The document as plain data."""
    text: bytes = field(repr=False)
    """The whole file, from which positions are found when they are asked for."""
    trace: Mapping[FieldPath, FieldPath] = field(default_factory=dict)
    """Field of `data` -> field of the document as it is written, where the two differ; by longest prefix."""
    elsewhere: Mapping[FieldPath, tuple["Document", FieldPath]] = field(default_factory=dict)
    """Field of `data` -> the document and its field that a dialect took it from, where it is not this document."""
    role: str = ""
    """What kind of layer it is, where it is no document of its own: `override for tier=gold`, `--set`."""

    @property
    def kind(self) -> str:
        """Its kind; empty if it says none."""
        kind = self.data.get("kind")
        return kind if isinstance(kind, str) else ""

    @property
    def name(self) -> str:
        """Its name; empty if it says none."""
        metadata = self.data.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return name if isinstance(name, str) else ""

    def has(self, path: FieldPath) -> bool:
        """Whether the document itself sets the field."""
        return known_prefix(self.data, path) == path

    def span_of(self, path: FieldPath, *, key: bool = False) -> Span:
        """The place of a field's value (or of its key); of a field that is not there, its nearest parent's."""
        for length in range(len(path), 0, -1) if self.elsewhere else ():
            found = self.elsewhere.get(path[:length])
            if found is not None:
                return found[0].span_of(found[1] + path[length:], key=key)
        place = place_of(self.text, self.index, self._written(path), key=key)
        return Span(self.path, place.line, place.column, place.width)

    def path_of(self, path: FieldPath) -> str:
        """The file that a field stands in: the document's own, unless a dialect took the field from elsewhere."""
        for length in range(len(path), 0, -1) if self.elsewhere else ():
            found = self.elsewhere.get(path[:length])
            if found is not None:
                return found[0].path_of(found[1] + path[length:])
        return self.path

    def _written(self, path: FieldPath) -> FieldPath:
        for length in range(len(path), 0, -1):
            written = self.trace.get(path[:length])
            if written is not None:
                return written + path[length:]
        return path


def known_prefix(data: Any, path: FieldPath) -> FieldPath:
    """The longest beginning of a path that exists in plain data."""
    for length, step in enumerate(path):
        if isinstance(data, dict):
            known = step in data
        else:
            known = isinstance(data, list | tuple) and isinstance(step, int) and step < len(data)
        if not known:
            return path[:length]
        data = data[step]
    return path


def is_document(path: str, folder: str) -> bool:
    """Whether a file of a base or an environment holds documents: YAML, not hidden, and no payload in `files/`."""
    parts = path.removeprefix(f"{folder}/").split("/")
    hidden = any(part.startswith(".") or part == "files" for part in parts[:-1]) or parts[-1].startswith(".")
    return path.endswith((".yaml", ".yml")) and not hidden
