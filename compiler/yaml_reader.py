"""YAML reader: the bytes of one file -> plain documents and what is wrong with them; YAML 1.2 core, bounded."""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from compiler.problem import Problem
from compiler.yaml_nodes import (
    COLLECTION,
    PLAIN,
    QUOTED,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    Unreadable,
    nodes,
    place,
)

MAX_BYTES = 1024 * 1024
"""Largest file that is read, in bytes: the size at which etcd and ConfigMaps give up too."""
MAX_DEPTH = 64
MAX_ALIASES = 100
MAX_NODES = 100_000
"""How many values one file may have once its aliases are expanded."""

_WRITE_OUT = "write the values out, or split the file in two"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+$")
_OCTAL = re.compile(r"0o[0-7]+$")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
_NUMBER_START = frozenset("0123456789+-.")
_LONGEST_INTEGER = 20
"""Characters of the longest integer of 64 bits, its sign included."""


def load(text: bytes) -> tuple[tuple[Any, ...], tuple[Problem, ...]]:
    """The documents of a file as plain data (empty ones are None), and what is wrong with it."""
    builder = _Builder()
    try:
        documents = tuple(None if node is None else builder.document(node) for node in nodes(text))
    except (Unreadable, _TooMuch) as error:
        return (), (*builder.problems, error.problem)
    return documents, tuple(builder.problems)


def compose(text: bytes) -> Node:
    """The node tree of a file that holds one document. Raises ValueError, naming the line, if it does not."""
    try:
        found = [node for node in nodes(text) if node is not None]
    except Unreadable as error:
        raise ValueError(str(error)) from error
    if len(found) != 1:
        raise ValueError(f"the file holds {len(found)} documents, not one")
    return found[0]


def is_quoted(node: ScalarNode) -> bool:
    """Whether a scalar was written in quotes or as a block."""
    return bool(node.tag == QUOTED)


def scalar(node: ScalarNode) -> Any:
    """What a scalar stands for in YAML 1.2 core."""
    return _Builder().build(node, 0)


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

    def document(self, root: Node) -> Any:
        """One document's value. Anchors end with it, and so do the identities of its nodes."""
        self.seen.clear()
        return self.build(root, 0)

    def build(self, node: Node, depth: int) -> Any:
        """What a node stands for. Raises _TooMuch beyond the bounds."""
        self.count += 1
        if self.count > MAX_NODES:
            message = f"more than {MAX_NODES} values once aliases are expanded"
            raise _TooMuch(_problem("R0106", node, message, _WRITE_OUT))
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if depth >= MAX_DEPTH:
            raise _TooMuch(_problem("R0106", node, f"nested deeper than {MAX_DEPTH} levels"))
        self._note_alias(node)
        if node.tag != COLLECTION:
            self._refuse_tag(node)
        if isinstance(node, SequenceNode):
            return [self.build(item, depth + 1) for item in node.value]
        assert isinstance(node, MappingNode)
        return self._mapping(node, depth)

    def _note_alias(self, node: Node) -> None:
        if id(node) in self.seen:
            self.aliases += 1
            if self.aliases > MAX_ALIASES:
                raise _TooMuch(_problem("R0106", node, f"more than {MAX_ALIASES} aliases", _WRITE_OUT))
        self.seen.add(id(node))

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag == QUOTED:
            return node.value
        if node.tag != PLAIN:
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
            return self._bounded(node, text)
        if _OCTAL.match(text):
            return int(text[2:], 8)
        if _HEXADECIMAL.match(text):
            return int(text[2:], 16)
        if _FLOAT.match(text):
            return self._finite(node, text)
        return self._finite(node, text) if _SPECIAL_FLOAT.match(text) else text

    def _bounded(self, node: ScalarNode, text: str) -> int:
        """The integer, if JSON in Kubernetes can hold it."""
        if len(text) <= _LONGEST_INTEGER and -(2**63) <= int(text) < 2**63:
            return int(text)
        self._refuse_number(node, text)
        return 0

    def _finite(self, node: ScalarNode, text: str) -> float:
        """The number, if JSON can hold it."""
        if not _SPECIAL_FLOAT.match(text) and math.isfinite(float(text)):
            return float(text)
        self._refuse_number(node, text)
        return 0.0

    def _refuse_number(self, node: ScalarNode, text: str) -> None:
        told = text if len(text) <= _LONGEST_INTEGER else f"{text[:_LONGEST_INTEGER]}…"
        self.problems.append(_problem("R0107", node, f"{told} is not a number that Kubernetes can hold", "quote it"))

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
        if node.value == "<<" and node.tag == PLAIN:
            self.problems.append(
                _problem(
                    "R0105", node, "merge keys (<<) are not part of YAML 1.2", "write the fields out, or use a base"
                )
            )
        elif node.tag == PLAIN and not isinstance(_plain(node.value), str):
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
    is_number = text[0] in _NUMBER_START and (_INTEGER.match(text) or _FLOAT.match(text))
    return None if is_number else text


def _problem(code: str, node: Node, message: str, help: str = "") -> Problem:
    where = place(node)
    return Problem(code, message, where.line, where.column, where.width, help)
