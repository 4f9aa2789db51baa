"""Dialects: a layer that holds documents of another system -> the layer with ours in their place, one file per system."""

from collections.abc import Callable

from compiler.diagnostic import Diagnostic
from compiler.layer import Layer

Dialect = Callable[[Layer], tuple[Layer, tuple[Diagnostic, ...]]]

DIALECTS: tuple[Dialect, ...] = ()
