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
from compiler.shapes import is_typed, is_union, key_at
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
        if names and above.get("$replace") is True:
            message = "$remove has nothing to act on: $replace: true beside it takes all away that is below"
            self._report("R0402", message, (*path, "$remove"), "remove one of the two")
            return
        for index, name in enumerate(names):
            here = (*path, "$remove", index)
            if isinstance(name, str) and _identifies((*path, name)):
                message = f"{'.'.join(map(str, (*path, name)))} identifies the document, and cannot be removed"
                self._report("R0417", message, here, "remove the name from $remove")
            elif isinstance(name, str) and name in result:
                del result[name]
            elif isinstance(name, str):
                twice = "it is named twice: remove one" if name in names[:index] else ""
                self.idle_removals.append((here, twice or did_you_mean(name, map(str, result))))
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
        if not above and below:
            self.idle.append(path)
        for items, where in ((above, ""), (below, "below ")):
            # Of an item that is no map, or a name that is no text, the layer alone is told.
            if not all(_may_have(item, name) for item in items):
                return below
            names = [item.get(name) or "" for item in items]
            if "" in names or len(set(names)) < len(names):
                self._report_names(names, name, path, where)
                return below
        return self._keyed(below, above, path, name)

    def _report_names(self, names: list[str], name: str, path: FieldPath, where: str) -> None:
        """R0405: items of the layer, or of what is below it, that cannot be told apart by their name."""
        lacking = names.index("") if "" in names else None
        fault = "two have the same" if lacking is None else "one has none"
        place = path if where or lacking is None else (*path, lacking)
        file = f" ({self.below.span_of(self._below(path))})" if where else ""
        help = f"give each a {name} of its own{file}, or write $replace: true in the map around the list"
        self._report("R0405", f"items of this list merge by their {name}, and {where}{fault}", place, help)

    def _keyed(self, below: list[Any], above: list[Any], path: FieldPath, name: str) -> list[Any]:
        """Items of one name merge in place, new ones follow."""
        result = list(below)
        places = {item[name]: index for index, item in enumerate(below)}
        for index, item in enumerate(above):
            if item[name] in places:
                # An item always repeats its own name, which is no idle word, unless it says nothing else.
                rest = {key: value for key, value in item.items() if key != name}
                lower = result[places[item[name]]]
                self.idle.extend(() if rest else ((*path, index),))
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
            help = "remove it" if len(path) == 1 else f"write $remove: [{path[-1]}] beside it"
            self._report("R0403", "null does not delete what a lower layer sets", path, help)
            return True
        same = below is None or _shape(below) == _shape(above)
        if same or _is_variable(below) or _is_variable(above) or self._may_change(path):
            return False
        known = self._is_known(path)
        if known and not isinstance(above, Mapping | list) and not isinstance(below, Mapping | list):
            # Of two scalars one is none of the field, which is told of its layer alone, with the mend.
            return False
        help = f"write {_shape(below)}" if known else "keep the type, or write $replace: true in the map around it"
        self._report("R0401", f"a lower layer has {_shape(below)} here, this layer {_shape(above)}", path, help)
        return True

    def _may_change(self, path: FieldPath) -> bool:
        """Whether the field may be of several types, such as a text or a file that holds it."""
        kind = KINDS.get(self.below.key.kind)
        return kind is not None and path[:1] == ("spec",) and is_union(kind.spec, path[1:])

    def _is_known(self, path: FieldPath) -> bool:
        """Whether the field is of one type, which a model says; one inside a payload may be of any."""
        kind = KINDS.get(self.below.key.kind)
        return kind is not None and (path[:1] != ("spec",) or is_typed(kind.spec, path[1:]))

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


def _may_have(item: Any, key: str) -> bool:
    """Whether an item is a map whose name, where it has one, is a text."""
    return isinstance(item, Mapping) and isinstance(item.get(key, ""), str)


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
