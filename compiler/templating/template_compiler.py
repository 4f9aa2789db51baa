"""Template compiler: the text of a template -> a Template: one function a node, put together once."""

import re
from functools import lru_cache
from typing import Any

from compiler.problem import Place, Problem
from compiler.source import Cause, FieldPath
from compiler.span import LINE_END
from compiler.templating.bad_expression import BadExpression
from compiler.templating.expression import OMIT, Expression, compile_expression
from compiler.templating.sandbox import Path
from compiler.templating.template import Filling, Render, Spot, Template, Values
from compiler.templating.template_nodes import Items, constant, loop, mapping, native, one, sequence, text_file, text_of
from compiler.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, place
from compiler.yaml_reader import compose, is_quoted, load, scalar

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_FATAL = frozenset(("R0102", "R0103", "R0106"))
"""What the reader finds that makes the rest of a file not worth looking at."""
_LETTERS = 16
"""Characters of an expression that cost a step in a loop."""


@lru_cache(maxsize=512)
def compile_template(name: str, text: bytes) -> Template:
    """The template that the bytes of a file are, or all that is wrong with it."""
    documents, problems = load(text)
    if any(problem.code in _FATAL for problem in problems):
        return Template(name, problems, {}, (), _nothing)
    if len(documents) != 1 or not isinstance(documents[0], dict):
        wrong = Problem("R0801", "a template is one YAML document, a map", 1, 1, help="write one Kubernetes object")
        return Template(name, (*problems, wrong), {}, (), _nothing)
    compiler = _Compiler(name, LINE_END.split(text.decode("utf-8").removeprefix("\ufeff")))
    fill = compiler.node(compose(text))
    taken = {(problem.line, problem.column) for problem in compiler.problems}
    more = [problem for problem in problems if (problem.line, problem.column) not in taken]
    return Template(name, (*compiler.problems, *more), compiler.texts, tuple(compiler.uses), fill)


def _nothing(_values: Values, _path: FieldPath, _filling: Filling) -> Any:
    return OMIT


class _Compiler:
    """Puts one template together; remembers what is wrong with it."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.lines = lines
        self.problems: list[Problem] = []
        self.texts: dict[str, Place] = {}
        self.uses: list[tuple[Spot, Path]] = []
        self.bound: list[str] = ["omit"]
        self.steps = 0

    def node(self, node: Node) -> Render:
        """The function that makes what a node stands for."""
        self.steps += 1
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            return sequence([self._item(item) for item in node.value])
        assert isinstance(node, ScalarNode)
        return self._scalar(node)

    def _refuse(self, node: Node, message: str, help: str = "") -> Render:
        self.problems.append(self._spot(node).problem("R0801", message, help))
        return _nothing

    def _spot(self, node: Node, start: int = 0, end: int = 0) -> Spot:
        """The place of a node, or of a part of its text."""
        whole = place(node)
        if end and isinstance(node, ScalarNode) and whole.width == len(node.value) + 2:
            return Spot(self.name, Place(whole.line, whole.column + 1 + start, end - start))
        if end and isinstance(node, ScalarNode) and node.style == "|":
            return Spot(self.name, self._inside(node.value, whole, start, end))
        return Spot(self.name, whole)

    def _inside(self, text: str, whole: Place, start: int, end: int) -> Place:
        """The place of a part of a literal block, which holds its lines as they stand below its `|`."""
        line = whole.line + 1 + text.count("\n", 0, start)
        words = text[start:end].partition("\n")[0]
        column = self.lines[line - 1].find(words) if line <= len(self.lines) else -1
        return whole if column < 0 else Place(line, column + 1, len(words))

    def _scalar(self, node: ScalarNode) -> Render:
        text: str = node.value
        spot = self._spot(node)
        if "{{" not in text:
            return constant(scalar(node), Cause(self.name, spot.line, ()))
        if not is_quoted(node):
            return self._refuse(node, "an expression stands in quotes", 'write "{{ x }}"')
        found = list(_EXPRESSION.finditer(text))
        if "{{" in _EXPRESSION.sub("", text):
            return self._refuse(node, "{{ without }}", "close the expression")
        pieces: list[str | tuple[Spot, Expression]] = []
        end = 0
        for match in found:
            pieces += [text[end : match.start()], self._expression(node, match)]
            end = match.end()
        pieces.append(text[end:])
        if len(found) == 1 and isinstance(pieces[1], tuple) and not f"{pieces[0]}{pieces[2]}".strip():
            return native(*pieces[1])
        return text_of(spot, [piece for piece in pieces if piece])

    def _expression(self, node: ScalarNode, match: re.Match[str]) -> tuple[Spot, Expression]:
        inner = match[1]
        start = match.start(1) + len(inner) - len(inner.lstrip())
        spot = self._spot(node, start, start + len(inner.strip()) or 1)
        self.steps += len(inner) // _LETTERS
        try:
            expression = compile_expression(inner)
            self.uses += [(spot, path) for path in expression.paths if path[0] not in self.bound]
            return spot, expression
        except BadExpression as error:
            problem = spot.problem("R0801", error.message, error.help)
            self.problems += [problem] if problem not in self.problems else []
            return spot, compile_expression("omit")

    def _entries(self, node: MappingNode) -> dict[str, Node]:
        """Key -> value; a key that is itself a mapping is an expression without its quotes."""
        entries = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or "{{" in key.value:
                self._refuse(key, "a key must be literal", 'an expression stands in quotes, "{{ x }}", behind a key')
            else:
                entries[key.value] = value
        return entries

    def _mapping(self, node: MappingNode) -> Render:
        entries = self._entries(node)
        if "$text" in entries:
            return self._text_file(node, entries)
        reserved = sorted({key for key in entries if key.startswith("$")} - {"$if", "$merge"})
        if reserved:
            return self._refuse(node, f"{', '.join(reserved)} cannot stand here", _RESERVED)
        condition = self.node(entries.pop("$if")) if "$if" in entries else None
        merged = self.node(entries.pop("$merge")) if "$merge" in entries else None
        fields = [(key, self.node(value)) for key, value in entries.items()]
        return mapping(condition, fields, None if merged is None else (self._spot(node), merged))

    def _text_file(self, node: MappingNode, entries: dict[str, Node]) -> Render:
        path = entries["$text"]
        if len(entries) > 1 or not isinstance(path, ScalarNode) or "{{" in path.value or not path.value:
            return self._refuse(node, "$text stands alone and names a file", "$text: agent/files/nginx.conf")
        self.texts[path.value] = place(path)
        return text_file(self._spot(path), path.value)

    def _item(self, node: Node) -> Items:
        if isinstance(node, MappingNode) and any(getattr(key, "value", "") == "$for" for key, _ in node.value):
            return self._loop(node)
        return one(self.node(node))

    def _loop(self, node: MappingNode) -> Items:
        entries = self._entries(node)
        variables = [word.strip() for word in str(getattr(entries["$for"], "value", "")).split(",")]
        inside = entries.get("$in")
        match = _EXPRESSION.fullmatch(inside.value.strip()) if isinstance(inside, ScalarNode) else None
        if set(entries) != {"$for", "$in", "$do"}:
            return one(self._refuse(node, "a loop has exactly $for, $in and $do", _RESERVED))
        if match is None or len(variables) > 2 or not all(map(_NAME.match, variables)):
            return one(self._refuse(node, '$in must be one "{{ expression }}", and $for one or two names', _RESERVED))
        assert isinstance(inside, ScalarNode)
        spot, expression = self._expression(inside, match)
        before, outside = self.steps, self.bound
        self.bound = [*outside, *variables]
        body = self._item(entries["$do"])
        self.bound = outside
        return loop(spot, expression, variables, body, 1 + self.steps - before)


_RESERVED = "there are $if and $merge in a map, $for with $in and $do in a list, $text in place of a text"
