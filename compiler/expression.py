"""Expression: the text between `{{` and `}}` in a template -> a function from the template's values to a Derived.

This is the wing's only door to Jinja2: sandboxed, strict about what is undefined, items only (never attributes), and
used only where a plain path such as `agent.runtime.resources` will not do.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from compiler.source import Derived, Source

Values = Mapping[str, Any]
Evaluate = Callable[[Values], Derived]


class _Omit:
    """The value that drops its key or item."""

    def __repr__(self) -> str:
        return "omit"

    def __bool__(self) -> bool:
        return False


OMIT = _Omit()
OMITTED = Derived(OMIT, ())

_PATH = re.compile(r"^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\s*\|\s*default\(omit\))?$")


class BadExpression(Exception):
    """An expression that cannot be compiled or evaluated; the text says why."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Plain data only: `a.b` is the item b of a, and nothing has attributes or methods."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (KeyError, IndexError, TypeError):
            return self.undefined(obj=obj, name=str(argument))


def _sandbox() -> _Sandbox:
    sandbox = _Sandbox(undefined=StrictUndefined, autoescape=False)
    sandbox.globals = {"omit": OMIT}
    for name in ("attr", "format", "map", "random", "pprint", "xmlattr", "urlize"):
        sandbox.filters.pop(name, None)
    return sandbox


_SANDBOX = _sandbox()


def compile_expression(text: str) -> Evaluate:
    """A function that evaluates the expression. Raises BadExpression if it does not parse."""
    match = _PATH.match(text.strip())
    if match is not None and match[1] != "omit":
        return _path(match[1].split("."), optional=match[2] is not None)
    return _jinja(text)


def strip(value: Any) -> Any:
    """Plain data with every Derived inside replaced by its value."""
    if isinstance(value, Derived):
        return value.value if value.exact else strip(value.value)
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strip(item) for item in value]
    return value


def _path(steps: list[str], *, optional: bool) -> Evaluate:
    root, *rest = steps

    def evaluate(values: Values) -> Derived:
        try:
            value = values[root]
            if not isinstance(value, Derived):
                value = Derived(value, ())
            for step in rest:
                value = value.at(step)
        except (KeyError, TypeError):
            if optional:
                return OMITTED
            raise BadExpression(f"{'.'.join(steps)} is not defined") from None
        return value

    return evaluate


def _jinja(text: str) -> Evaluate:
    try:
        tree = _SANDBOX.parse("{{ " + text + " }}")
        function = _SANDBOX.compile_expression(text, undefined_to_none=False)
    except JinjaError as error:
        raise BadExpression(str(error)) from error
    paths = tuple(_paths(tree))

    def evaluate(values: Values) -> Derived:
        names = {path[0] for path in paths if path[0] in values}
        try:
            result = function(**{name: strip(values[name]) for name in names})
            if isinstance(result, Undefined):
                result._fail_with_undefined_error()
        except UndefinedError as error:
            raise BadExpression(str(error)) from error
        except (JinjaError, ArithmeticError, TypeError, ValueError, OverflowError, MemoryError) as error:
            raise BadExpression(f"{text.strip()} cannot be evaluated: {error}") from error
        return Derived(result, _sources(paths, values))

    return evaluate


def _paths(tree: nodes.Node) -> set[tuple[str, ...]]:
    """The paths an expression reads, so that what it yields knows its sources."""
    found: set[tuple[str, ...]] = set()
    inner: set[int] = set()
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Name)):
        if id(node) in inner:
            continue
        steps: list[str] = []
        cursor: nodes.Node = node
        while isinstance(cursor, nodes.Getattr | nodes.Getitem):
            steps.append(cursor.attr if isinstance(cursor, nodes.Getattr) else _constant(cursor.arg))
            cursor = cursor.node
            inner.add(id(cursor))
        if isinstance(cursor, nodes.Name):
            found.add((cursor.name, *reversed(steps)))
    return found


def _constant(node: nodes.Node) -> str:
    return str(node.value) if isinstance(node, nodes.Const) else ""


def _sources(paths: tuple[tuple[str, ...], ...], values: Values) -> tuple[Source, ...]:
    sources: dict[Source, None] = {}
    for root, *steps in sorted(paths):
        value = values.get(root)
        if not isinstance(value, Derived):
            continue
        for step in steps:
            if not (isinstance(value.value, dict) and step in value.value):
                break
            value = value.at(step)
        sources.update(dict.fromkeys(value.sources))
    return tuple(sources)
