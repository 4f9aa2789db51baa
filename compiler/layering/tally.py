"""Tally: what each layer said in vain, over all the specs that it was laid over -> the findings about it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.inside import at
from compiler.kinds import KINDS
from compiler.layering.layered import Contribution, Layered
from compiler.layering.merge import DIRECTIVES, Dropped, Merged, layer_error, leaves
from compiler.layering.overrides import Override
from compiler.source import FieldPath
from compiler.spec_key import SpecKey

_IDENTITY = frozenset((("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")))
"""Fields that every layer of a spec repeats."""

_MEANT_EMPTY = "maps merge: say what is to change, or remove it; $replace: true in the map empties it"
_MEANT_NO_ITEM = "this list merges: say what is to change, or remove it; $replace: true in the map around it empties it"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one layer said in vain in every spec so far."""

    document: Document
    idle: Mapping[FieldPath, SpecKey]
    removals: Mapping[FieldPath, str]


@dataclass(frozen=True, slots=True)
class _Losses:
    """The specs in which one list of a layer drops items."""

    document: Document
    specs: dict[SpecKey, Dropped]


class Tally:
    """An override lies over many specs: what it says is in vain only if it is so in all of them."""

    __slots__ = ("_losses", "_overrides", "_own", "_seen")

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}
        self._losses: dict[tuple[int, FieldPath], _Losses] = {}
        # Layers that belong to this environment alone: of a shared base, another environment may need what it says.
        self._own: frozenset[int] = frozenset()
        self._overrides: tuple[Override, ...] = ()

    def watch(self, own: Iterable[Document], overrides: Iterable[Override]) -> None:
        """Name the layers that belong to the environment alone."""
        self._overrides = tuple(overrides)
        self._own = frozenset(map(id, (*own, *(override.document for override in self._overrides))))

    def note(self, key: SpecKey, document: Document, merged: Merged) -> None:
        """Take in what became of a layer over one spec."""
        for dropped in merged.dropped:
            losses = self._losses.setdefault((id(document), dropped.path), _Losses(document, {}))
            losses.specs[key] = dropped
        idle = {path: key for path in merged.idle if not _is_identity(key, path)}
        removals = dict(merged.idle_removals)
        seen = self._seen.get(id(document))
        if seen is not None:
            idle = {path: first for path, first in seen.idle.items() if path in idle}
            removals = {path: guess for path, guess in seen.removals.items() if path in removals}
        self._seen[id(document)] = _Seen(document, idle, removals)

    def told(self, specs: Iterable[Layered]) -> Iterator[Diagnostic]:
        """The findings: what lists drop, `$remove` that hits nothing, fields and overrides that change nothing."""
        yield from map(_drops, self._losses.values())
        merged = {spec.key: spec for spec in specs}
        for identity, seen in self._seen.items():
            for path, guess in seen.removals.items():
                yield _misses(seen.document, path, guess)
            if identity in self._own:
                for path, key in seen.idle.items():
                    if key in merged:
                        yield _idle(seen.document, path, merged[key])
        over: dict[int, list[Layered]] = {id(override.document): [] for override in self._overrides}
        for spec in merged.values() if over else ():
            for layer in spec.layers:
                if id(layer) in over:
                    over[id(layer)].append(spec)
        for override in self._overrides:
            yield from _hidden(override, over[id(override.document)])


def _is_identity(key: SpecKey, path: FieldPath) -> bool:
    versioned = key.kind in KINDS and KINDS[key.kind].versioned
    return path in _IDENTITY or (versioned and path == ("spec", "version"))


def _drops(losses: _Losses) -> Diagnostic:
    """R0404: a list replaces the one below whole, and something that was in it is gone."""
    (key, first), others = next(iter(losses.specs.items())), len(losses.specs) - 1
    too = f"{others} other spec{' loses' if others == 1 else 's lose'} items too"
    where = f" in {key.kind} {key.name}; {too}" if others else ""
    return Diagnostic(
        code="R0404",
        severity=Severity.WARNING,
        message=f"this list replaces the one below, and drops {first.names}{where}",
        span=losses.document.span_of(first.path),
        field=".".join(map(str, first.path)),
        label=f"the list below: {first.below}",
        help="lists do not merge: repeat what is to stay; if it is meant, allow it with a comment",
    )


def _misses(document: Document, path: FieldPath, guess: str) -> Diagnostic:
    name = at(document.data, *path)
    return layer_error(
        document, "R0402", f"$remove names {name}, which no lower layer has", path, guess or "remove the name"
    )


def _idle(document: Document, path: FieldPath, spec: Layered) -> Diagnostic:
    # Inside a list that merges by its key, a layer's index is not that of the merged list.
    chain = spec.chain(path) if not any(isinstance(step, int) for step in path) else ()
    below = [item for item in chain if item.document is not document]
    value = at(document.data, *path)
    meant = _MEANT_EMPTY if value == {} else _MEANT_NO_ITEM if value == [] and spec.merges(path) else ""
    said = "is empty here, which changes nothing" if meant else "is set to what it is already"
    return Diagnostic(
        code="R0409",
        severity=Severity.WARNING,
        message=f"{'.'.join(map(str, path))} {said}",
        span=document.span_of(path),
        field=".".join(map(str, path)),
        label=f"the same is set at {below[0].span}" if below and not meant else "",
        help=meant or "remove it, so that a change below is not missed here",
    )


def _hidden(override: Override, specs: list[Layered]) -> Iterator[Diagnostic]:
    """R0411: what an override sets or removes is set otherwise by a higher layer, in every spec that it matches."""
    for path, value in leaves(override.document.data):
        if path[-1:] == ("$remove",) and isinstance(value, list):
            for index, name in enumerate(value):
                top = _set_anew(override, (*path[:-1], name), specs)
                if top is not None:
                    yield _vain(override, (*path, index), f"$remove of {name} in the override", top)
        # Of a map and of a list that merges, a higher layer may speak without a word about what is said here.
        if not DIRECTIVES.isdisjoint(path) or value == {} or any(spec.merges(path) for spec in specs):
            continue
        top = _over(override, path, specs)
        if top is not None:
            yield _vain(override, path, f"{'.'.join(map(str, path))} of the override", top)


def _over(override: Override, path: FieldPath, specs: list[Layered]) -> Contribution | None:
    """What hides a field of the override, if something does in every spec."""
    # One spec in which it holds is enough, and most often the first.
    tops = list(takewhile(lambda top: _loses(top, override), (spec.top(path) for spec in specs)))
    return tops[0] if tops and len(tops) == len(specs) else None


def _set_anew(override: Override, path: FieldPath, specs: list[Layered]) -> Contribution | None:
    """What sets a removed field again, if in every spec something does, and nothing that lay below is missed."""
    missed = (
        (*path, *inner)
        for spec in specs
        for document in takewhile(lambda layer: layer is not override.document, spec.layers)
        if document.has(path)
        for inner, _ in leaves(at(document.data, *path))
        if spec.merges((*path, *inner)) or not _loses(spec.top((*path, *inner)), override)
    )
    return _over(override, path, specs) if next(missed, None) is None else None


def _vain(override: Override, path: FieldPath, what: str, top: Contribution) -> Diagnostic:
    return Diagnostic(
        code="R0411",
        severity=Severity.WARNING,
        message=f"{what} has no effect",
        span=override.document.span_of(path),
        field=".".join(map(str, path)),
        label=f"hidden by {top.span}",
        help="remove it here, or there",
    )


def _loses(top: Contribution | None, override: Override) -> bool:
    """Whether a document of the spec's own hides the override; what `--set` sets is for the moment only."""
    return top is not None and top.document is not override.document and not top.document.role
