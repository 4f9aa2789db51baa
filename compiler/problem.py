"""Problem and Place: what is wrong in one file, and where, before anybody knows what the file is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a file cannot be read."""

    code: str
    """Code in the catalogue, `R0104`."""
    message: str
    """The fact, as a sentence without a full stop."""
    line: int
    """Line, the first is 1."""
    column: int
    """Column, the first is 1."""
    width: int = 1
    """How many characters are meant."""
    help: str = ""
    """How to mend it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands in its file."""

    line: int
    """Line, the first is 1."""
    column: int
    """Column, the first is 1."""
    width: int
    """Characters on that line, at least 1."""
