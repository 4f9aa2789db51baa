"""Sandbox: a Jinja2 expression, or a text that holds some -> a function of plain values that can do no harm.

With `guard` this is the wing's only door to Jinja2, which parses and compiles. What is left of it can neither reach out
nor run on: whatever costs more than a step is charged to the meter before it is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from compiler.templating.bad_expression import BadExpression, NotDefined
from compiler.templating.filters import FILTERS, word
from compiler.templating.guard import COUNTED, TESTS, WEIGHED, WORD, below, guarded_expression, guarded_text, number
from compiler.templating.meter import PIECE, Meter

Path = tuple[str, ...]
"""A name and the keys behind it, as they stand in an expression: `("agent", "runtime", "scale")`."""

_METER = "the meter"
"""The name of the meter among the values; no expression can write it."""
_LONGEST, _BRACKETS = 2000, 16
"""Most characters of an expression, and how deep its brackets may nest."""
_LOOP = frozenset(("index", "index0", "first", "last", "length"))
"""What may be asked of `loop`."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Plain data only: `a.b` is the item b of a, and nothing has attributes or methods."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%"))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (KeyError, IndexError, TypeError):
            return self.undefined(obj=obj, name=argument if isinstance(argument, str) else "it")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        long = [value for value in (left, right) if isinstance(value, str | list | tuple)]
        if long and operator != "+":
            raise BadExpression(f"{operator} is for numbers only")
        context[_METER].charge(sum(len(item) // PIECE if isinstance(item, str) else len(item) for item in long))
        return number(super().call_binop(context, operator, left, right))


@pass_context
def _weighed(context: Context, value: Any) -> Any:
    """What is compared or cut costs its size."""
    if not isinstance(value, Undefined):
        context[_METER].weigh(value)
    return value


@pass_context
def _counted(context: Context, value: Any, steps: int) -> Any:
    """What is looped over costs all that will be done with it, before any of it is done."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if not isinstance(value, list | tuple):
        raise BadExpression("a loop walks a list", "walk a map with `| items`")
    context[_METER].charge(len(value) * steps)
    return value


def _charged(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def charged(context: Context, *arguments: Any, **named: Any) -> Any:
        for argument in (*arguments, *named.values()):
            _weighed(context, argument)
        result = number(function(*arguments, **named))
        context[_METER].charge(len(result) // PIECE if isinstance(result, str) else 1)
        return result

    return charged


@pass_context
def _finalized(context: Context, value: Any) -> str:
    """What stands in a text."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    text = word(value)
    context[_METER].charge(1 + len(text) // PIECE)
    return text


def _sandbox(**options: Any) -> _Sandbox:
    sandbox = _Sandbox(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, **options)
    default = sandbox.filters["default"]
    ours = {WEIGHED: _weighed, COUNTED: _counted, WORD: _charged(word)}
    sandbox.filters = {name: _charged(filter) for name, filter in FILTERS.items()} | {"default": default} | ours
    sandbox.tests = {name: test for name, test in sandbox.tests.items() if name in TESTS}
    sandbox.globals = {}
    return sandbox


_EXPRESSION = _sandbox()
_TEXT = _sandbox(finalize=_finalized, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True, slots=True)
class Program:
    """One compiled expression or text."""

    run: Callable[[Mapping[str, Any], Meter], Any]
    """Plain values by name, and the meter -> the result. Raises BadExpression."""
    paths: tuple[Path, ...]
    """What it reads."""


@lru_cache(maxsize=4096)
def expression(text: str) -> Program:
    """Compile the expression between `{{` and `}}`. Raises BadExpression."""
    if len(text) > _LONGEST or _depth(text) > _BRACKETS:
        raise BadExpression("the expression is too long or nested too deep", "compute less in one place")
    tree = _parsed(_EXPRESSION, "{{ " + text + " }}")
    body = tree.body[0].nodes if len(tree.body) == 1 and isinstance(tree.body[0], nodes.Output) else []
    if len(body) != 1 or not isinstance(body[0], nodes.Expr):
        raise BadExpression("an expression is expected", "write one value, such as name or agent.runtime.scale.max")
    guarded = guarded_expression(body[0])
    assign = nodes.Assign(nodes.Name("result", "store", lineno=1), guarded, lineno=1)
    return Program(partial(_evaluated, _compiled(_EXPRESSION, nodes.Template([assign], lineno=1))), _paths(tree))


@lru_cache(maxsize=256)
def text(source: str) -> Program:
    """Compile the text of a config file. Raises BadExpression, which knows the line."""
    tree = _parsed(_TEXT, source)
    paths = _paths(tree)
    return Program(partial(_written, _compiled(_TEXT, guarded_text(tree))), paths)


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _parsed(sandbox: _Sandbox, source: str) -> nodes.Template:
    try:
        return sandbox.parse(source)
    except TemplateSyntaxError as error:
        raise BadExpression(error.message or "it cannot be parsed", "", error.lineno) from error
    except (JinjaError, ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise BadExpression(f"it cannot be parsed: {reason}") from error


def _compiled(sandbox: _Sandbox, tree: nodes.Template) -> Any:
    try:
        return sandbox.from_string(tree)
    except (JinjaError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression(f"it cannot be compiled: {error}") from error


def _evaluated(template: Any, values: Mapping[str, Any], meter: Meter) -> Any:
    context = template.new_context({**values, _METER: meter})
    try:
        for _ in template.root_render_func(context):
            pass
        result = context.vars["result"]
        return _sound(result, meter)
    except _FAILURES as error:
        raise _told(error) from error


def _sound(value: Any, meter: Meter) -> Any:
    """The value, if it is plain data all through."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Undefined):
            item._fail_with_undefined_error()
        if isinstance(item, Mapping):
            if not all(isinstance(key, str) for key in item):
                raise BadExpression("a key must be text", "quote it")
            pending += item.values()
        elif isinstance(item, list | tuple):
            pending += item
        meter.charge(1)
    return number(value)


def _written(template: Any, values: Mapping[str, Any], meter: Meter) -> str:
    pieces: list[str] = []
    try:
        for piece in template.root_render_func(template.new_context({**values, _METER: meter})):
            meter.charge(1 + len(piece) // PIECE)
            pieces.append(piece)
    except BadExpression as error:
        error.line = _line(error, template)
        raise
    except _FAILURES as error:
        raise _told(error, _line(error, template)) from error
    return "".join(pieces)


_FAILURES = (JinjaError, ArithmeticError, TypeError, ValueError, LookupError, MemoryError, RecursionError)


def _told(error: Exception, line: int = 1) -> BadExpression:
    reason = " ".join(str(error).split())[:200].rstrip(".")
    if isinstance(error, UndefinedError):
        return NotDefined(reason, line=line)
    return BadExpression(f"it cannot be evaluated: {reason}", line=line)


def _line(error: Exception, template: Any) -> int:
    """The line of the text at which an error rose."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is template.root_render_func.__globals__:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _paths(tree: nodes.Node) -> tuple[Path, ...]:
    """The paths a program reads, so that what it yields knows its sources."""
    found: set[Path] = set()
    inner: set[int] = set()
    for node in below(tree):
        if id(node) in inner or not isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Name):
            continue
        steps: list[str] = []
        cursor: nodes.Node = node
        while isinstance(cursor, nodes.Getattr | nodes.Getitem):
            steps.append(cursor.attr if isinstance(cursor, nodes.Getattr) else _constant(cursor.arg))
            cursor = cursor.node
            inner.add(id(cursor))
        if isinstance(cursor, nodes.Name):
            found.add((cursor.name, *reversed(steps)))
    return tuple(sorted(found))


def _constant(node: nodes.Node) -> str:
    return str(node.value) if isinstance(node, nodes.Const) else ""
