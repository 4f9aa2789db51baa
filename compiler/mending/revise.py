"""Revise: the bytes of a file and edits of it -> the bytes with the edits made, all of them or none."""

from collections.abc import Iterable

from compiler.mending.edit import Edit
from compiler.span import LINE_END

_MARK = "\ufeff"
_QUOTES = "\"'"


def revise(content: bytes, edits: Iterable[Edit]) -> bytes | None:
    """The file with the edits made; None if it is no text, if two overlap, or if another word stands there."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    starts = [0, *(found.end() for found in LINE_END.finditer(text))]
    after = len(text)
    for edit in sorted(set(edits), reverse=True):
        if edit.span.line > len(starts):
            return None
        start = starts[edit.span.line - 1] + edit.span.column - 1
        end = start + edit.span.width
        if end > after or text[start:end].strip(_QUOTES) != edit.old:
            return None
        text, after = text[:start] + edit.new + text[end:], start
    return (mark + text).encode()
