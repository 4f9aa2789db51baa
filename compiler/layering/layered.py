"""Layered: one document after its layers were merged, and for each of its fields the chain of layers that set it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.document import Document, known_prefix
from compiler.inside import at, items
from compiler.shapes import Pattern, key_at
from compiler.source import FieldPath
from compiler.span import Span
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one layer says of one field."""

    document: Document
    """The layer's document."""
    path: FieldPath
    """The field in that document; of a list that replaced another whole, the list."""
    value: Any
    """What the layer sets, as it is written there."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.document.span_of(self.path)

    @property
    def name_span(self) -> Span:
        """Where the field's name stands."""
        return self.document.span_of(self.path, key=True)


@dataclass(frozen=True, slots=True, eq=False)
class Layered:
    """One spec as plain data after its layers were merged."""

    key: SpecKey
    data: Mapping[str, Any]
    """The merged document."""
    layers: tuple[Document, ...]
    """The documents that were merged, lowest first."""
    keyed: Mapping[Pattern, str] = field(default_factory=dict)
    """Lists that merge by a key, from the document's root, and the key of their items."""
    variables: Mapping[FieldPath, tuple[str, ...]] = field(default_factory=dict)
    """Field -> the variables of the environment that its text names."""

    @property
    def is_as_written(self) -> bool:
        """Whether its fields stand in the files under the names they have here: no dialect made a layer of it."""
        # An override has a trace too, of where it stands in its file, but there its fields have the same names.
        return not any((document.trace and not document.role) or document.elsewhere for document in self.layers)

    def span_of(self, path: FieldPath, *, key: bool = False) -> Span:
        """Where a field was set: in the highest layer that sets it; if none does, its nearest parent's place."""
        document, there = self._setter(path)
        return document.span_of(there, key=key)

    def path_of(self, path: FieldPath) -> str:
        """The file in which a field was set; no place is looked for, which costs more than all else about it."""
        document, there = self._setter(path)
        return document.path_of(there)

    def chain(self, path: FieldPath) -> tuple[Contribution, ...]:
        """What the layers say of a field, the one that holds first; none if only the kind's default speaks."""
        return tuple(self._chain(path))

    def top(self, path: FieldPath) -> Contribution | None:
        """What holds of a field, the first of its chain; None if only the kind's default speaks."""
        return next(self._chain(path), None)

    def taken(self, path: FieldPath) -> Contribution | None:
        """The `$remove` or `$replace` by which a layer takes away what one below it sets; None where none does."""
        for number in range(len(self.layers) - 1, 0, -1):
            there, missing = self._in(self.layers[number], path)
            directive = _hidden_by(self.layers[number], there + missing)
            if directive and any(not self._in(below, path)[1] for below in self.layers[:number]):
                return Contribution(self.layers[number], directive, at(self.layers[number].data, *directive))
        return None

    def has(self, path: FieldPath) -> bool:
        """Whether a layer sets a field, be it that a higher one takes it away."""
        return any(not self._in(document, path)[1] for document in self.layers)

    def merged(self, document: Document, path: FieldPath) -> FieldPath:
        """A field of a layer's document as it is called in the merged one, where items may stand elsewhere."""
        found: FieldPath = ()
        for length, step in enumerate(path):
            name = key_at(self.keyed, path[:length])
            wanted = at(document.data, *path[: length + 1], name) if name else None
            names = [at(item, name) for item in items(self.data, *found)] if name else []
            found = (*found, names.index(wanted) if wanted in names else step)
        return found

    def merges(self, path: FieldPath) -> bool:
        """Whether a field is a list whose items merge by a key."""
        return bool(key_at(self.keyed, path))

    def _chain(self, path: FieldPath) -> Iterator[Contribution]:
        for document in reversed(self.layers):
            there, missing = self._in(document, path)
            if not missing:
                yield Contribution(document, there, at(document.data, *there))
            if _hidden_by(document, there + missing):
                return
            path = _list_of(path, self.keyed) if not missing else path

    def _setter(self, path: FieldPath) -> tuple[Document, FieldPath]:
        """The highest layer that sets a field, and the field there; if none does, those of its nearest parent."""
        for length in range(len(path), 0, -1):
            for document in reversed(self.layers):
                there, missing = self._in(document, path[:length])
                if not missing:
                    return document, there
        return next((document for document in self.layers if document.name), self.layers[0]), ()

    def _in(self, document: Document, path: FieldPath) -> tuple[FieldPath, FieldPath]:
        """A field of the merged document as a path of one layer's, in two parts: what the layer has, and the rest."""
        there: FieldPath = ()
        here: Any = document.data
        for length, step in enumerate(path):
            found = step if isinstance(step, str) else self._index(here, path[:length], step)
            if found is None or known_prefix(here, (found,)) == ():
                return there, path[length:]
            here = here[found]
            there = (*there, found)
        return there, ()

    def _index(self, here: Any, path: FieldPath, index: int) -> int | None:
        """Where a layer's list has the item that is at an index of the merged list; None if it has not."""
        if not isinstance(here, list | tuple):
            return None
        name = key_at(self.keyed, path)
        if not name:
            return index
        wanted = at(self.data, *path, index, name)
        return next((number for number, item in enumerate(here) if at(item, name) == wanted), None)


def _hidden_by(document: Document, path: FieldPath) -> FieldPath:
    """The `$replace` or `$remove` by which a layer takes away what lower layers say of a field; empty if none does."""
    here: Any = document.data
    for length, step in enumerate((*path, None)):
        if not isinstance(here, Mapping):
            return ()
        removed = here.get("$remove")
        if here.get("$replace") is True:
            return (*path[:length], "$replace")
        if isinstance(removed, list) and step in removed:
            return (*path[:length], "$remove", removed.index(step))
        here = here.get(step)
    return ()


def _list_of(path: FieldPath, keyed: Mapping[Pattern, str]) -> FieldPath:
    """The field itself, or, inside a list that is replaced whole, that list: only so can lower layers speak of it."""
    for length, step in enumerate(path):
        if isinstance(step, int) and not key_at(keyed, path[:length]):
            return path[:length]
    return path
