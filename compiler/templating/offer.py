"""Offer: the path of a template -> the names that it may use, and what each of them is."""

from collections.abc import Mapping

from compiler.kinds import KINDS

FACTS: Mapping[str, str] = {
    "name": "the name of the spec that the object serves",
    "namespace": "the namespace of the environment",
    "environment": "the environment's spec: `roster explain Environment`",
}
"""What every template may use beside its own values, and what it is."""


def leading(folder: str) -> str:
    """The template of a kind whose values more templates of the fleet see, by the folder of the kind's templates."""
    for kind in KINDS.values():
        first = next(iter(kind.templates), "")
        if first.partition("/")[0] == folder:
            return first
    return ""


def offer(path: str) -> Mapping[str, str]:
    """What a template may use: a name, or a dotted path into a computed map, and what it is; `?` behind it where not
    every object has it."""
    for kind in KINDS.values():
        if path in kind.templates:
            return {**FACTS, **kind.templates[path]}
    first = leading(path.partition("/")[0])
    return offer(first) if first and first != path else FACTS


def offered(path: str) -> Mapping[str, frozenset[str]]:
    """The names alone; with each the keys of a computed map, none for any other value."""
    names: dict[str, set[str]] = {"omit": set()}
    for name in offer(path):
        root, *steps = name.rstrip("?").split(".")
        names.setdefault(root, set()).update(steps[:1])
    return {name: frozenset(keys) for name, keys in names.items()}
