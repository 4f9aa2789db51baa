"""Source, Derived and SourceMap: which spec fields and which template line each field of an object came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from compiler.spec_key import SpecKey

FieldPath = tuple[str | int, ...]
"""Keys and list indices from a document's or an object's root."""


class Source(NamedTuple):
    """One field of one spec."""

    spec: SpecKey
    path: FieldPath
    """Path from the root of the document: ("spec", "runtime", "resources")."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that Python computed for a template, and the spec fields it was computed from."""

    value: Any
    """The value; parts of it may be Derived in turn."""
    sources: tuple[Source, ...]
    """The spec fields it depends on."""
    exact: bool = False
    """True if the value *is* the one source's field, so that a step into the value is a step into the field."""

    def at(self, step: str | int) -> "Derived":
        """The part of the value at one key or index, with its sources. Raises KeyError or IndexError."""
        inner = self.value[step]
        if isinstance(inner, Derived):
            return inner
        if not self.exact:
            return Derived(inner, self.sources)
        (source,) = self.sources
        return Derived(inner, (Source(source.spec, (*source.path, step)),), exact=True)


class Cause(NamedTuple):
    """Why one field of an object has its value."""

    template: str
    """Path of the template, `agent/deployment.yaml`."""
    line: int
    """Line of the template, the first is 1."""
    sources: tuple[Source, ...]
    """The spec fields it depends on; empty if the template alone decides it."""
    exact: bool = False
    """True if the object's field is a copy of the one source's field."""


SourceMap = Mapping[FieldPath, Cause]
"""Path in the object -> its cause; a path that is missing has the cause of its longest prefix."""


def cause_of(sources: SourceMap, path: FieldPath) -> Cause | None:
    """The cause of one field of an object: that of the longest prefix known, stepped into where it is a copy."""
    for length in range(len(path), -1, -1):
        cause = sources.get(path[:length])
        if cause is None:
            continue
        if not (cause.exact and length < len(path)):
            return cause
        (source,) = cause.sources
        inner = Source(source.spec, source.path + path[length:])
        return Cause(cause.template, cause.line, (inner,), exact=True)
    return None
