"""Blame: a field that changed -> the lines of specs that made it change; of several, those that changed themselves."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compiler.compiled import Compiled
from compiler.kube_object import ObjectKey
from compiler.review.effect import FieldEffect
from compiler.review.fields import FieldChange
from compiler.source import Cause, FieldPath, Source, cause_of
from compiler.span import Span
from compiler.spec_key import SpecKey

MOST = 3
"""How many lines are named where a field was computed from many."""

Changed = Mapping[SpecKey, tuple[FieldEffect, ...]]
"""Spec -> its fields that changed; empty for a spec that is new or gone."""


class Blame:
    """Knows both revisions of an environment; a field that is gone is looked up in the base, all others in the head."""

    def __init__(
        self, base: Compiled | None, head: Compiled | None, own: Changed, renamed: Mapping[tuple[str, str], SpecKey]
    ) -> None:
        """Take the revisions, the specs that changed, and old and new names of replaced objects with their specs."""
        self._base, self._head = base, head
        self._own, self._renamed = own, renamed

    def of_spec(self, spec: SpecKey, change: FieldChange) -> tuple[Span, ...]:
        """Where a field of a spec was set; for a text in a file of its own, the first line there that differs."""
        side = self._base if change.is_gone else self._head
        if side is None or spec not in side.documents:
            return ()
        source = Source(spec, change.place)
        span = side.span_of(source)
        file = _file(side.documents[spec].data, change.place)
        if span is not None and file:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(span.path), file))
            return (Span(path, _first_difference(change.before, change.after), 1),)
        return (*side.variables_of(source), *([span] if span is not None else []))

    def of_object(self, old: ObjectKey, new: ObjectKey, found: Iterable[FieldChange]) -> tuple[FieldEffect, ...]:
        """The fields of an object that changed, each with its lines and the template's."""
        return tuple(self._field(old if change.is_gone else new, change) for change in found)

    def of_whole(self, key: ObjectKey, spec: SpecKey, *, is_gone: bool) -> tuple[tuple[Span, ...], str]:
        """Why an object came or went, of a spec that did neither: changed lines, or the spec's and the template's.

        Nothing of an environment that came or went itself.
        """
        side = (self._base if is_gone else self._head) if self._base and self._head else None
        causes = [] if self._own.get(spec) == () else _causes(side, key, ())
        if side is None or not causes:
            return (), ""
        # A namespace is stamped on an object, whatever its template says.
        stamped = Source(SpecKey("Environment", side.name), ("spec", "namespace"))
        sources = dict.fromkeys((*(source for cause in causes for source in cause.sources), stamped))
        changed = dict.fromkeys(span for source in sources for span in self._of_source(side, source))
        # Whether there is such an object at all, a kind decides by fields that need not be in it.
        changed = changed or dict.fromkeys(span for effect in self._own.get(spec, ()) for span in effect.causes)
        if changed:
            return tuple(changed)[:MOST], ""
        place = side.span_of(Source(spec, ("metadata", "name")))
        return () if place is None else (place,), _line(causes[0])

    def _field(self, key: ObjectKey, change: FieldChange) -> FieldEffect:
        side = self._base if change.is_gone else self._head
        causes = _causes(side, key, change.place)
        if side is None or not causes:
            return FieldEffect(change, ())
        sources = [source for cause in causes for source in cause.sources]
        spans = [*self._of_name(change), *(span for source in sources for span in self._of_source(side, source))]
        if not spans:
            spans = [span for source in sources if (span := side.span_of(source)) is not None]
        return FieldEffect(change, tuple(dict.fromkeys(spans))[:MOST], _line(causes[0]))

    def _of_name(self, change: FieldChange) -> Iterator[Span]:
        """Where the field is the name of an object that was replaced: why that one was."""
        names = (change.before, change.after)
        spec = self._renamed.get(names) if all(isinstance(name, str) for name in names) else None
        for effect in self._own.get(spec, ()) if spec is not None else ():
            yield from effect.causes

    def _of_source(self, side: Compiled, source: Source) -> Iterator[Span]:
        """The lines of the changes that a source is part of, or that are part of it."""
        changed = self._own.get(source.spec)
        if changed is None:
            return
        if not changed:
            span = side.span_of(source)
            yield from () if span is None else (span,)
        for effect in changed:
            if _overlap(effect.change.place, source.path):
                yield from effect.causes


def _causes(side: Compiled | None, key: ObjectKey, place: FieldPath) -> list[Cause]:
    """Why a field has its value, and the fields inside it theirs."""
    sources = side.bundle.source_maps.get(key, {}) if side is not None and side.bundle is not None else {}
    whole = cause_of(sources, place)
    inside = [cause for path, cause in sources.items() if len(path) > len(place) and path[: len(place)] == place]
    return ([] if whole is None else [whole]) + inside


def _line(cause: Cause) -> str:
    """`agent/deployment.yaml:41`; empty where no template took part."""
    return f"{cause.template}:{cause.line}" if cause.template else ""


def _overlap(one: FieldPath, other: FieldPath) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _file(data: Any, path: FieldPath) -> str:
    """The file that holds the text of a field, empty if the text stands in the document."""
    value = data
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return ""
    file = value.get("file") if isinstance(value, Mapping) and set(value) == {"file"} else None
    return file if isinstance(file, str) else ""


def _first_difference(before: Any, after: Any) -> int:
    """The first line, counted from 1, in which two texts differ."""
    old, new = (side.split("\n") if isinstance(side, str) else [] for side in (before, after))
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return max(1, min(same + 1, len(new)))
