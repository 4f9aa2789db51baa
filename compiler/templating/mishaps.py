"""Mishaps: what went wrong while templates of the fleet were filled in -> one Diagnostic for each place and reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.fleet_assets import FOLDER
from compiler.problem import Problem
from compiler.scope import Scope
from compiler.source import Source
from compiler.span import Span
from compiler.spec_key import SpecKey
from compiler.templating.template import Mishap

_HOPELESS = "R0804"
"""A template that does too much once is not filled in again."""


@dataclass(frozen=True, slots=True)
class _Making:
    """What was being made when it went wrong."""

    what: str
    spec: SpecKey
    sources: tuple[Source, ...]


class Mishaps:
    """Grows while an environment is lowered; the same mistake is told once, however many specs meet it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Problem], list[_Making]] = {}
        self._hopeless: set[str] = set()

    def is_hopeless(self, template: str) -> bool:
        """Whether there is no use in filling in a template again."""
        return template in self._hopeless

    def note(self, mishaps: Iterable[Mishap], template: str, data: Mapping[str, Any] | None, spec: SpecKey) -> None:
        """Remember what went wrong while the object of a spec was made."""
        for mishap in mishaps:
            kind = (data or {}).get("kind")
            making = _Making(f"in the {kind} of" if isinstance(kind, str) else "made for", spec, mishap.sources)
            self._found.setdefault((mishap.template, mishap.problem), []).append(making)
            if mishap.problem.code == _HOPELESS:
                self._hopeless.add(template)

    def diagnostics(self, scope: Scope) -> tuple[Diagnostic, ...]:
        """Every mistake at its place in the template, with the spec that it was first met with."""
        return tuple(
            Diagnostic(
                code=problem.code,
                severity=Severity.ERROR,
                message=problem.message,
                span=Span(f"{FOLDER}/{template}", problem.line, problem.column, problem.width),
                label=_label(met, scope),
                help=problem.help,
            )
            for (template, problem), met in self._found.items()
        )


def _label(met: list[_Making], scope: Scope) -> str:
    """`in the Deployment of Agent support, from spec.runtime (environments/...:7:3), and of 2 more`."""
    first = met[0]
    source = next((item for item in first.sources if item.spec in scope.declarations), Source(first.spec, ()))
    field = ".".join(map(str, source.path)) or "metadata.name"
    span = scope.declarations[source.spec].document.span_of(source.path or ("metadata", "name"))
    where = f"from {field} ({span})" if source.path else f"({span})"
    more = len({making.spec for making in met}) - 1
    also = f", and of {more:,} more" if more else ""
    return f"{first.what} {first.spec.kind} {first.spec.name}, {where}{also}".replace(", (", " (")
