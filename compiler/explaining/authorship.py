"""Authorship: who wrote a line, and with which commit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authorship:
    """The last change of one line."""

    commit: str
    """Short name of the commit; empty if the line is not committed yet."""
    date: str
    """Day of the change by its author's clock, `2026-10-09`; empty if it is not committed yet."""
    name: str
    """The author's name, or `not committed`."""
