"""Merge: what is below and one layer's document -> the merged data, and what that layer got wrong or says in vain.

Maps merge, scalars replace, a list merges by its declared key or replaces whole. `$remove: [names]` and
`$replace: true` stand inside the map they speak of. `null` never deletes, and no layer may change a type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.shapes import is_union, key_at
from compiler.source import FieldPath
from compiler.span import Span
from compiler.suggestion import did_you_mean

DIRECTIVES = frozenset(("$remove", "$replace"))
_IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"))
"""Fields without which a document is none; of a namespace the environment has one."""
_SHOWN = 4
"""How many dropped items are named."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is gone because a list of a layer replaces the one below whole."""

    path: FieldPath
    """The list, in the layer."""
    names: str
    """The items that are gone, or how many."""
    below: Span
    """Where the list below stands."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of one layer over those below it."""

    data: Mapping[str, Any]
    """The merged document."""
    diagnostics: tuple[Diagnostic, ...]
    """What the layer may not do."""
    idle: tuple[FieldPath, ...]
    """Fields of the layer that say what is said below already."""
    idle_removals: tuple[tuple[FieldPath, str], ...]
    """Places in `$remove` lists that hit nothing, and the nearest name there is."""
    dropped: tuple[Dropped, ...]
    """Lists of the layer that replace one below, of which they do not repeat every item."""


def merge(below: Layered, document: Document) -> Merged:
    """Lay one document over what is below; neither is changed."""
    merging = _Merging(below, document)
    data = merging.map(below.data, document.data, ())
    return Merged(
        data,
        tuple(merging.diagnostics),
        tuple(merging.idle),
        tuple(merging.idle_removals),
        tuple(merging.dropped),
    )


def has_directive(value: Any) -> bool:
    """Whether a map, or one inside it, holds `$remove` or `$replace`."""
    if isinstance(value, Mapping):
        return not DIRECTIVES.isdisjoint(value) or any(map(has_directive, value.values()))
    return False


@dataclass(frozen=True, slots=True)
class _Merging:
    below: Layered
    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list)
    idle: list[FieldPath] = field(default_factory=list)
    idle_removals: list[tuple[FieldPath, str]] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def value(self, below: Any, above: Any, path: FieldPath) -> Any:
        """The merged value of a field that is set below."""
        if self._clashes(below, above, path):
            return below
        if isinstance(above, Mapping) and isinstance(below, Mapping):
            # A document may be there for its metadata alone, an override for nothing but its spec.
            if not above and (self.document.role or path != ("spec",)):
                self.idle.append(path)
            return self.map(below, above, path)
        if isinstance(above, Mapping):
            return self.map({}, above, path)
        if isinstance(above, list) and isinstance(below, list):
            return self._list(below, above, path)
        if above == below:
            self.idle.append(path)
        return above

    def map(self, below: Mapping[str, Any], above: Mapping[str, Any], path: FieldPath) -> dict[str, Any]:
        """The merged map."""
        result = {} if above.get("$replace") is True else dict(below)
        if above.get("$replace", True) is not True:
            self._report("R0302", "$replace: it must be true", (*path, "$replace"), "write true, or remove it")
        self._remove(result, above, path)
        for key, value in above.items():
            if key in DIRECTIVES:
                continue
            inner = (*path, key)
            result[key] = self.value(result[key], value, inner) if key in result else self._alone(value, inner)
        return result

    def _alone(self, above: Any, path: FieldPath) -> Any:
        """The value of a field that is not set below: directives have nothing to act on."""
        return self.map({}, above, path) if has_directive(above) else above

    def _remove(self, result: dict[str, Any], above: Mapping[str, Any], path: FieldPath) -> None:
        names = above.get("$remove", [])
        if not isinstance(names, list):
            self._no_names(names, (*path, "$remove"))
            return
        for index, name in enumerate(names):
            here = (*path, "$remove", index)
            if isinstance(name, str) and _identifies((*path, name)):
                message = f"{'.'.join(map(str, (*path, name)))} identifies the document, and cannot be removed"
                self._report("R0417", message, here, "remove the name from $remove")
            elif isinstance(name, str) and name in result:
                del result[name]
            elif isinstance(name, str):
                self.idle_removals.append((here, did_you_mean(name, map(str, result))))
            else:
                self._no_names(name, here)

    def _no_names(self, found: Any, path: FieldPath) -> None:
        help = "write $remove: [name, name] in the map that holds the names"
        self._report("R0402", f"$remove lists names, and this is {_shape(found)}", path, help)

    def _list(self, below: list[Any], above: list[Any], path: FieldPath) -> list[Any]:
        """A list that merges by its key, or the higher list alone."""
        name = key_at(self.below.keyed, path)
        if not name:
            self._note_dropped(below, above, path)
            return above
        unnamed = [index for index, item in enumerate(above) if not _name(item, name)]
        if unnamed or not all(_name(item, name) for item in below):
            where = (*path, unnamed[0]) if unnamed else path
            help = f"give each a {name}, or write $replace: true in the map around the list"
            self._report("R0405", f"items of this list merge by their {name}, and one has none", where, help)
            return below
        return self._keyed(below, above, path, name)

    def _keyed(self, below: list[Any], above: list[Any], path: FieldPath, name: str) -> list[Any]:
        """Items of one name merge in place, new ones follow."""
        result = list(below)
        places = {item[name]: index for index, item in enumerate(below)}
        if len(places) < len(below) or len({item[name] for item in above}) < len(above):
            help = f"give each a {name} of its own, in the base too"
            self._report("R0405", f"items of this list merge by their {name}, and two have the same", path, help)
            return below
        for index, item in enumerate(above):
            if item[name] in places:
                # An item always repeats its own name, which is no idle word.
                rest = {key: value for key, value in item.items() if key != name}
                lower = result[places[item[name]]]
                result[places[item[name]]] = {**self.map(lower, rest, (*path, index)), name: item[name]}
            else:
                result.append(self._alone(item, (*path, index)))
        return result

    def _note_dropped(self, below: list[Any], above: list[Any], path: FieldPath) -> None:
        """A list replaces the one below whole: what was in it may be gone."""
        if below == above:
            self.idle.append(path)
            return
        gone = [item for item in below if item not in above]
        if gone:
            self.dropped.append(Dropped(path, _named(gone), self.below.span_of(self._below(path))))

    def _below(self, path: FieldPath) -> FieldPath:
        """A field of the layer as it is called in what is below; inside a keyed list, that list."""
        return path[: next((length for length, step in enumerate(path) if isinstance(step, int)), len(path))]

    def _clashes(self, below: Any, above: Any, path: FieldPath) -> bool:
        if above is None and below is not None:
            self._report(
                "R0403", "null does not delete what a lower layer sets", path, f"write $remove: [{path[-1]}] beside it"
            )
            return True
        same = below is None or _shape(below) == _shape(above)
        if same or _is_variable(below) or _is_variable(above) or self._may_change(path):
            return False
        self._report(
            "R0401",
            f"a lower layer has {_shape(below)} here, this layer {_shape(above)}",
            path,
            "keep the type, or write $replace: true in the map around it",
        )
        return True

    def _may_change(self, path: FieldPath) -> bool:
        """Whether the field may be of several types, such as a text or a file that holds it."""
        kind = KINDS.get(self.below.key.kind)
        return kind is not None and path[:1] == ("spec",) and is_union(kind.spec, path[1:])

    def _report(self, code: str, message: str, path: FieldPath, help: str) -> None:
        self.diagnostics.append(layer_error(self.document, code, message, path, help))


def layer_error(document: Document, code: str, message: str, path: FieldPath, help: str) -> Diagnostic:
    """An error at one field of one layer."""
    span, field = document.span_of(path), ".".join(map(str, path))
    return Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, field=field, help=help)


def leaves(value: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """The fields of a layer that hold no further map: path and value; lists are one field."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def _identifies(path: FieldPath) -> bool:
    """Whether a field, or one inside it, says which document it is."""
    return any(path == field[: len(path)] for field in _IDENTITY)


def _is_variable(value: Any) -> bool:
    """Whether a text stands for a value of any type until variables are filled in."""
    return isinstance(value, str) and value.startswith("${")


def _name(item: Any, key: str) -> str:
    found = item.get(key) if isinstance(item, Mapping) else None
    return found if isinstance(found, str) else ""


def _named(dropped: list[Any]) -> str:
    words = [str(item) for item in dropped if isinstance(item, str | int | float)]
    if len(words) != len(dropped) or len(words) > _SHOWN:
        return f"{len(dropped)} of its items" if len(dropped) > 1 else "one of its items"
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _shape(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    if value is None:
        return "null"
    return "a number" if isinstance(value, int | float) else "text"
