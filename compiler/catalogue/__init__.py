"""Catalogue: every code that a diagnostic can have, with what there is to say of it; one file for each stage."""

from collections.abc import Mapping

from compiler.catalogue import allowances, dialects, files, kinds, layers, objects, patches, references, specs
from compiler.catalogue.entry import Entry

CATALOGUE: Mapping[str, Entry] = {
    entry.code: entry
    for stage in (files, references, specs, layers, kinds, objects, dialects, patches, allowances)
    for entry in stage.ENTRIES
}
"""Code -> entry, in order of the codes."""
