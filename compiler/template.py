"""Template: a YAML document whose quoted scalars hold expressions -> a function from values to one object.

The structure is parsed before any value is inserted, so a value can never break out of its place. Mapping keys are
literal. Reserved keys:

    $if: "{{ condition }}"       in a map or item: it is dropped unless the condition is true
    $for / $in / $do             in a list item: one item for each element; "key, value" walks a map in sorted order
    $merge: "{{ map }}"          in a map: adds a computed map's keys, none of which may stand beside it

`omit` drops a key or an item, and so does an expression that yields an empty map or list; a map or list that loses
everything this way is dropped with it. What the API server would not store is thus never declared.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from compiler.errors import RosterError
from compiler.expression import OMIT, BadExpression, Evaluate, compile_expression
from compiler.source import Cause, Derived, FieldPath, Source
from compiler.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode
from compiler.yaml_reader import compose, is_quoted, scalar

Sources = dict[FieldPath, Cause]
_Render = Callable[[Mapping[str, Any], FieldPath, Sources], Any]
_EMPTY: tuple[object, ...] = ({}, [], ())
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class TemplateError(RosterError):
    """A template that cannot be compiled or filled in; knows its file and line."""

    def __init__(self, template: str, line: int, reason: str) -> None:
        fault = "the template is Roster's own: this is a fault of Roster and not of the specs; report it"
        super().__init__(f"templates/{template}:{line}: {reason}", fault)
        self.template = template
        self.line = line
        self.reason = reason


class Template:
    """One compiled template."""

    __slots__ = ("_render", "name")

    def __init__(self, name: str, text: str) -> None:
        """Compile the text. Raises TemplateError."""
        self.name = name
        try:
            node = compose(text.encode())
        except ValueError as error:
            raise TemplateError(name, 1, str(error)) from error
        self._render = _node(name, node)

    def render(self, values: Mapping[str, Any]) -> tuple[dict[str, Any] | None, Sources]:
        """The object, or None if its `$if` is false, and the cause of each of its fields. Raises TemplateError."""
        sources: Sources = {}
        value = self._render(values, (), sources)
        return (None if value is OMIT else value), sources


def _node(name: str, node: Node) -> _Render:
    if isinstance(node, MappingNode):
        return _mapping(name, node)
    if isinstance(node, SequenceNode):
        return _sequence(name, node)
    assert isinstance(node, ScalarNode)
    return _scalar(name, node)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(name: str, node: ScalarNode) -> _Render:
    line = _line(node)
    if not is_quoted(node) or "{{" not in node.value:
        return _constant(scalar(node), Cause(name, line, ()))
    parts = _EXPRESSION.split(node.value)
    if len(parts) == 3 and not parts[0].strip() and not parts[2].strip():
        return _native(name, line, _expression(name, line, parts[1]))
    pieces = [part if index % 2 == 0 else _expression(name, line, part) for index, part in enumerate(parts)]
    return _text(name, line, pieces)


def _expression(name: str, line: int, text: str) -> Evaluate:
    try:
        return compile_expression(text)
    except BadExpression as error:
        raise TemplateError(name, line, str(error)) from error


def _constant(value: Any, cause: Cause) -> _Render:
    def render(_values: Mapping[str, Any], path: FieldPath, sources: Sources) -> Any:
        sources[path] = cause
        return value

    return render


def _native(name: str, line: int, evaluate: Evaluate) -> _Render:
    def render(values: Mapping[str, Any], path: FieldPath, sources: Sources) -> Any:
        result = _evaluated(name, line, evaluate, values)
        if result.value is OMIT or result.value in _EMPTY:
            return OMIT
        sources[path] = Cause(name, line, result.sources, result.exact)
        if result.exact or not isinstance(result.value, dict | list | tuple):
            return result.value
        return _settled(result.value, path, name, line, sources)

    return render


def _text(name: str, line: int, pieces: list[str | Evaluate]) -> _Render:
    def render(values: Mapping[str, Any], path: FieldPath, sources: Sources) -> Any:
        text: list[str] = []
        origins: list[Source] = []
        for piece in pieces:
            if isinstance(piece, str):
                text.append(piece)
                continue
            result = _evaluated(name, line, piece, values)
            if isinstance(result.value, dict | list | tuple | bool) or result.value is OMIT or result.value is None:
                raise TemplateError(name, line, "only text and numbers can stand inside a text")
            text.append(str(result.value))
            origins.extend(result.sources)
        sources[path] = Cause(name, line, tuple(origins))
        return "".join(text)

    return render


def _evaluated(name: str, line: int, evaluate: Evaluate, values: Mapping[str, Any]) -> Derived:
    try:
        return evaluate(values)
    except BadExpression as error:
        raise TemplateError(name, line, str(error)) from error


def _settled(value: Any, path: FieldPath, name: str, line: int, sources: Sources) -> Any:
    """Plain data of a computed value, the sources of the Derived values inside it noted."""
    if isinstance(value, Derived):
        sources[path] = Cause(name, line, value.sources, value.exact)
        return value.value if value.exact else _settled(value.value, path, name, line, sources)
    if isinstance(value, dict):
        pairs = ((key, _settled(item, (*path, key), name, line, sources)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not OMIT}
    if isinstance(value, list | tuple):
        return [_settled(item, (*path, index), name, line, sources) for index, item in enumerate(value)]
    return value


def _entries(name: str, node: MappingNode) -> dict[str, Node]:
    """Key -> value; a key that is itself a mapping is an expression without its quotes."""
    for key, _ in node.value:
        if not isinstance(key, ScalarNode) or "{{" in key.value:
            raise TemplateError(name, _line(key), 'a key must be literal; an expression stands in quotes, "{{ x }}"')
    return {key.value: value for key, value in node.value}


def _mapping(name: str, node: MappingNode) -> _Render:
    entries = _entries(name, node)
    reserved = {key for key in entries if key.startswith("$")} - {"$if", "$merge"}
    if reserved:
        raise TemplateError(name, _line(node), f"{', '.join(sorted(reserved))} cannot stand here")
    condition = _optional(name, entries.pop("$if", None))
    merged = _optional(name, entries.pop("$merge", None))
    fields = [(key, _node(name, value)) for key, value in entries.items()]
    line = _line(node)

    def render(values: Mapping[str, Any], path: FieldPath, sources: Sources) -> Any:
        if condition is not None and not condition(values, path, sources):
            sources.pop(path, None)
            return OMIT
        result = {}
        for key, field in fields:
            value = field(values, (*path, key), sources)
            if value is not OMIT:
                result[key] = value
        if merged is not None:
            _merge(result, merged(values, path, sources), name, line)
        return OMIT if not result and (fields or merged is not None) and path else result

    return render


def _optional(name: str, node: Node | None) -> _Render | None:
    return None if node is None else _node(name, node)


def _merge(result: dict[str, Any], extra: Any, name: str, line: int) -> None:
    if extra is OMIT:
        return
    if not isinstance(extra, dict):
        raise TemplateError(name, line, "$merge needs a map")
    twice = sorted(result.keys() & extra.keys())
    if twice:
        raise TemplateError(name, line, f"$merge would set {', '.join(twice)} a second time")
    result.update(extra)


def _sequence(name: str, node: SequenceNode) -> _Render:
    items = [_item(name, item) for item in node.value]

    def render(values: Mapping[str, Any], path: FieldPath, sources: Sources) -> Any:
        result: list[Any] = []
        for item in items:
            item(values, path, sources, result)
        return OMIT if items and not result else result

    return render


def _item(name: str, node: Node) -> Callable[[Mapping[str, Any], FieldPath, Sources, list[Any]], None]:
    if isinstance(node, MappingNode) and "$for" in _entries(name, node):
        return _loop(name, node)
    body = _node(name, node)

    def render(values: Mapping[str, Any], path: FieldPath, sources: Sources, result: list[Any]) -> None:
        value = body(values, (*path, len(result)), sources)
        if value is not OMIT:
            result.append(value)

    return render


def _loop(name: str, node: MappingNode) -> Callable[[Mapping[str, Any], FieldPath, Sources, list[Any]], None]:
    entries = _entries(name, node)
    line = _line(node)
    if set(entries) != {"$for", "$in", "$do"}:
        raise TemplateError(name, line, "a loop has exactly $for, $in and $do")
    variables = [word.strip() for word in entries["$for"].value.split(",")]
    match = _EXPRESSION.fullmatch(entries["$in"].value.strip())
    if match is None or len(variables) > 2:
        raise TemplateError(name, line, '$in must be one "{{ expression }}", and $for one or two names')
    evaluate = _expression(name, line, match[1])
    body = _item(name, entries["$do"])

    def render(values: Mapping[str, Any], path: FieldPath, sources: Sources, result: list[Any]) -> None:
        collection = _evaluated(name, line, evaluate, values)
        for bound in _bindings(collection, variables, name, line):
            body({**values, **bound}, path, sources, result)

    return render


def _bindings(collection: Derived, variables: list[str], name: str, line: int) -> list[dict[str, Any]]:
    value = collection.value
    if value is OMIT:
        return []
    if len(variables) == 1 and isinstance(value, list | tuple):
        return [{variables[0]: collection.at(index)} for index in range(len(value))]
    if len(variables) == 2 and isinstance(value, dict):
        key, item = variables
        return [{key: Derived(word, collection.sources), item: collection.at(word)} for word in sorted(value)]
    raise TemplateError(name, line, "one name walks a list, two names walk a map")
