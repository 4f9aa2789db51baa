"""Rules: what becomes of each field of a foreign document; a table of them is walked beside the document.

A table names every field that its system has. `where` of a rule is a dotted path from the place that the table
writes to; each `^` in front of it goes one step up, `/` starts at the root of the spec.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.dialects.rewrite import Rewrite, dotted
from compiler.source import FieldPath

Table = Mapping[str, "Rule"]
Convert = Callable[[Any], Any]


class BadValue(ValueError):
    """Why a value cannot be converted."""


class Rule:
    """What becomes of one field."""

    __slots__ = ()

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Write the field's value to the spec, or say why not. `path` is where it is written, `base` where to."""
        raise NotImplementedError

    def tables(self) -> tuple[Table, ...]:
        """The tables for the fields inside; none if the rule speaks for all that is inside."""
        return ()


@dataclass(frozen=True, slots=True)
class Move(Rule):
    """The value is copied."""

    where: str
    """Where to, a dotted path below what the table writes to; empty for the same place."""
    convert: Convert | None = None
    """What changes it on the way; may raise BadValue."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Copy the value."""
        try:
            moved = value if self.convert is None else self.convert(value)
        except BadValue as reason:
            rewrite.wrong(path, f"{dotted(path)}: {reason}", "")
            return
        rewrite.put(goal(base, self.where), moved, path)


@dataclass(frozen=True, slots=True)
class Entries(Rule):
    """Each entry of a map is copied beside those that are there already, and wins over them."""

    where: str
    """Where to, a dotted path below what the table writes to; empty for the same place."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Copy the entries."""
        to = goal(base, self.where)
        for key, item in mapping(rewrite, value, path).items():
            rewrite.put((*to, key), item, (*path, key))


@dataclass(frozen=True, slots=True)
class Append(Rule):
    """Each item of a list is added to those that are there already."""

    where: str
    """Where to, a dotted path below what the table writes to; empty for the same place."""
    convert: Convert | None = None
    """What changes each value on the way; may raise BadValue."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Add the items."""
        to = goal(base, self.where)
        there = list(rewrite.at(to) or [])
        items = sequence(rewrite, value, path)
        traces = {(*to, len(there) + index): (*path, index) for index in range(len(items))}
        first = rewrite.trace.get(to, path)
        rewrite.put(to, [*there, *(item if self.convert is None else self.convert(item) for item in items)], first)
        rewrite.trace.update(traces)


@dataclass(frozen=True, slots=True)
class Into(Rule):
    """The fields of a map have a table of their own."""

    where: str
    """Where to, a dotted path below what the table writes to; empty for the same place."""
    table: Table
    """What becomes of the fields inside."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Walk the table inside."""
        to = goal(base, self.where)
        if not isinstance(value, Mapping):
            mapping(rewrite, value, path)
            return
        if to and rewrite.at(to) is None:
            rewrite.put(to, {}, path)
        walk(rewrite, self.table, value, path, to)

    def tables(self) -> tuple[Table, ...]:
        """The tables inside."""
        return (self.table,)


@dataclass(frozen=True, slots=True)
class Each(Rule):
    """The items of a list become the entries of a map, by one of their fields."""

    where: str
    """Where to, a dotted path below what the table writes to; empty for the same place."""
    key: str
    """The field whose value is the entry's key."""
    table: Table
    """For the item's fields; the one that is the key is left out."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Walk the table for each item."""
        to = goal(base, self.where)
        for name, item, inner in named(rewrite, value, path, self.key):
            if rewrite.at((*to, name)) is None:
                rewrite.put((*to, name), {}, inner)
            fields = {field: entry for field, entry in item.items() if field != self.key}
            walk(rewrite, self.table, fields, inner, (*to, name))

    def tables(self) -> tuple[Table, ...]:
        """The tables inside."""
        return ({**self.table, self.key: Move("")},)


@dataclass(frozen=True, slots=True)
class Inert(Rule):
    """A field that does nothing in its own system either: a warning."""

    why: str
    """Why it does nothing, as a sentence."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Warn."""
        rewrite.inert(path, self.why)


@dataclass(frozen=True, slots=True)
class Later(Rule):
    """A field with an effect at run time that cannot be expressed yet: an error, unless it is switched off."""

    what: str
    """What the field is for."""
    help: str = ""
    """What to do, where it is more than to remove the field."""
    switch: bool = False
    """True if the block does nothing unless its `enabled` is true."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Refuse it, or warn."""
        if self.switch and isinstance(value, Mapping) and value.get("enabled") is not True:
            rewrite.inert(path, "it is not enabled")
        else:
            rewrite.later(path, self.what, self.help)


@dataclass(frozen=True, slots=True)
class Old(Rule):
    """A field under an old name: a warning, and the rule of the new name."""

    now: str
    """The new name, beside the old one."""
    rule: Rule
    """The rule of the new name."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Warn, and apply the rule of the new name."""
        if rewrite.foreign(*path[:-1], self.now.partition(".")[0].removesuffix("[]")) is not None:
            rewrite.inert(path, f"{self.now} is written beside it")
            return
        rewrite.old(path, self.now)
        self.rule.apply(rewrite, value, path, base)

    def tables(self) -> tuple[Table, ...]:
        """The tables inside."""
        return self.rule.tables()


@dataclass(frozen=True, slots=True)
class Choose(Rule):
    """Which rule it is depends on the value."""

    pick: Callable[[Any], Rule]
    """The value -> its rule."""
    rules: tuple[Rule, ...]
    """Every rule that may be picked."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Apply the rule that is picked."""
        self.pick(value).apply(rewrite, value, path, base)

    def tables(self) -> tuple[Table, ...]:
        """The tables inside."""
        return tuple(table for rule in self.rules for table in rule.tables())


@dataclass(frozen=True, slots=True)
class Call(Rule):
    """What becomes of it is code."""

    do: Callable[[Rewrite, Any, FieldPath, FieldPath], None]
    """Takes what `apply` takes."""
    inside: tuple[Table, ...] = ()
    """The tables that the code walks."""

    def apply(self, rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        """Run the code."""
        self.do(rewrite, value, path, base)

    def tables(self) -> tuple[Table, ...]:
        """The tables inside."""
        return self.inside


def walk(rewrite: Rewrite, table: Table, value: Mapping[str, Any], path: FieldPath, base: FieldPath) -> None:
    """Apply the rules of a table, in its order, to the fields of a map; null is the same as not there."""
    for name, rule in table.items():
        if value.get(name) is not None:
            rule.apply(rewrite, value[name], (*path, name), base)
    for name in sorted(value.keys() - table.keys()):
        rewrite.unknown((*path, name), table)


def mapping(rewrite: Rewrite, value: Any, path: FieldPath) -> Mapping[str, Any]:
    """The value if it is a map; else an empty one, and a finding."""
    if isinstance(value, Mapping):
        return value
    rewrite.wrong(path, f"{dotted(path)} must be a map", "write its fields below it")
    return {}


def sequence(rewrite: Rewrite, value: Any, path: FieldPath) -> list[Any]:
    """The value if it is a list; else an empty one, and a finding."""
    if isinstance(value, list):
        return value
    rewrite.wrong(path, f"{dotted(path)} must be a list", "write its items below it, each behind a dash")
    return []


def named(
    rewrite: Rewrite, value: Any, path: FieldPath, key: str, default: str = ""
) -> list[tuple[str, Mapping[str, Any], FieldPath]]:
    """The items of a list of maps by one of their fields, with their paths; those without, or doubled, are findings."""
    found: dict[str, tuple[Mapping[str, Any], FieldPath]] = {}
    for index, item in enumerate(sequence(rewrite, value, path)):
        inner = (*path, index)
        fields = mapping(rewrite, item, inner)
        name = fields.get(key, default) if fields else ""
        if not isinstance(name, str) or not name:
            if fields:
                rewrite.wrong((*inner, key), f"{dotted(inner)} has no {key}", f"add {key}")
        elif name in found:
            rewrite.wrong((*inner, key), f"{dotted(path)} has two items with {key} {name}", "rename or remove one")
        else:
            found[name] = (fields, inner)
    return [(name, fields, inner) for name, (fields, inner) in found.items()]


def number(value: Any) -> Any:
    """A number that was written as text, `"0.7"`; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return int(value) if value.lstrip("+-").isdecimal() else _finite(float(value))
    except ValueError:
        raise BadValue(f"{value[:40]} is not a number") from None


def _finite(value: float) -> float:
    if value - value != 0:
        raise ValueError
    return value


def goal(base: FieldPath, where: str) -> FieldPath:
    """The place that a rule's `where` means below a place."""
    if where.startswith("/"):
        base, where = ("spec",), where[1:]
    while where.startswith("^"):
        base, where = base[:-1], where[1:]
    return (*base, *where.split(".")) if where else base
