"""Memo: a pure function and its input -> what it gives, without working it out where the last round did so already.

Input is the same if it compares as the same: texts and bytes by value; what a stage hands on (Document, Layered,
Declaration, Scope, Product) by identity. So where a round reads what the last one read, it gets the same documents, and
from the same documents the same declarations, down to the objects: only what changed is worked out, and what depends on
it. Nobody keeps a list of dependencies: a function depends on its input and on nothing else.
"""

from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

R = TypeVar("R")
Inputs = TypeVarTuple("Inputs")


class Memo:
    """What pure functions gave in this round and in the last whole one. What they give is shared: nobody changes it."""

    __slots__ = ("_before", "_now")

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._before: dict[tuple[Any, ...], Any] = {}
        self._now: dict[tuple[Any, ...], Any] = {}

    def of(self, work: Callable[[*Inputs], R], *inputs: *Inputs) -> R:
        """What `work`, a pure function of a module, gives for an input that can be hashed."""
        key = (work, *inputs)
        found = self._now.get(key, self)
        if found is self:
            found = self._before.get(key, self)
            if found is self:
                found = work(*inputs)
            self._now[key] = found
        result: R = found
        return result

    def end_round(self, *, whole: bool) -> None:
        """Forget what this round did not ask for; all is kept while rounds end early, at mistakes, as after their mend
        it will be asked for again."""
        self._before = self._now if whole else {**self._before, **self._now}
        self._now = {}
