"""Expression: the text between `{{` and `}}` in a template -> a function from the template's values to a Derived.

A plain path such as `agent.runtime.resources` is walked; anything else is compiled by the sandbox.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.source import Derived, Source
from compiler.suggestion import did_you_mean, listed
from compiler.templating.bad_expression import NotDefined
from compiler.templating.meter import Meter
from compiler.templating.sandbox import Path, Program, expression, text

Values = Mapping[str, Any]


class _Omit:
    """The value that drops its key or item."""

    def __repr__(self) -> str:
        return "omit"

    def __bool__(self) -> bool:
        return False


OMIT = _Omit()
OMITTED = Derived(OMIT, ())

_PATH = re.compile(r"^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\s*\|\s*default\(omit\))?$")
_QUOTED = re.compile("'([^']*)'")
"""Words in a message of Jinja2; the last one is what is not defined."""
_OPTIONAL = "where not every spec sets it, write `| default(omit)` behind it"


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression."""

    evaluate: Callable[[Values, Meter], Derived]
    """What it yields, and the spec fields it came from. Raises BadExpression."""
    paths: tuple[Path, ...]
    """What it reads."""

    def sources(self, values: Values) -> tuple[Source, ...]:
        """The spec fields that it reads, or those nearest to what is not there."""
        return _sources(self.paths, values)


def compile_expression(text: str) -> Expression:
    """A function that evaluates the expression. Raises BadExpression if it does not parse."""
    match = _PATH.match(text.strip())
    if match is not None and match[1] not in ("omit", "true", "false", "none"):
        steps = tuple(match[1].split("."))
        return Expression(_path(steps, optional=match[2] is not None), (steps,))
    return _program(expression(text))


def compile_text(source: str) -> Expression:
    """A function that fills in the text of a config file. Raises BadExpression, which knows the line."""
    return _program(text(source))


def strip(value: Any) -> Any:
    """Plain data with every Derived inside replaced by its value."""
    if isinstance(value, Derived):
        return value.value if value.exact else strip(value.value)
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strip(item) for item in value]
    return value


def _path(steps: Path, *, optional: bool) -> Callable[[Values, Meter], Derived]:
    root, *rest = steps

    def evaluate(values: Values, _meter: Meter) -> Derived:
        try:
            value = values[root]
            if not isinstance(value, Derived):
                value = Derived(value, ())
            for step in rest:
                value = value.at(step)
        except (KeyError, TypeError):
            if optional:
                return OMITTED
            raise _missing((steps,), values, f"{'.'.join(steps)} is not defined") from None
        return value

    return evaluate


def _program(program: Program) -> Expression:
    paths = tuple(path for path in program.paths if path[0] != "omit")
    roots = tuple({path[0] for path in paths})

    def evaluate(values: Values, meter: Meter) -> Derived:
        plain = {root: strip(values[root]) for root in roots if root in values}
        try:
            result = program.run({"omit": OMIT, **plain}, meter)
        except NotDefined as error:
            raise _missing(paths, values, error.message, error.line) from error
        return Derived(result, _sources(paths, values))

    return Expression(evaluate, paths)


def _missing(paths: Iterable[Path], values: Values, message: str, line: int = 1) -> NotDefined:
    """What of these paths is not there, and what was probably meant; of several, the one that the message names."""
    gaps = [gap for path in paths for gap in _gaps(path, values)]
    words = _QUOTED.findall(message)
    named = [gap for gap in gaps if not words or gap[1] == words[-1]] or [gap for gap in gaps if not gap[1]]
    if not named:
        return NotDefined(message, "", line)
    parents, step, names = named[0]
    above, step = "".join(f"{parent}." for parent in parents), step or words[-1]
    meant = did_you_mean(step, names).replace("did you mean ", f"did you mean {above}")
    has = f"{above[:-1] or 'the template'} has {listed(names)};"
    help = f"{meant or has} {_OPTIONAL}" if above or not meant else meant
    help = help if names else f"{above[:-1]} is no map with entries"
    return NotDefined(f"{above}{step} is not defined", help, line)


def _gaps(path: Path, values: Values) -> Iterable[tuple[Path, str, tuple[str, ...]]]:
    """Where a path leads to nothing, if it does: the steps before it, the step (empty if computed), what there is."""
    known: Any = values
    for index, step in enumerate(path):
        if not isinstance(known, Mapping) or step not in known:
            yield path[:index], step, tuple(sorted(known)) if isinstance(known, Mapping) else ()
            return
        known = known[step].value if isinstance(known[step], Derived) else known[step]


def _sources(paths: Iterable[Path], values: Values) -> tuple[Source, ...]:
    sources: dict[Source, None] = {}
    for root, *steps in paths:
        value = values.get(root)
        if not isinstance(value, Derived):
            continue
        for step in steps:
            if not (isinstance(value.value, dict) and step in value.value):
                break
            value = value.at(step)
        sources.update(dict.fromkeys(value.sources))
    return tuple(sources)
