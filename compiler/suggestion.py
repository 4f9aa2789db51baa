"""Suggestion: the known word that an unknown one was probably meant to be."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CLOSE_ENOUGH = 60.0
"""Similarity in percent from which a guess helps more than it misleads."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or an empty text when nothing known is close."""
    best = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    return f"did you mean {best[0]}?" if best else ""
