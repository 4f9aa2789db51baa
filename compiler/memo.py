"""Memo: a pure function and its input -> what it gives, without working it out where an earlier round did so already.

Input is the same if it compares as the same: texts and bytes by value; what a stage hands on (Document, Layered,
Declaration, Scope, Product) by identity. So where a round reads what the last one read, it gets the same documents, and
from the same documents the same declarations, down to the objects: only what changed is worked out, and what depends on
it. Nobody keeps a list of dependencies: a function depends on its input and on nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, TypeVarTuple

Item = TypeVar("Item")
R = TypeVar("R")
Inputs = TypeVarTuple("Inputs")
_BLOCK = 32
"""Items that are asked for at once: to look one up takes longer than many a stage needs to pass it on."""
_LEAST = 1000
"""Results that are too few to be sifted."""


def blocks(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """The items in their order, some at a time."""
    return (tuple(items[start : start + _BLOCK]) for start in range(0, len(items), _BLOCK))


class Memo:
    """What pure functions gave in this round and in earlier ones. What they give is shared: nobody changes it.

    What no round asks for any more is forgotten, though not at once: to sift results costs more than to keep a few.
    """

    __slots__ = ("_before", "_known", "_sifted")

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[tuple[Any, ...], Any] = {}
        self._before: dict[tuple[Any, ...], Any] = {}
        """While a round sifts: what it has not asked for yet."""
        self._sifted = 0
        """How many were left when they were last sifted."""

    def of(self, work: Callable[[*Inputs], R], *inputs: *Inputs) -> R:
        """What `work`, a pure function of a module, gives for an input that can be hashed."""
        key = (work, *inputs)
        try:
            found: R = self._known[key]
        except KeyError:
            found = self._before[key] if key in self._before else work(*inputs)
            self._known[key] = found
        return found

    def each(self, work: Callable[[Item, *Inputs], R], items: Sequence[Item], *inputs: *Inputs) -> tuple[R, ...]:
        """What `work` gives for each item; the inputs behind it are the same for all."""
        return tuple([result for block in blocks(items) for result in self.nested(_block, work, block, inputs)])

    def nested(self, work: "Callable[[Memo, *Inputs], R]", *inputs: *Inputs) -> R:
        """What `work` gives, which asks the memo in turn: a pure function all the same."""
        key = (Memo.nested, work, *inputs)
        try:
            found: R = self._known[key]
        except KeyError:
            # Anew while a round sifts: else nobody would ask for what it asks for, and that would be forgotten.
            found = self._known[key] = work(self, *inputs)
        return found

    def amended(self, work: Callable[[R | None, *Inputs], R], *inputs: *Inputs) -> R:
        """What `work` makes of an input and of what it gave last, None if it gave nothing yet: for what takes long to
        make and little to amend. What it gives depends on the input alone, however it came about."""
        key = (Memo.amended, work)
        result = self._known[key] = work(self._known.get(key, self._before.get(key)), *inputs)
        return result

    def end_round(self, *, whole: bool) -> None:
        """Say that a round is over, and whether it asked for all that there is: one that ends early, at mistakes, did
        not ask for what will be wanted again once they are mended."""
        if whole and (self._before or not self._sifted):
            self._before, self._sifted = {}, len(self._known)
        elif len(self._known) > _LEAST + self._sifted * 3 // 2:
            # While it sifts already, no round was whole for long: what none of them asked for is given up.
            self._before, self._known = self._known, {}


def _block(
    memo: Memo, work: Callable[[Item, *Inputs], R], items: tuple[Item, ...], inputs: tuple[*Inputs]
) -> tuple[R, ...]:
    """What `work` gives for some items; the memo is no input, it spares those that are known."""
    return tuple([memo.of(work, item, *inputs) for item in items])
