"""Deciding: what is to be done with one object, and whose a contested field is; no I/O and no clock."""
