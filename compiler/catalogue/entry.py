"""Entry: what is to be said of one code beyond the single finding."""

from dataclasses import dataclass

from compiler.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the catalogue."""

    code: str
    """`R0203`; a code never changes its meaning, and is never used again."""
    name: str
    """A short name, unique, `unknown-reference`."""
    severity: Severity
    """How bad it is, or, where it depends on who chose the value, how bad at worst."""
    title: str
    """What is wrong, in a few words."""
    explanation: str
    """Why it is refused: what would happen otherwise."""
    remedy: str
    """How to mend it. An example of the mistake and of its mend lies in `examples/CODE.yaml`."""


def error(code: str, name: str, title: str, explanation: str, remedy: str) -> Entry:
    """An entry that stops what it touches."""
    return Entry(code, name, Severity.ERROR, title, explanation, remedy)


def warning(code: str, name: str, title: str, explanation: str, remedy: str) -> Entry:
    """An entry that stops nothing."""
    return Entry(code, name, Severity.WARNING, title, explanation, remedy)
