"""Overrides: an environment's `overrides` -> for each the layer that it lays over the specs it matches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.inside import at, items, mapping, text
from compiler.layering.layered import Layered
from compiler.layering.merge import leaves
from compiler.layering.placement import runs_elsewhere
from compiler.shapes import Pattern, key_at
from compiler.source import FieldPath
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean, listed

_FIELD = ("spec", "overrides")


@dataclass(frozen=True, slots=True, eq=False)
class Override:
    """One change of every spec that it matches."""

    kind: str
    """The kind that is meant."""
    name: str
    """The name that is meant; empty for any."""
    labels: Mapping[str, str]
    """Labels that a spec must have, all of them."""
    document: Document
    """The change, as a layer whose places are those of the environment's file."""
    index: int
    """Which of the environment's overrides it is, the first is 0."""

    def matches(self, key: SpecKey, labels: Mapping[str, Any]) -> bool:
        """Whether it changes a spec with this key and these labels."""
        named = key.kind == self.kind and self.name in ("", key.name)
        return named and all(labels.get(name) == value for name, value in self.labels.items())


@dataclass(frozen=True, slots=True, eq=False)
class Overrides:
    """The overrides of one environment."""

    every: tuple[Override, ...]
    """In the order in which they are written."""


def overrides_of(environment: Layered | None) -> Overrides:
    """The overrides of an environment; what is malformed is left out, its parsing tells why."""
    if environment is None:
        return Overrides(())
    found = (_override(environment, index) for index in range(len(items(environment.data, *_FIELD))))
    return Overrides(tuple(override for override in found if override is not None))


def _override(environment: Layered, index: int) -> Override | None:
    path = (*_FIELD, index)
    contribution = environment.chain(path)[0]
    change, match = at(environment.data, *path, "spec"), mapping(environment.data, *path, "match")
    if not isinstance(change, Mapping) or not text(match, "kind"):
        return None
    labels = {name: value for name, value in mapping(match, "labels").items() if isinstance(value, str)}
    wanted = [f"{name}={value}" for name, value in sorted(labels.items())]
    file, name = contribution.document, text(match, "name")
    document = Document(
        file.path,
        file.index,
        {"spec": change},
        file.text,
        {("spec",): (*contribution.path, "spec")},
        role=f"override for {' '.join([name, *wanted] if name else wanted) or text(match, 'kind')}",
    )
    return Override(text(match, "kind"), name, labels, document, index)


def hits_nothing(
    override: Override, environment: Layered, known: Mapping[SpecKey, Mapping[str, Any]], away: Layered | None
) -> Diagnostic:
    """R0408: no spec is matched; a mistake where the override stands in the environment's own file.

    `known` are the specs of the environment and their labels, `away` is one that is matched and runs elsewhere only.
    """
    path = (*_FIELD, override.index, "match")
    own = override.document.path == environment.layers[-1].path
    return Diagnostic(
        code="R0408",
        severity=Severity.ERROR if own else Severity.WARNING,
        message=f"the override matches no spec of environment {environment.key.name}",
        span=environment.span_of(path),
        field=".".join(map(str, path)),
        help=_nearest(override, known) if away is None else runs_elsewhere(away),
    )


def _nearest(override: Override, known: Mapping[SpecKey, Mapping[str, Any]]) -> str:
    """What was probably meant."""
    kinds = {key.kind for key in known}
    if override.kind == "Environment":
        return "an environment's own fields are set in its environment.yaml, or in that of a base"
    if override.kind not in kinds:
        return did_you_mean(override.kind, kinds) or f"kinds here: {listed(kinds)}"
    names = {key.name for key in known if key.kind == override.kind}
    if override.name and override.name not in names:
        return did_you_mean(override.name, names) or f"here there are {listed(names)}"
    labels = {
        f"{name}={value}" for key, given in known.items() if key.kind == override.kind for name, value in given.items()
    }
    wanted = next((f"{name}={value}" for name, value in override.labels.items() if f"{name}={value}" not in labels), "")
    if not wanted:
        return "no one spec has all of these labels"
    return did_you_mean(wanted, labels) or f"labels of {override.kind}s here: {listed(labels)}"


def conflicts(matching: Iterable[Override], key: SpecKey, keyed: Mapping[Pattern, str]) -> Iterator[Diagnostic]:
    """R0407: two overrides of one rank set one field of one spec differently; `keyed` are its lists that merge."""
    touched: dict[FieldPath, _Touch] = {}
    inside: dict[FieldPath, _Touch] = {}
    for override in matching:
        effects = [_Touch(override, *effect) for effect in _effects(override, keyed)]
        for effect in effects:
            above = [effect.field[: length + 1] for length in range(len(effect.field))]
            known = [*(touched[path] for path in above if path in touched), *_one(inside.get(effect.field))]
            first = next((other for other in known if other.differs(effect)), None)
            if first is not None:
                yield _clash(first, effect, key)
        for effect in effects:
            touched.setdefault(effect.field, effect)
            for length in range(1, len(effect.field)):
                inside.setdefault(effect.field[:length], effect)


@dataclass(frozen=True, slots=True)
class _Touch:
    """One field that an override touches."""

    override: Override
    field: FieldPath
    place: FieldPath
    """Where the override says so."""
    value: Any

    def differs(self, other: "_Touch") -> bool:
        """Whether both cannot be: a value for a field and the same for one inside of it are two things."""
        return self.value != other.value or (self.field != other.field and self.value not in ("$remove", "$replace"))


def _one(found: _Touch | None) -> tuple[_Touch, ...]:
    return () if found is None else (found,)


def _clash(first: _Touch, second: _Touch, key: SpecKey) -> Diagnostic:
    name = ".".join(map(str, second.field))
    return Diagnostic(
        code="R0407",
        severity=Severity.ERROR,
        message=f"two overrides set {name} of {key.kind} {key.name} differently",
        span=second.override.document.span_of(second.place),
        field=name,
        label=f"also set at {first.override.document.span_of(first.place)}",
        help="overrides have one rank: set it in one of them, or in a document of the spec itself",
    )


def _effects(override: Override, keyed: Mapping[Pattern, str]) -> Iterator[tuple[FieldPath, FieldPath, Any]]:
    """The fields that an override touches: which, where it says so, and what.

    A removed field counts as a change of that field, a replaced map of the map; an item of a list that merges goes by
    its key.
    """
    for path, value in leaves(override.document.data):
        if path[-1:] == ("$remove",):
            for name in value if isinstance(value, list) else ():
                yield (*path[:-1], name), path, "$remove"
        elif path[-1:] == ("$replace",):
            yield path[:-1], path, "$replace"
        elif value != {}:
            yield from _items(path, value, keyed)


def _items(path: FieldPath, value: Any, keyed: Mapping[Pattern, str]) -> Iterator[tuple[FieldPath, FieldPath, Any]]:
    """One field, or those of the items of a list that merges."""
    name = key_at(keyed, path)
    if not name or not isinstance(value, list):
        yield path, path, value
        return
    for index, item in enumerate(value):
        for inner, found in leaves(item):
            if inner != (name,):
                yield (*path, str(at(item, name)), *inner), (*path, index, *inner), found
