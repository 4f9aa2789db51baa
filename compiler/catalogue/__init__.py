"""Catalogue: every code that a diagnostic can have, with what there is to say of it; one file for each stage."""

from collections.abc import Mapping

from compiler.catalogue import (
    allowances,
    clusters,
    dialects,
    files,
    kinds,
    layers,
    objects,
    patches,
    references,
    specs,
    templates,
    workloads,
)
from compiler.catalogue.entry import Entry

_STAGES = (
    files,
    references,
    specs,
    layers,
    kinds,
    objects,
    workloads,
    clusters,
    dialects,
    templates,
    patches,
    allowances,
)

CATALOGUE: Mapping[str, Entry] = {
    entry.code: entry
    for entry in sorted((entry for stage in _STAGES for entry in stage.ENTRIES), key=lambda entry: entry.code)
}
"""Code -> entry, in order of the codes."""
