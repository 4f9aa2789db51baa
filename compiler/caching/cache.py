"""Cache: what a compile read, and what came of it -> the same result without compiling, while nothing it read changes.

A compile is a pure function of what it reads of its tree and of the compiler itself. So a result is good for every tree
that agrees with all that was read, look-ups that found nothing included; nobody keeps a list of dependencies.
"""

from collections.abc import Callable
from typing import Protocol

from compiler.caching.footprint import Footprint, WatchedTree
from compiler.compiled import Compiled
from compiler.memo import Memo
from compiler.tree import Tree

Question = tuple[str, ...]
"""What is to be worked out of a tree, in words: the environment's name, and whatever else the result depends on."""


Work = Callable[[Tree, Memo], Compiled]
"""What is made of a tree: it may depend on the tree and the question alone; the memo only spares it work."""


class Cache(Protocol):
    """Remembers results. May forget any of them; never answers with one that does not hold."""

    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """A result that holds for the tree, if one is remembered; `fresh` compiles anew what was not kept of it."""
        ...

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Remember a result, and the footprint of the tree that it holds for."""
        ...

    def memo(self, question: Question) -> Memo:
        """What is left of working out the same question of an earlier tree."""
        ...


def remembered(cache: Cache, question: Question, tree: Tree, work: Work) -> Compiled:
    """What `work` makes of a tree, from the cache where it can be."""
    found = cache.recall(question, tree, lambda: work(tree, Memo()))
    return worked_out(cache, question, tree, work) if found is None else found


def worked_out(cache: Cache, question: Question, tree: Tree, work: Work) -> Compiled:
    """The same, worked out now and remembered for later."""
    watched = WatchedTree(tree)
    compiled = work(watched, cache.memo(question))
    cache.keep(question, watched.footprint(), compiled)
    return compiled


class Memory:
    """A cache for one long-lived process: the newest result of each question, whole, and what went into it."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[Question, tuple[Footprint, Compiled]] = {}
        self._memos: dict[Question, Memo] = {}

    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """The newest result, if it holds for the tree."""
        known = self._known.get(question)
        return known[1] if known is not None and known[0].agrees(tree) else None

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Remember a result instead of the one before."""
        self._known[question] = (footprint, compiled)

    def memo(self, question: Question) -> Memo:
        """The memo of the newest result, and of what failed since."""
        return self._memos.setdefault(question, Memo())


class Forgetful:
    """A cache that remembers nothing."""

    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """Nothing."""
        return None

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Forget it."""

    def memo(self, question: Question) -> Memo:
        """An empty one."""
        return Memo()
