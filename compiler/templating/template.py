"""Template: a YAML document whose quoted scalars hold expressions -> a function from values to one object.

The structure is parsed before any value is inserted, so a value can never break out of its place. Mapping keys are
literal. Reserved keys:

    $if: "{{ condition }}"       in a map or item: it is dropped unless the condition is true
    $for / $in / $do             in a list item: one item for each element; "key, value" walks a map in sorted order
    $merge: "{{ map }}"          in a map: adds a computed map's keys, none of which may stand beside it
    $text: agent/files/a.conf    in place of a text: that file below templates/, filled in with the same values

`omit` drops a key or an item, and so does an expression that yields an empty map or list; a map or list that loses
everything this way is dropped with it. What the API server would not store is thus never declared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.errors import RosterError
from compiler.problem import Place, Problem
from compiler.source import Cause, FieldPath, Source, SourceMap
from compiler.templating.expression import OMIT
from compiler.templating.meter import Exhausted, Meter
from compiler.templating.sandbox import Path
from compiler.templating.text_template import TextTemplate

Values = Mapping[str, Any]
Texts = Callable[[str], TextTemplate]
"""Path below `templates/` -> the text that lies there; raises KeyError if there is none."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """Why a template could not be filled in."""

    template: str
    """Path of the template below `templates/`, or of the text that it names."""
    problem: Problem
    """What is wrong, and where in the template."""
    sources: tuple[Source, ...] = ()
    """The spec fields whose values it was filled with."""


class TemplateError(RosterError):
    """A template of Roster's own that cannot be compiled or filled in."""

    def __init__(self, mishap: Mishap) -> None:
        fault = "the template is Roster's own: this is a fault of Roster and not of the specs; report it"
        super().__init__(f"templates/{mishap.template}:{mishap.problem.line}: {mishap.problem.message}", fault)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template became."""

    data: dict[str, Any] | None
    """The object; None if its `$if` is false."""
    sources: SourceMap
    """The cause of each of its fields."""
    mishaps: tuple[Mishap, ...]
    """What went wrong; the object is of no use if there are any."""


class Filling:
    """What grows while one object is made."""

    __slots__ = ("meter", "mishaps", "sources", "texts")

    def __init__(self, texts: Texts, meter: Meter) -> None:
        self.texts = texts
        self.meter = meter
        self.sources: dict[FieldPath, Cause] = {}
        self.mishaps: list[Mishap] = []


Render = Callable[[Values, FieldPath, Filling], Any]
"""Values, the path of the field and what grows -> the value of the field, or OMIT."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of one template, where an expression or a reserved key stands."""

    template: str
    """Path below `templates/`."""
    place: Place
    """Where it stands."""

    @property
    def line(self) -> int:
        return self.place.line

    def problem(self, code: str, message: str, help: str = "") -> Problem:
        """What is wrong here."""
        return Problem(code, message, self.place.line, self.place.column, self.place.width, help)

    def exhausted(self, sources: tuple[Source, ...]) -> Mishap:
        """Here it is that the template does too much."""
        error = Exhausted()
        return self.mishap(error.code, error.message, error.help, sources)

    def mishap(self, code: str, message: str, help: str = "", sources: tuple[Source, ...] = ()) -> Mishap:
        """What went wrong here while it was filled in."""
        return Mishap(self.template, self.problem(code, message, help), sources)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One compiled template."""

    name: str
    problems: tuple[Problem, ...]
    """Why it cannot be filled in; then it never is."""
    texts: Mapping[str, Place]
    """The texts that it names, and where."""
    uses: tuple[tuple[Spot, Path], ...]
    """What its expressions read of the values that it is given, and where."""
    fill: Render
    """Makes the object."""

    def render(self, values: Values, texts: Texts, meter: Meter | None = None) -> Rendered:
        """The object that it becomes with these values, for the work that is left on the meter, or for all of it."""
        filling = Filling(texts, meter or Meter())
        try:
            value = self.fill(values, (), filling)
        except Exhausted:
            if not any(mishap.problem.code == Exhausted.code for mishap in filling.mishaps):
                filling.mishaps.append(Spot(self.name, Place(1, 1, 1)).exhausted(()))
            return Rendered(None, filling.sources, tuple(filling.mishaps))
        return Rendered(None if value is OMIT else value, filling.sources, tuple(filling.mishaps))
