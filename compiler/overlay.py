"""Overlay: the layers of an environment -> one document for each spec and object, the higher layer laid over the lower.

Lowest first: the bases in list order, the environment's overrides by match, its own documents, what `--set` sets. Specs
that run in other environments only are set aside. How two layers merge is said in `merge`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.echo import less_dropped
from compiler.inside import at, items, mapping
from compiler.kinds import KINDS
from compiler.layer import Reading
from compiler.layering.fold import Folded, fold, keyed_lists
from compiler.layering.layered import Layered
from compiler.layering.merge import DIRECTIVES
from compiler.layering.overrides import Override, Overrides, conflicts, hits_nothing, overrides_of
from compiler.layering.placement import FIELD, environments_of, misplaced
from compiler.layering.setting import Setting, sets_nothing
from compiler.layering.tally import Tally
from compiler.memo import Memo
from compiler.overlaid import Overlaid
from compiler.spec_key import SpecKey

_VERSION = ("spec", "version")


def overlay(reading: Reading, settings: tuple[Setting, ...], memo: Memo) -> tuple[Overlaid, tuple[Diagnostic, ...]]:
    """Merge the layers of one environment, and lay over them what is set for the moment."""
    overlaying = _Overlaying(reading, settings, memo)
    environment = overlaying.environment()
    specs = overlaying.specs(environment)
    objects = overlaying.objects()
    named = tuple(zip(specs, memo.each(environments_of, specs), strict=True))
    here = tuple(spec for spec, names in named if not names or reading.name in names)
    elsewhere = {spec.key: spec for spec, names in named if names and reading.name not in names}
    placed = (spec for spec, names in named if reading.name in names)
    overlaying.tell_missed(environment, elsewhere)
    overlaying.diagnostics.extend((*overlaying.tally.told(here), *misplaced(placed, elsewhere.values(), reading)))
    return Overlaid(environment, here, objects, elsewhere), less_dropped(overlaying.diagnostics)


class _Overlaying:
    """One environment whose layers are being merged."""

    def __init__(self, reading: Reading, settings: tuple[Setting, ...], memo: Memo) -> None:
        self.reading = reading
        self.settings = settings
        self.memo = memo
        self.tally = Tally()
        self.diagnostics: list[Diagnostic] = []
        self.stacks: Mapping[SpecKey, list[Document]] = {}
        self.overrides = Overrides(())

    def environment(self) -> Layered | None:
        """The environment's own document over those of its bases, whose `abstract` and `bases` are theirs alone."""
        documents = [layer.environment for layer in self.reading.layers if layer.environment is not None]
        own = self.reading.layers[-1].environment
        if own is None:
            return None
        layers = [document if document is own else self.memo.of(_without_own, document) for document in documents]
        return self._noted(self.memo.of(fold, (SpecKey("Environment", self.reading.name), tuple(layers))))

    def specs(self, environment: Layered | None) -> tuple[Layered, ...]:
        """Every spec, merged."""
        self.stacks = stacks = self._stacks(_spec_key, [layer.specs for layer in self.reading.layers])
        self.overrides = overrides = self.memo.of(overrides_of, environment)
        self.tally.watch(self.reading.layers[-1].specs, overrides.every)
        if not overrides.every and not self.settings:
            return self._folded(stacks)
        own = frozenset(map(id, self.reading.layers[-1].specs))
        return tuple([self._spec(key, stacks[key], overrides, own) for key in sorted(stacks)])

    def tell_missed(self, environment: Layered | None, elsewhere: Mapping[SpecKey, Layered]) -> None:
        """R0408: overrides and settings that change no spec of this environment, nor where one runs."""
        if environment is None or not (self.overrides.every or self.settings):
            return
        matches = {key: self.memo.of(_matching, self.overrides, key, *self.stacks[key]) for key in self.stacks}
        hit = {
            override
            for key, matching in matches.items()
            for override in matching
            if key not in elsewhere or override.document.has(FIELD)
        }
        missing = [override for override in self.overrides.every if override not in hit]
        labels = {key: _labels(self.stacks[key]) for key in self.stacks if key not in elsewhere} if missing else {}
        for override in missing:
            away = next((elsewhere[key] for key, matching in matches.items() if override in matching), None)
            self.diagnostics.append(hits_nothing(override, environment, labels, away))
        for setting in self.settings:
            named = [key for key in self.stacks if setting.names(key)]
            if all(key in elsewhere for key in named) and not (named and setting.document.has(FIELD)):
                away = elsewhere[named[0]] if named else None
                self.diagnostics.append(sets_nothing(setting, self.stacks.keys() - elsewhere.keys(), away))

    def objects(self) -> tuple[Layered, ...]:
        """Every plain document, merged."""
        stacks = self._stacks(_object_key, [layer.objects for layer in self.reading.layers])
        return self._folded(stacks)

    def _folded(self, stacks: Mapping[SpecKey, list[Document]]) -> tuple[Layered, ...]:
        """The documents of each key, merged, by key."""
        ordered = [(key, tuple(stacks[key])) for key in sorted(stacks)]
        return tuple([self._noted(folded) for folded in self.memo.each(fold, ordered)])

    def _spec(self, key: SpecKey, documents: list[Document], overrides: Overrides, own: frozenset[int]) -> Layered:
        """One spec with what overrides and `--set` say of it."""
        matching = self.memo.of(_matching, overrides, key, *documents)
        settings = [setting.document for setting in self.settings if setting.names(key)]
        if not matching and not settings:
            return self._noted(self.memo.of(fold, (key, tuple(documents))))
        self.diagnostics.extend(self.memo.of(_conflicts, key, *matching))
        below = [document for document in documents if id(document) not in own]
        above = [document for document in documents if id(document) in own]
        layers = (*below, *(override.document for override in matching), *above, *settings)
        layered = self._noted(self.memo.of(fold, (key, layers)))
        if key.version and at(layered.data, *_VERSION) != key.version:
            self.diagnostics.append(_renamed(layered))
        return layered

    def _noted(self, folded: Folded) -> Layered:
        """The spec, its findings told and what its layers say in vain tallied."""
        self.diagnostics.extend(folded.diagnostics)
        for document, merged in folded.merges:
            self.tally.note(folded.layered.key, document, merged)
        return folded.layered

    def _stacks(
        self, key_of: Callable[[Document], SpecKey], layers: Iterable[tuple[Document, ...]]
    ) -> dict[SpecKey, list[Document]]:
        """The documents of each key, lowest first."""
        stacks: dict[SpecKey, list[Document]] = {}
        for layer in layers:
            own: dict[SpecKey, Document] = {}
            for key, document in zip(self.memo.each(key_of, layer), layer, strict=True):
                if key in own:
                    self.diagnostics.append(_duplicate(key, own[key], document))
                    continue
                own[key] = document
                stacks.setdefault(key, []).append(document)
        return stacks


def _matching(overrides: Overrides, key: SpecKey, *documents: Document) -> tuple[Override, ...]:
    """The overrides that change a spec, in their order."""
    labels = _labels(documents)
    return tuple(override for override in overrides.every if override.matches(key, labels))


def _conflicts(key: SpecKey, *matching: Override) -> tuple[Diagnostic, ...]:
    return tuple(conflicts(matching, key, keyed_lists(key.kind)))


def _spec_key(document: Document) -> SpecKey:
    """The identity of a spec; a version belongs to it only where the kind says so."""
    kind = KINDS.get(document.kind)
    version = at(document.data, "spec", "version") if kind and kind.versioned else None
    return SpecKey(document.kind, document.name, version if isinstance(version, str) else "")


def _object_key(document: Document) -> SpecKey:
    group = str(document.data["apiVersion"]).rpartition("/")[0]
    return SpecKey(f"{document.kind}.{group}" if group else document.kind, document.name)


def _labels(documents: Iterable[Document]) -> Mapping[str, Any]:
    """The labels that a spec has after its layers, without what overrides and `--set` say, which set none."""
    labels: dict[str, Any] = {}
    for document in documents:
        found = mapping(document.data, "metadata", "labels")
        gone = labels if found.get("$replace") is True else items(found, "$remove")
        kept = {name: value for name, value in labels.items() if name not in gone}
        labels = {**kept, **{name: value for name, value in found.items() if name not in DIRECTIVES}}
    return labels


def _without_own(document: Document) -> Document:
    inherited = {
        key: value for key, value in mapping(document.data, "spec").items() if key not in ("abstract", "bases")
    }
    data = {**document.data, "metadata": {}, "spec": inherited}
    return Document(document.path, document.index, data, document.text, document.trace)


def _renamed(spec: Layered) -> Diagnostic:
    """R0416: an override, or `--set`, says another version than the document of which it changes a part."""
    return Diagnostic(
        code="R0416",
        severity=Severity.ERROR,
        message=f"{spec.key} cannot become another version",
        span=spec.span_of(_VERSION),
        field=".".join(_VERSION),
        label=f"the version is part of a {spec.key.kind}'s identity",
        help="change another field, or write a document of the new version",
    )


def _duplicate(key: SpecKey, first: Document, second: Document) -> Diagnostic:
    return Diagnostic(
        code="R0201",
        severity=Severity.ERROR,
        message=f"{key.kind} {key.name} is declared twice",
        span=second.span_of(("metadata", "name")),
        field="metadata.name",
        label=f"also declared at {first.span_of(('metadata', 'name'))}",
        help="rename one of them, or remove it",
    )
