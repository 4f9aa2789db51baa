"""Mismatch and Difference: committed files that are not what the specs compile to, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that differs."""

    path: str
    """The file, below the folder."""
    lines: tuple[str, ...]
    """What differs first, the file's value before the specs'; holds no credential."""
    cause: str
    """Why it differs, as far as the manifest and the source map can tell."""
    remedy: str
    """What to do about it; `{command}` stands for the command that compiles."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A folder that does not hold what the specs compile to."""

    paths: tuple[str, ...]
    """The files that differ, at least one."""
    first: Difference
    """What is to be said of the first of them."""
