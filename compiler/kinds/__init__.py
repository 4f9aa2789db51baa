"""Kinds: one module each; this table is the only list of them. A kind sees what the kinds above it export."""

from importlib import import_module

from compiler.kind import Kind

_MODULES = (
    "environment",
    "provider",
    "prompt_pack",
    "tool_registry",
    "agent",
)


def _kind(module: str) -> Kind:
    kind: Kind = import_module(f"{__name__}.{module}").KIND
    return kind


KINDS: dict[str, Kind] = {kind.name: kind for kind in map(_kind, _MODULES)}
