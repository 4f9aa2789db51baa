"""Span: the place in a file that a fact came from."""

import re
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""Where a line ends for YAML, which counts the lines that spans speak of."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A run of characters on one line of one file of the tree."""

    path: str
    """Path from the tree's root, with forward slashes."""
    line: int
    """Line, the first is 1."""
    column: int
    """Column, the first is 1."""
    width: int = 1
    """How many characters to underline, at least 1."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
