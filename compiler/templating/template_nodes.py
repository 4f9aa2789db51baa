"""Template nodes: what stands at one place of a template -> the function that makes the value there."""

from collections.abc import Callable
from typing import Any

from compiler.source import Cause, Derived, FieldPath, Source
from compiler.templating.bad_expression import BadExpression
from compiler.templating.expression import OMIT, Expression
from compiler.templating.filters import word
from compiler.templating.template import Filling, Mishap, Render, Spot, Values

Items = Callable[[Values, FieldPath, Filling, list[Any]], None]
"""Adds the items that one place of a list makes to those before them."""
_COLLECTIONS = frozenset((dict, list, tuple))


def constant(value: Any, cause: Cause) -> Render:
    """A value that is the same for every object."""

    def render(_values: Values, path: FieldPath, filling: Filling) -> Any:
        filling.sources[path] = cause
        return value

    return render


def native(spot: Spot, expression: Expression) -> Render:
    """What one expression yields, of whatever type; nothing where it is empty."""
    template, line = spot.template, spot.line

    def render(values: Values, path: FieldPath, filling: Filling) -> Any:
        result = _evaluated(spot, expression, values, filling)
        if result is None:
            return OMIT
        value = result.value
        many = type(value) in _COLLECTIONS
        if value is OMIT or (many and not value):
            return OMIT
        filling.sources[path] = Cause(template, line, result.sources, result.exact)
        return _settled(value, path, spot, filling) if many and not result.exact else value

    return render


def text_of(whole: Spot, pieces: list[str | tuple[Spot, Expression]]) -> Render:
    """A text of literal pieces and of what expressions yield."""

    def render(values: Values, path: FieldPath, filling: Filling) -> Any:
        text: list[str] = []
        origins: list[Source] = []
        for piece in pieces:
            if isinstance(piece, str):
                text.append(piece)
                continue
            spot, expression = piece
            result = _evaluated(spot, expression, values, filling)
            if result is None:
                return OMIT
            try:
                text.append(word(result.value))
            except BadExpression as error:
                filling.mishaps.append(spot.mishap(error.code, error.message, error.help, result.sources))
                return OMIT
            filling.meter.weigh(text[-1])
            origins.extend(result.sources)
        filling.sources[path] = Cause(whole.template, whole.line, tuple(origins))
        return "".join(text)

    return render


def text_file(spot: Spot, name: str) -> Render:
    """The text of a file, filled in with the same values."""

    def render(values: Values, path: FieldPath, filling: Filling) -> Any:
        text = filling.texts(name)
        try:
            result = text.expression.evaluate(values, filling.meter)
        except BadExpression as error:
            filling.mishaps.append(Mishap(name, text.problem(error), text.expression.sources(values)))
            if filling.meter.left < 0:
                raise
            return OMIT
        filling.sources[path] = Cause(name, 1, result.sources)
        return result.value

    return render


def mapping(condition: Render | None, fields: list[tuple[str, Render]], merged: tuple[Spot, Render] | None) -> Render:
    """A map of fields, dropped unless the condition holds, with the keys of another one added."""

    filled = bool(fields or merged)

    def render(values: Values, path: FieldPath, filling: Filling) -> Any:
        if condition is not None:
            holds = condition(values, path, filling)
            if holds is OMIT or not holds:
                filling.sources.pop(path, None)
                return OMIT
        result = {}
        for key, field in fields:
            value = field(values, (*path, key), filling)
            if value is not OMIT:
                result[key] = value
        if merged is not None:
            _merge(result, merged[1](values, path, filling), merged[0], filling)
        return OMIT if not result and filled and path else result

    return render


def _merge(result: dict[str, Any], extra: Any, spot: Spot, filling: Filling) -> None:
    if extra is OMIT:
        return
    if not isinstance(extra, dict):
        filling.mishaps.append(spot.mishap("R0803", "$merge needs a map"))
        return
    twice = sorted(result.keys() & extra.keys())
    if twice:
        message = f"$merge would set {', '.join(twice)} a second time"
        filling.mishaps.append(spot.mishap("R0803", message, "remove it here, or from what is merged"))
    filling.meter.charge(len(extra))
    result.update(extra)


def sequence(items: list[Items]) -> Render:
    """A list of what its items yield, each none, one or several."""

    def render(values: Values, path: FieldPath, filling: Filling) -> Any:
        result: list[Any] = []
        for item in items:
            item(values, path, filling, result)
        return OMIT if items and not result else result

    return render


def one(body: Render) -> Items:
    """The one item that a node makes, or none."""

    def render(values: Values, path: FieldPath, filling: Filling, result: list[Any]) -> None:
        value = body(values, (*path, len(result)), filling)
        if value is not OMIT:
            result.append(value)

    return render


def loop(spot: Spot, expression: Expression, variables: list[str], body: Items, steps: int) -> Items:
    """The items that the body makes for each element; `steps` is what one element costs."""

    def render(values: Values, path: FieldPath, filling: Filling, result: list[Any]) -> None:
        collection = _evaluated(spot, expression, values, filling)
        if collection is None:
            return
        bindings = _bindings(collection, variables)
        if bindings is None:
            message = "one name walks a list, two names walk a map"
            filling.mishaps.append(spot.mishap("R0803", message, "", collection.sources))
            return
        if len(bindings) * steps > filling.meter.left:
            filling.mishaps.append(spot.exhausted(collection.sources))
        filling.meter.charge(len(bindings) * steps)
        for bound in bindings:
            body({**values, **bound}, path, filling, result)

    return render


def _bindings(collection: Derived, variables: list[str]) -> list[dict[str, Any]] | None:
    value = collection.value
    if value is OMIT:
        return []
    if len(variables) == 1 and isinstance(value, list | tuple):
        return [{variables[0]: collection.at(index)} for index in range(len(value))]
    if len(variables) == 2 and isinstance(value, dict):
        key, item = variables
        return [{key: Derived(word, collection.sources), item: collection.at(word)} for word in sorted(value)]
    return None


def _evaluated(spot: Spot, expression: Expression, values: Values, filling: Filling) -> Derived | None:
    """What an expression yields; None, the mishap noted, if it cannot be evaluated. Raises Exhausted."""
    try:
        return expression.evaluate(values, filling.meter)
    except BadExpression as error:
        filling.mishaps.append(spot.mishap(error.code, error.message, error.help, expression.sources(values)))
        if filling.meter.left < 0:
            raise
        return None


def _settled(value: Any, path: FieldPath, spot: Spot, filling: Filling) -> Any:
    """Plain data of a computed value, the sources of the Derived values inside it noted."""
    kind = type(value)
    if kind is Derived:
        filling.sources[path] = Cause(spot.template, spot.line, value.sources, value.exact)
        return value.value if value.exact else _settled(value.value, path, spot, filling)
    if kind is dict:
        filling.meter.charge(len(value))
        result = {}
        for key, item in value.items():
            plain = item if type(item) in _PLAIN else _settled(item, (*path, key), spot, filling)
            if plain is not OMIT:
                result[key] = plain
        return result
    if kind is list or kind is tuple:
        filling.meter.charge(len(value))
        return [
            item if type(item) in _PLAIN else _settled(item, (*path, index), spot, filling)
            for index, item in enumerate(value)
        ]
    return value


_PLAIN = frozenset((str, int, bool, float, type(None)))
