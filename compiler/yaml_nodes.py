"""YAML nodes: the bytes of one file -> libyaml's node trees, which know where they stand; nothing is interpreted yet.

This is the wing's only door to PyYAML. libyaml composes nodes in a tenth of the time that a round-trip loader takes,
and PyYAML's own constructor would read YAML 1.1 (`no` is false) and let the last of two equal keys win.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from compiler.problem import Place, Problem
from compiler.source import FieldPath

__all__ = [
    "COLLECTION",
    "PLAIN",
    "QUOTED",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "Unreadable",
    "nodes",
    "path_at",
    "place",
    "place_of",
    "scalar_spans",
]

_UTF8 = "save the file as UTF-8 text, without control characters"
PLAIN, QUOTED, COLLECTION = "plain", "quoted", "collection"
"""The tags of nodes: how they were written, not what they mean. Any other tag stands in the file."""


class Unreadable(Exception):
    """The bytes are not YAML; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def nodes(text: bytes) -> Iterator[Node | None]:
    """The node tree of each document, None for an empty one. Raises Unreadable where the text ceases to be YAML."""
    try:
        parser = _Parser(text.removeprefix(b"\xef\xbb\xbf"))
        while parser.check_node():
            yield parser.get_node()
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_syntax_problem(error)) from error
    except yaml.reader.ReaderError as error:
        message = f"the file is not readable text: {error.reason}"
        raise Unreadable(Problem("R0102", message, *_place_of_bad_byte(text), help=_UTF8)) from error


def place_of(text: bytes, index: int, path: FieldPath, *, key: bool) -> Place:
    """Where a field of the `index`-th document stands; of a field that is not there, its nearest parent.

    With `key` the place of the mapping key, else of the value.
    """
    node = _composed(text)[index]
    nearest = place(node)
    for step in path:
        entry = _entry(node, step)
        if entry is None:
            return nearest
        name, node = entry
        nearest = place(name) if key or not isinstance(node, ScalarNode) else place(node)
    return nearest


Spot = tuple[int, int]
"""Line and column, the first is 1."""


def scalar_spans(text: bytes) -> tuple[tuple[Spot, Spot], ...]:
    """Where each scalar begins and where it ends: a `#` inside of one begins no comment. Raises Unreadable."""
    pending = list(_composed(text))
    seen: set[int] = set()
    spans = []
    while pending:
        node = pending.pop()
        if isinstance(node, ScalarNode):
            start, end = node.start_mark, node.end_mark
            spans.append(((start.line + 1, start.column + 1), (end.line + 1, end.column + 1)))
        elif node is not None and id(node) not in seen:
            seen.add(id(node))
            inner = node.value if isinstance(node, SequenceNode) else (part for pair in node.value for part in pair)
            pending.extend(inner)
    return tuple(spans)


def path_at(text: bytes, first: int, last: int) -> FieldPath:
    """The smallest field of the first document that stands on all lines from `first` to `last`; lines count from 1.

    Raises Unreadable.
    """
    path: FieldPath = ()
    node = next(nodes(text), None)
    while node is not None:
        below = [entry for entry in _entries(node) if entry[1].start_mark.line < first and last <= _last_line(entry[2])]
        if not below:
            break
        step, _, node = below[-1]
        path = (*path, step)
    return path


def _entries(node: Node) -> Iterator[tuple[str | int, Node, Node]]:
    """What is directly in a collection: its step, the node where it begins, and its value."""
    if isinstance(node, MappingNode):
        yield from ((str(key.value), key, value) for key, value in node.value)
    elif isinstance(node, SequenceNode):
        yield from ((index, item, item) for index, item in enumerate(node.value))


def _last_line(node: Node) -> int:
    """The last line that a node stands on; libyaml ends a block only where the next thing begins."""
    below = list(_entries(node))
    if below:
        return max(_last_line(below[-1][2]), below[-1][1].start_mark.line + 1)
    end: int = node.end_mark.line if node.end_mark.column == 0 else node.end_mark.line + 1
    return end


def _place_of_bad_byte(text: bytes) -> tuple[int, int]:
    """Line and column of the first byte that is not UTF-8; of a character that may not be in YAML, the file's start."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        before = text[: error.start]
        line = before[before.rfind(b"\n") + 1 :]
        return before.count(b"\n") + 1, len(line.decode("utf-8")) + 1
    return 1, 1


class _Parser(CParser):
    """libyaml's composer, told not to guess types: the tag says only how a node was written."""

    def resolve(self, kind: type[Node], value: object, implicit: Any) -> str:
        if kind is not ScalarNode:
            return COLLECTION
        return PLAIN if implicit[0] else QUOTED

    def descend_resolver(self, *_: object) -> None:
        """Nothing to resolve by path."""

    def ascend_resolver(self, *_: object) -> None:
        """Nothing to resolve by path."""


@lru_cache(maxsize=64)
def _composed(text: bytes) -> tuple[Node | None, ...]:
    return tuple(nodes(text))


def _entry(node: Node | None, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return _by_key(node).get(step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


@lru_cache(maxsize=256)
def _by_key(node: MappingNode) -> dict[str | int, tuple[Node, Node]]:
    """Key -> its node and its value's, the first of two that are equal: one walk, however many findings there are."""
    return {key.value: (key, value) for key, value in reversed(node.value) if isinstance(key, ScalarNode)}


def place(node: Node | None) -> Place:
    """Where a node stands."""
    if node is None:
        return Place(1, 1, 1)
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(1, width))


_REMEDIES: Mapping[str, str] = {
    "mapping values are not allowed": "indent the line like its neighbours, or quote a text that has a colon in it",
    "expected key": "indent the line like its neighbours, or quote the whole text",
    "or ']'": "close the bracket{opened}",
    "or '}'": "close the brace{opened}",
    "unexpected end of stream": "close the quote{opened}",
    "could not find expected ':'": "write a colon behind a key; indent a text further than its key",
}
"""Words of the parser -> what a person does about them."""


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
    opened = f" opened on line {error.context_mark.line + 1}" if error.context_mark else ""
    help = next((help for words, help in _REMEDIES.items() if words in reason), "mend the syntax at this place")
    return Problem("R0103", f"the file is not YAML: {reason}", line, column, help=help.format(opened=opened))
