"""Mistakes: findings -> what a person has to mend: findings with one root cause are one mistake, shown once."""

from collections.abc import Iterable
from dataclasses import dataclass

from compiler.diagnostic import Diagnostic, Severity
from compiler.span import Span

_LISTED = 2
"""How many of the other places are named, if there are more than one too many."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend."""

    first: Diagnostic
    """The finding that is shown."""
    others: tuple[Diagnostic, ...]
    """The same thing at other places, or at the same one, a template's, for other objects."""

    @property
    def severity(self) -> Severity:
        return self.first.severity

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment in which it was seen: those of the first finding, then the others."""
        names = (name for item in (self.first, *self.others) for name in item.environments)
        return tuple(dict.fromkeys(names))

    @property
    def places(self) -> tuple[Span | None, ...]:
        """Where it stands, that of the first finding first; each place once."""
        return tuple(dict.fromkeys(item.span for item in (self.first, *self.others)))

    @property
    def again(self) -> int:
        """How often it was found once more at a place that was named already."""
        return 1 + len(self.others) - len(self.places)

    @property
    def elsewhere(self) -> str:
        """The other places, `a.yaml:4:1, b.yaml:4:1 and 9 more places`; empty if there are none."""
        places = [str(place) for place in self.places[1:] if place is not None]
        if len(places) <= _LISTED + 1:
            return ", ".join(places)
        return f"{', '.join(places[:_LISTED])} and {len(places) - _LISTED:,} more places"


def mistakes(findings: Iterable[Diagnostic]) -> tuple[Mistake, ...]:
    """The mistakes, in the order of their first findings."""
    groups: dict[object, list[Diagnostic]] = {}
    for item in findings:
        same = (item.root,) if item.root else (item.message, item.label, item.help)
        groups.setdefault((item.code, item.severity, *same), []).append(item)
    return tuple(Mistake(first, tuple(others)) for first, *others in groups.values())
