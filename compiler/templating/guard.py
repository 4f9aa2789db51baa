"""Guard: a syntax tree of Jinja2 -> the same tree, where only what is listed here stands, and what is dear is charged.

Everything else is refused before it is compiled: calls, powers, macros, imports. Attributes of Python cannot be told
from keys here; the sandbox knows keys only.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from compiler.suggestion import did_you_mean, listed
from compiler.templating.bad_expression import BadExpression
from compiler.templating.filters import FILTERS
from compiler.templating.meter import LARGEST

WEIGHED, COUNTED, WORD = "weighed", "counted", "word"
"""Filters that only the guard puts in: on what is compared or cut, on what is looped over, on what stands in a text."""
TESTS = ("defined", "undefined", "none", "string", "number", "mapping", "sequence", "odd", "even")
"""What may stand behind `is`."""
_DEEPEST = 30
"""How deep a tree may nest."""
_VALUES = (nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.List, nodes.Dict, nodes.Pair)
_JUDGEMENTS = (nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr)
_SUMS = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Concat, nodes.Keyword)
_EXPRESSIONS = frozenset((*_VALUES, *_JUDGEMENTS, *_SUMS))
_TEXTS = frozenset((nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Tuple)) | _EXPRESSIONS
_WORDS = {nodes.Call: "a call", nodes.Pow: "a power", nodes.Assign: "set", nodes.Macro: "a macro"}
_PLACE = "`roster explain template` says what may stand in one"


def guarded_expression(tree: Any) -> Any:
    """One expression, guarded. Raises BadExpression."""
    return _Guard(_EXPRESSIONS).visit(tree)


def guarded_text(tree: Any) -> Any:
    """A text with blocks, guarded. Raises BadExpression, which knows the line."""
    return _Guard(_TEXTS).visit(tree)


def number(value: Any) -> Any:
    """The value, if it is no number or one that Kubernetes can hold. Raises BadExpression."""
    if isinstance(value, int | float) and not -LARGEST <= value < LARGEST:
        raise BadExpression("the result is not a number that Kubernetes can hold")
    return value


def below(node: nodes.Node) -> Iterator[nodes.Node]:
    """Every node inside a node; outer ones come first."""
    pending = list(node.iter_child_nodes())
    while pending:
        found = pending.pop()
        yield found
        pending += found.iter_child_nodes()


class _Guard(NodeTransformer):
    def __init__(self, allowed: frozenset[type[nodes.Node]]) -> None:
        self.allowed = allowed
        self.depth = 0

    def visit(self, node: nodes.Node, *_: Any, **__: Any) -> Any:
        kind = type(node)
        if kind not in self.allowed:
            raise BadExpression(
                f"{_WORDS.get(kind, kind.__name__.lower())} has no place in a template", _PLACE, node.lineno
            )
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadExpression("it is nested too deep", "compute less in one place", node.lineno)
        visited = self.generic_visit(node)
        self.depth -= 1
        return _REWRITES[kind](visited) if kind in _REWRITES else visited


def _constant(node: nodes.Const) -> nodes.Node:
    number(node.value)
    return node


def _filter(node: nodes.Filter) -> nodes.Node:
    return _named(node, "filter", (*FILTERS, "default"))


def _test(node: nodes.Test) -> nodes.Node:
    return _named(node, "test", TESTS)


def _named(node: nodes.Filter | nodes.Test, what: str, known: tuple[str, ...]) -> nodes.Node:
    if node.name not in known:
        help = did_you_mean(node.name, known) or f"there are {listed(known)}; {_PLACE}"
        raise BadExpression(f"there is no {what} {node.name}", help, node.lineno)
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise BadExpression("* has no place in a template", _PLACE, node.lineno)
    return node


def _compare(node: nodes.Compare) -> nodes.Node:
    node.expr = _put(WEIGHED, node.expr)
    for operand in node.ops:
        operand.expr = _put(WEIGHED, operand.expr)
    return node


def _item(node: nodes.Getitem) -> nodes.Node:
    if isinstance(node.arg, nodes.Slice):
        node.node = _put(WEIGHED, node.node)
    return node


def _concat(node: nodes.Concat) -> nodes.Node:
    words: list[nodes.Expr] = [_put(WORD, item) for item in node.nodes]
    return reduce(lambda left, right: nodes.Add(left, right, lineno=node.lineno), words)


def _loop(node: nodes.For) -> nodes.Node:
    if node.recursive:
        raise BadExpression("recursive has no place in a template", _PLACE, node.lineno)
    steps = sum(1 for _ in below(node))
    node.iter = _put(COUNTED, node.iter, nodes.Const(steps, lineno=node.lineno))
    return node


_REWRITES: dict[type[nodes.Node], Callable[[Any], nodes.Node]] = {
    nodes.Const: _constant,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Compare: _compare,
    nodes.Getitem: _item,
    nodes.Concat: _concat,
    nodes.For: _loop,
}


def _put(name: str, node: Any, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)
