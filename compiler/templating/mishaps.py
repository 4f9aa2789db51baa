"""Mishaps: what went wrong while templates of the fleet were filled in -> one Diagnostic for each place and reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.fleet_assets import FOLDER
from compiler.problem import Problem
from compiler.source import Source
from compiler.span import Span
from compiler.spec_key import SpecKey
from compiler.templating.template import Mishap

_HOPELESS = "R0804"
"""A template that does too much once is not filled in again."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One mishap, and what was being made when it happened."""

    mishap: Mishap
    """What went wrong."""
    template: str
    """Path of the template that was being filled in."""
    kind: str
    """Kind of the object that was being made; empty if that is not known."""


@dataclass(frozen=True, slots=True)
class _Making:
    """What was being made when it went wrong."""

    what: str
    spec: SpecKey
    sources: tuple[Source, ...]


def hopeless(failures: Iterable[Failure]) -> frozenset[str]:
    """The templates that there is no use in filling in again, after what happened."""
    return frozenset(failure.template for failure in failures if failure.mishap.problem.code == _HOPELESS)


class Mishaps:
    """Grows while an environment is lowered; the same mistake is told once, however many specs meet it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Problem], list[_Making]] = {}
        self.hopeless: frozenset[str] = frozenset()
        """The templates that there is no use in filling in again."""

    def note(self, failures: tuple[Failure, ...], spec: SpecKey) -> None:
        """Remember what went wrong while the objects of a spec were made."""
        for failure in failures:
            mishap = failure.mishap
            making = _Making(f"in the {failure.kind} of" if failure.kind else "made for", spec, mishap.sources)
            self._found.setdefault((mishap.template, mishap.problem), []).append(making)
        self.hopeless |= hopeless(failures)

    def diagnostics(self, declarations: Mapping[SpecKey, Declaration[Any]]) -> tuple[Diagnostic, ...]:
        """Every mistake at its place in the template, with the spec that it was first met with."""
        return tuple(
            Diagnostic(
                code=problem.code,
                severity=Severity.ERROR,
                message=problem.message,
                span=Span(f"{FOLDER}/{template}", problem.line, problem.column, problem.width),
                label=_label(met, declarations),
                help=problem.help,
            )
            for (template, problem), met in self._found.items()
        )


def _label(met: list[_Making], declarations: Mapping[SpecKey, Declaration[Any]]) -> str:
    """`in the Deployment of Agent support, from spec.runtime (environments/...:7:3), and of 2 more`."""
    first = met[0]
    source = next((item for item in first.sources if item.spec in declarations), Source(first.spec, ()))
    field = ".".join(map(str, source.path)) or "metadata.name"
    span = declarations[source.spec].document.span_of(source.path or ("metadata", "name"))
    where = f"from {field} ({span})" if source.path else f"({span})"
    more = len({making.spec for making in met}) - 1
    also = f", and of {more:,} more" if more else ""
    return f"{first.what} {first.spec.kind} {first.spec.name}, {where}{also}".replace(", (", " (")
