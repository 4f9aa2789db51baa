"""Declaration: one spec after layering, typed, that knows where each of its fields was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from compiler.layering.layered import Layered
from compiler.source import Derived, FieldPath, Source
from compiler.spec import Spec
from compiler.spec_key import SpecKey

S_co = TypeVar("S_co", bound=Spec, covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Declaration(Generic[S_co]):
    """A typed spec. Two declarations are the same if they are the same object."""

    key: SpecKey
    spec: S_co
    """The typed `spec`."""
    data: Mapping[str, Any]
    """The document as plain data, defaults filled in: what templates see."""
    labels: Mapping[str, str]
    """Labels that a person gave it."""
    annotations: Mapping[str, str]
    """Notes that a person gave it."""
    document: Layered
    """The layers it was merged from, which know its places."""
    references: Mapping[FieldPath, SpecKey]
    """The field that names another spec -> that spec; filled by `link`."""

    @property
    def name(self) -> str:
        return self.key.name

    def source(self, *path: str | int) -> Source:
        """One field below `spec`, as a source."""
        return Source(self.key, ("spec", *path))

    def derived(self, value: Any, *paths: FieldPath) -> Derived:
        """A value computed from these fields below `spec`."""
        return Derived(value, tuple(Source(self.key, ("spec", *path)) for path in paths))

    def field(self, *path: str | int) -> Derived:
        """The value of one field below `spec`, as templates see it. Raises KeyError if there is none."""
        value: Any = self.data["spec"]
        for step in path:
            value = value[step]
        return Derived(value, (self.source(*path),), exact=True)

    def target(self, *path: str | int) -> SpecKey:
        """The spec that a field below `spec` refers to. Raises KeyError if it refers to none."""
        return self.references[("spec", *path)]
