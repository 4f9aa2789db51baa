"""Translate: a reading -> the same with the documents of other systems turned into ours, by their dialects."""

from dataclasses import replace

from compiler.diagnostic import Diagnostic
from compiler.dialects import DIALECTS, Dialect
from compiler.document import Document
from compiler.layer import Layer, Reading
from compiler.memo import Memo


def translate(reading: Reading, memo: Memo) -> tuple[Reading, tuple[Diagnostic, ...]]:
    """The reading in our own words; each dialect takes the documents of its API group, layer by layer."""
    diagnostics: list[Diagnostic] = []
    layers: list[Layer] = []
    for layer in reading.layers:
        for dialect in DIALECTS:
            layer, found = memo.of(_translated, dialect, layer.folder, layer.environment, layer.specs, layer.objects)
            diagnostics += found
        layers.append(layer)
    return replace(reading, layers=tuple(layers)), tuple(diagnostics)


def _translated(
    dialect: Dialect,
    folder: str,
    environment: Document | None,
    specs: tuple[Document, ...],
    objects: tuple[Document, ...],
) -> tuple[Layer, tuple[Diagnostic, ...]]:
    return dialect(Layer(folder, environment, specs, objects))
