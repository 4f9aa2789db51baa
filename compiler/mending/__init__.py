"""Mending: diagnostics whose mend is certain -> files in which it is done."""
