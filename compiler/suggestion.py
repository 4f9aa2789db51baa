"""Suggestion: the known word that an unknown one was probably, or certainly, meant to be."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from compiler.mending.edit import Edit, reworded
from compiler.span import Span

_CLOSE_ENOUGH = 60.0
"""Similarity in percent from which a guess helps more than it misleads."""
_LISTED = 12
"""How many words a person reads before the list becomes noise."""
_SHORTEST_SLIP = 3
"""Characters that a word needs for a slip to be told from another word."""


def listed(known: Iterable[str], none: str = "none") -> str:
    """The known words, sorted; of very many the first, and how many more there are."""
    words = sorted(known)
    more = len(words) - _LISTED
    return ", ".join(words[:_LISTED]) + (f" and {more:,} more" if more > 0 else "") or none


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like it, of several the first by alphabet; empty when nothing known is close."""
    close = process.extract(word, tuple(known), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH, limit=None)
    return min((item for item, score, _ in close if score == close[0][1]), default="")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or an empty text when nothing known is close."""
    return meant(nearest(word, known))


def meant(best: str) -> str:
    """The same for a word that is known to be near; an empty text for an empty one."""
    return f"did you mean {best}?" if best else ""


def misspelt(word: str, known: Iterable[str]) -> str:
    """The only known word that it is a slip of the keyboard for; empty if it is none, or if several are near.

    A slip is a letter too few or too many, two letters swapped, or a capital. Another letter in the place of one may
    be another name (`team-a`, `team-b`), and so may another digit.
    """
    near = process.extract(word, tuple(known), scorer=OSA.distance, score_cutoff=2, limit=2)
    if len(near) != 1 or len(word) < _SHORTEST_SLIP:
        return ""
    meant, distance, _ = near[0]
    return meant if distance == 1 and _is_slip(word, meant) else ""


def slip(span: Span, word: str, known: Iterable[str], start: int = 0, whole: str = "") -> Edit | None:
    """The edit that writes what a word was certainly meant to be; it begins at `start` of the `whole` scalar."""
    meant = misspelt(word, known)
    return reworded(span, word, meant, start, whole) if meant else None


def _is_slip(word: str, meant: str) -> bool:
    same_letters = len(word) != len(meant) or sorted(word.lower()) == sorted(meant.lower())
    return same_letters and _digits(word) == _digits(meant)


def _digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))
