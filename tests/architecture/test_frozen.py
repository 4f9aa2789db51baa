"""Only frozen values pass between stages."""

import ast
from collections.abc import Iterator

from compiler.spec import Shape
from tests.architecture.source_files import Module, is_dataclass, modules

MUTABLE = {
    "compiler/yaml_reader.py: _Builder": "counts nodes and aliases while one file is read; never leaves the module",
}
"""Dataclasses that may change, and why."""
GROWING = ("list", "dict", "set", "bytearray", "defaultdict", "deque")
GROWING_FIELDS = {
    "compiler/yaml_reader.py: _Builder": MUTABLE["compiler/yaml_reader.py: _Builder"],
}
"""Classes with a field that can grow, and why."""


def dataclasses() -> Iterator[tuple[Module, ast.ClassDef, ast.expr]]:
    for found in modules():
        for node in found.classes:
            decorator = is_dataclass(node)
            if decorator is not None:
                yield found, node, decorator


def options(decorator: ast.expr) -> dict[str | None, bool]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return {item.arg: bool(isinstance(item.value, ast.Constant) and item.value.value) for item in keywords}


def test_every_noun_is_frozen_and_has_slots() -> None:
    loose = [
        f"{found.path}: {node.name}"
        for found, node, decorator in dataclasses()
        if not (options(decorator).get("frozen") and options(decorator).get("slots"))
    ]
    assert [name for name in loose if name not in MUTABLE] == []


def test_no_noun_holds_what_can_grow() -> None:
    growing = [
        f"{found.path}: {node.name}"
        for found, node, _ in dataclasses()
        for field in node.body
        if isinstance(field, ast.AnnAssign) and is_growing(field.annotation) and not node.name.startswith("_")
    ]
    assert [name for name in growing if name not in GROWING_FIELDS] == []


def is_growing(annotation: ast.expr) -> bool:
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(outer, ast.Name) and outer.id in GROWING


def test_specs_are_frozen_and_refuse_what_they_do_not_know() -> None:
    def below(shape: type[Shape]) -> Iterator[type[Shape]]:
        yield shape
        for inner in shape.__subclasses__():
            yield from below(inner)

    from compiler.kinds import KINDS

    assert len(KINDS) >= 5
    for shape in below(Shape):
        assert shape.model_config.get("frozen") is True, shape
        assert shape.model_config.get("extra") == "forbid", shape
