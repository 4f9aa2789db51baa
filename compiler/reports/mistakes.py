"""Mistakes: findings -> what a person has to mend: findings with one root cause are one mistake, shown once."""

from collections.abc import Iterable
from dataclasses import dataclass

from compiler.diagnostic import Diagnostic, Severity

_LISTED = 2
"""How many of the other places are named, if there are more than one too many."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend."""

    first: Diagnostic
    """The finding that is shown."""
    others: tuple[Diagnostic, ...]
    """The same thing at other places."""

    @property
    def severity(self) -> Severity:
        return self.first.severity

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment in which it was seen: those of the first finding, then the others."""
        names = (name for item in (self.first, *self.others) for name in item.environments)
        return tuple(dict.fromkeys(names))

    @property
    def elsewhere(self) -> str:
        """The other places, `a.yaml:4:1, b.yaml:4:1 and 9 more places`; empty if there are none."""
        places = [str(item.span) for item in self.others if item.span is not None]
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
