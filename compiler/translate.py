"""Translate: a reading -> the same with the documents of other systems turned into ours, by their dialects."""

from dataclasses import replace

from compiler.diagnostic import Diagnostic
from compiler.dialects import DIALECTS
from compiler.layer import Reading


def translate(reading: Reading) -> tuple[Reading, tuple[Diagnostic, ...]]:
    """The reading in our own words; each dialect takes the documents of its API group, layer by layer."""
    diagnostics: list[Diagnostic] = []
    layers = reading.layers
    for dialect in DIALECTS:
        translated = [dialect(layer) for layer in layers]
        layers = tuple(layer for layer, _ in translated)
        diagnostics += [finding for _, findings in translated for finding in findings]
    return replace(reading, layers=layers), tuple(diagnostics)
