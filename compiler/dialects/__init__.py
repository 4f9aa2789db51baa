"""Dialects: a layer with documents of another system -> the layer with ours in their place; one file a system."""

from collections.abc import Callable

from compiler.diagnostic import Diagnostic
from compiler.dialects.omnia import omnia
from compiler.layer import Layer

Dialect = Callable[[Layer], tuple[Layer, tuple[Diagnostic, ...]]]

DIALECTS: tuple[Dialect, ...] = (omnia,)
