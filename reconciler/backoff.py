"""Backoff: one failure after another in, how many seconds to wait before the next attempt out."""

import random


class Backoff:
    """Waits that double up to a limit, each shortened by chance so that many loops do not knock at once."""

    def __init__(self, first: float = 1.0, most: float = 60.0) -> None:
        """Seconds of the first wait, and of the longest."""
        self._first = first
        self._most = most
        self._failures = 0

    @property
    def failures(self) -> int:
        """How many attempts have failed in a row."""
        return self._failures

    def failed(self) -> float:
        """Count a failure; the seconds to wait now, between half and all of the full wait."""
        full = min(self._most, self._first * 2.0**self._failures)
        self._failures = min(self._failures + 1, 30)
        return full * (0.5 + random.random() / 2)

    def succeeded(self) -> None:
        """Start from the first wait again."""
        self._failures = 0
