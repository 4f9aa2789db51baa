"""Suggestion: the known word that an unknown one was probably meant to be."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CLOSE_ENOUGH = 60.0
"""Similarity in percent from which a guess helps more than it misleads."""


_LISTED = 12
"""How many words a person reads before the list becomes noise."""


def listed(known: Iterable[str], none: str = "none") -> str:
    """The known words, sorted; of very many the first, and how many more there are."""
    words = sorted(known)
    more = len(words) - _LISTED
    return ", ".join(words[:_LISTED]) + (f" and {more:,} more" if more > 0 else "") or none


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or an empty text when nothing known is close."""
    best = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    return f"did you mean {best[0]}?" if best else ""
