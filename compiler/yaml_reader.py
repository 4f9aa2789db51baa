"""YAML reader: the bytes of one file -> plain documents, and the span of any field; YAML 1.2 core, bounded.

This is the wing's only door to PyYAML. It composes nodes with libyaml and builds the values itself, because that is
the fast way that knows positions (reference measurements: 0.5 ms for a spec, against 14 ms for a round-trip loader),
and because PyYAML's own constructor reads YAML 1.1 (`no` is false) and lets the last of two equal keys win.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from compiler.problem import Place, Problem
from compiler.source import FieldPath

__all__ = [
    "MAX_BYTES",
    "MappingNode",
    "Node",
    "Place",
    "Problem",
    "ScalarNode",
    "SequenceNode",
    "compose",
    "is_quoted",
    "load",
    "place_of",
    "scalar",
]

MAX_BYTES = 1024 * 1024
"""Largest file that is read, in bytes: the size at which etcd and ConfigMaps give up too."""
MAX_DEPTH = 64
MAX_ALIASES = 100
MAX_NODES = 100_000
"""How many values one file may have once its aliases are expanded."""

_PLAIN, _QUOTED, _COLLECTION = "plain", "quoted", "collection"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+$")
_OCTAL = re.compile(r"0o[0-7]+$")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
_NUMBER_START = frozenset("0123456789+-.")


def load(text: bytes) -> tuple[tuple[Any, ...], tuple[Problem, ...]]:
    """The documents of a file as plain data (empty ones are None), and what is wrong with it."""
    builder = _Builder()
    try:
        documents = tuple(None if node is None else builder.build(node, 0) for node in _nodes(text))
    except yaml.MarkedYAMLError as error:
        return (), (*builder.problems, _syntax_problem(error))
    except yaml.reader.ReaderError as error:
        return (), (Problem("R0102", f"the file is not readable text: {error.reason}", 1, 1),)
    except _TooMuch as error:
        return (), (*builder.problems, error.problem)
    return documents, tuple(builder.problems)


def place_of(text: bytes, index: int, path: FieldPath, *, key: bool) -> Place:
    """Where a field of the `index`-th document stands; of a field that is not there, its nearest parent.

    With `key` the place of the mapping key, else of the value.
    """
    node = _composed(text)[index]
    place = _place(node)
    for step in path:
        entry = _entry(node, step)
        if entry is None:
            return place
        name, node = entry
        place = _place(name) if key or not isinstance(node, ScalarNode) else _place(node)
    return place


class _Parser(CParser):
    """libyaml's composer, told not to guess types: the tag says only how a node was written."""

    def resolve(self, kind: type[Node], value: object, implicit: Any) -> str:
        if kind is not ScalarNode:
            return _COLLECTION
        return _PLAIN if implicit[0] else _QUOTED

    def descend_resolver(self, *_: object) -> None:
        """Nothing to resolve by path."""

    def ascend_resolver(self, *_: object) -> None:
        """Nothing to resolve by path."""


def _nodes(text: bytes) -> Iterator[Node | None]:
    parser = _Parser(text.removeprefix(b"\xef\xbb\xbf"))
    while parser.check_node():
        yield parser.get_node()


@lru_cache(maxsize=64)
def _composed(text: bytes) -> tuple[Node | None, ...]:
    return tuple(_nodes(text))


class _TooMuch(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Builder:
    """Nodes -> plain data; remembers the problems it meets."""

    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    seen: set[int] = field(default_factory=set)
    aliases: int = 0

    def build(self, node: Node, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_NODES:
            raise _TooMuch(_problem("R0106", node, f"more than {MAX_NODES} values once aliases are expanded"))
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if depth >= MAX_DEPTH:
            raise _TooMuch(_problem("R0106", node, f"nested deeper than {MAX_DEPTH} levels"))
        self._note_alias(node)
        if node.tag != _COLLECTION:
            self._refuse_tag(node)
        if isinstance(node, SequenceNode):
            return [self.build(item, depth + 1) for item in node.value]
        assert isinstance(node, MappingNode)
        return self._mapping(node, depth)

    def _note_alias(self, node: Node) -> None:
        if id(node) in self.seen:
            self.aliases += 1
            if self.aliases > MAX_ALIASES:
                raise _TooMuch(_problem("R0106", node, f"more than {MAX_ALIASES} aliases"))
        self.seen.add(id(node))

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag == _QUOTED:
            return node.value
        if node.tag != _PLAIN:
            self._refuse_tag(node)
            return node.value
        text: str = node.value
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if text in _NULLS:
            return None
        return self._number(node, text) if text[0] in _NUMBER_START else text

    def _number(self, node: ScalarNode, text: str) -> Any:
        if _INTEGER.match(text):
            digits = text.lstrip("+-")
            if len(digits) > 1 and digits[0] == "0":
                self.problems.append(
                    _problem(
                        "R0107",
                        node,
                        f"{text} has a leading zero",
                        f'write "{text}" or, for octal, 0o{digits.lstrip("0")}',
                    )
                )
            return int(text) if len(digits) < 400 else text
        if _OCTAL.match(text):
            return int(text[2:], 8)
        if _HEXADECIMAL.match(text):
            return int(text[2:], 16)
        if _FLOAT.match(text):
            return float(text)
        if _SPECIAL_FLOAT.match(text):
            self.problems.append(
                _problem("R0107", node, f"{text} is not a number that Kubernetes can hold", "quote it")
            )
        return text

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        places: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in result:
                first = places[key].start_mark.line + 1
                self.problems.append(
                    _problem("R0104", key_node, f"{key} is given twice", f"it is first given on line {first}; keep one")
                )
            places[key] = key_node
            result[key] = self.build(value_node, depth + 1)
        return result

    def _key(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            self.problems.append(_problem("R0105", node, "a key must be text", "write the key as plain text"))
            return ""
        if node.value == "<<" and node.tag == _PLAIN:
            self.problems.append(
                _problem(
                    "R0105", node, "merge keys (<<) are not part of YAML 1.2", "write the fields out, or use a base"
                )
            )
        elif node.tag == _PLAIN and not isinstance(_plain(node.value), str):
            self.problems.append(
                _problem("R0105", node, f"the key {node.value} is not text", f'quote it: "{node.value}"')
            )
        text: str = node.value
        return text

    def _refuse_tag(self, node: Node) -> None:
        self.problems.append(_problem("R0105", node, f"the tag {node.tag} is not supported", "remove the tag"))


def _plain(text: str) -> Any:
    """What a plain scalar stands for, problems aside."""
    if text in _BOOLEANS or text in _NULLS:
        return None
    return None if _INTEGER.match(text) or _FLOAT.match(text) else text


def _entry(node: Node | None, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _place(node: Node | None) -> Place:
    if node is None:
        return Place(1, 1, 1)
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(1, width))


def _problem(code: str, node: Node, message: str, help: str = "") -> Problem:
    place = _place(node)
    return Problem(code, message, place.line, place.column, place.width, help)


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = error.problem or error.context or "it is not YAML"
    if "cannot start any token" in reason:
        reason = "a tab or another character that cannot begin a value (indent with spaces)"
    if "undefined alias" in reason or "alias" in reason:
        return Problem(
            "R0103", f"the file is not YAML: {reason}", line, column, help="define the anchor above its alias"
        )
    return Problem("R0103", f"the file is not YAML: {reason}", line, column, help="mend the syntax at this place")


def compose(text: bytes) -> Node:
    """The node tree of a file that holds one document. Raises ValueError, naming the line, if it does not."""
    try:
        nodes = [node for node in _nodes(text) if node is not None]
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        raise ValueError(str(error)) from error
    if len(nodes) != 1:
        raise ValueError(f"the file holds {len(nodes)} documents, not one")
    return nodes[0]


def is_quoted(node: ScalarNode) -> bool:
    """Whether a scalar was written in quotes or as a block."""
    return bool(node.tag == _QUOTED)


def scalar(node: ScalarNode) -> Any:
    """What a scalar stands for in YAML 1.2 core."""
    return _Builder().build(node, 0)
