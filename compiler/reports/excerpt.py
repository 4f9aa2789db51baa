"""Excerpt: a tree and a span -> the line to print and where to underline it; a Secret's values are never shown."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from posixpath import dirname

from compiler.mask import HIDDEN, mask_line
from compiler.span import LINE_END, Span
from compiler.symlink import followed
from compiler.tree import Tree

WIDEST = 140
"""Longest piece of a line that is printed, in characters; of a longer one the part around the span."""
_LARGEST = 1024 * 1024
"""Largest file of which lines are shown, in bytes: of one that is refused for its size, no line says anything."""
_BOUNDARY = re.compile(r"^---(\s|$)")
_SECRET = re.compile(r"\bkind\b.{0,20}?\bSecret(List)?\b", re.DOTALL)
_HARMLESS = re.compile(r"\s*(-\s+)?(apiVersion|kind|metadata|name|type)\s*:\s*[\w./-]*\s*$")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line of source, ready to print."""

    text: str
    """The line, without control characters and credentials."""
    offset: int
    """Columns of the terminal before the underlined part."""
    width: int
    """Columns of the underlined part, at least 1."""


def excerpt(tree: Tree, span: Span) -> Excerpt | None:
    """The line that a span is on; None if it may or can not be shown: no such file, no text, a Secret's value."""
    lines = _lines(tree, span.path)
    if not 1 <= span.line <= len(lines):
        return None
    line = lines[span.line - 1]
    if _is_secret(lines, span.line) and not _HARMLESS.match(line):
        return None
    return _cropped(printable(line), span.column - 1, span.width)


def printable(text: str) -> str:
    """The text without characters that would steer a terminal: a file of the repository must not move the cursor."""
    return "".join(" " if character == "\t" else character if _is_shown(character) else "\ufffd" for character in text)


@lru_cache(maxsize=4096)
def _is_shown(character: str) -> bool:
    is_one = ord(character) & 0xFFFE != 0xFFFE  # the others are no characters, and no XML may hold them
    return is_one and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _lines(tree: Tree, path: str) -> list[str]:
    try:
        content = tree.read(_behind(tree, path))
        text = "" if len(content) > _LARGEST else content.decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return []
    return LINE_END.split(text.removeprefix("\ufeff")) if text else []


def _behind(tree: Tree, path: str) -> str:
    """The file that a link of the tree leads to; the path itself, where it is none that can be followed."""
    links = (entry for entry in tree.entries(dirname(path)) if entry.path == path and entry.link is not None)
    link = next(links, None)
    file, _ = (None, ()) if link is None else followed(tree, link)
    return path if file is None else file.path


def _is_secret(lines: list[str], number: int) -> bool:
    """Whether the document around a line is a Secret, judged without parsing, for it may not be well formed."""
    starts = [index for index, line in enumerate(lines) if _BOUNDARY.match(line)]
    first = max((index for index in starts if index < number), default=0)
    after = min((index for index in starts if index >= number), default=len(lines))
    return _SECRET.search("\n".join(lines[first:after])) is not None


def _cropped(line: str, start: int, width: int) -> Excerpt:
    shown = mask_line(line)
    if shown != line:
        start, width = _moved(line, shown, start, width)
    start = min(start, len(shown))
    left = max(0, min(start - WIDEST // 4, len(shown) - WIDEST))
    piece = shown[left : left + WIDEST]
    front, back = "… " if left else "", " …" if left + WIDEST < len(shown) else ""
    under = shown[start : min(start + width, left + WIDEST)]
    return Excerpt(f"{front}{piece}{back}".rstrip(), _columns(front + shown[left:start]), max(1, _columns(under)))


def _moved(line: str, shown: str, start: int, width: int) -> tuple[int, int]:
    """Where to underline once something before or inside the span was masked."""
    same = next((index for index, pair in enumerate(zip(line, shown, strict=False)) if pair[0] != pair[1]), len(shown))
    if start + width <= same:
        return start, width
    return (start, same + len(HIDDEN) - start) if start < same else (same, len(HIDDEN))


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes; Chinese and its like take two a character."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
