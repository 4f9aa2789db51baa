"""Edit: one word of a file and what to write in its place, so that a machine can mend a mistake."""

from dataclasses import dataclass, replace

from compiler.span import Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """One replacement; everything around the span stays as it is."""

    span: Span
    """What is replaced."""
    old: str
    """The word that stands there, without quotes: where another is found, the edit is not made."""
    new: str
    """What to write there."""

    def __str__(self) -> str:
        """`a.yaml:4:1: facade -> facades`."""
        old = f'"{self.old}"' if self.span.width == len(self.old) + 2 else self.old
        return f"{self.span}: {old} -> {self.new}"


def reworded(span: Span, old: str, new: str, start: int = 0, whole: str = "") -> Edit | None:
    """The edit of a scalar whose text has the word `old` at `start`; `whole` is all of the text, if it is more.

    Quotes around the scalar stay. None if the scalar is not written as its plain text: escapes, several lines.
    """
    text = whole or old
    if span.width not in (len(text), len(text) + 2):
        return None
    quote = (span.width - len(text)) // 2
    return Edit(replace(span, column=span.column + quote + start, width=len(old)), old, new)
