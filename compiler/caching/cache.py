"""Cache: what a compile read, and what came of it -> the same result without compiling, while nothing it read changes.

A compile is a pure function of what it reads of its tree and of the compiler itself. So a result is good for every tree
that agrees with all that was read, look-ups that found nothing included; nobody keeps a list of dependencies.
"""

from collections.abc import Callable
from typing import Protocol

from compiler.caching.footprint import Footprint, WatchedTree
from compiler.compiled import Compiled
from compiler.tree import Tree

Question = tuple[str, ...]
"""What is to be worked out of a tree, in words: the environment's name, and whatever else the result depends on."""


class Cache(Protocol):
    """Remembers results. May forget any of them; never answers with one that does not hold."""

    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """A result that holds for the tree, if one is remembered; `fresh` compiles anew what was not kept of it."""
        ...

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Remember a result, and the footprint of the tree that it holds for."""
        ...


def remembered(cache: Cache, question: Question, tree: Tree, work: Callable[[Tree], Compiled]) -> Compiled:
    """What `work` makes of a tree, from the cache where it can be: it may depend on the tree and the question alone."""
    found = cache.recall(question, tree, lambda: work(tree))
    return worked_out(cache, question, tree, work) if found is None else found


def worked_out(cache: Cache, question: Question, tree: Tree, work: Callable[[Tree], Compiled]) -> Compiled:
    """The same, worked out now and remembered for later."""
    watched = WatchedTree(tree)
    compiled = work(watched)
    cache.keep(question, watched.footprint(), compiled)
    return compiled


class Memory:
    """A cache for one long-lived process: the newest result of each question, whole."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[Question, tuple[Footprint, Compiled]] = {}

    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """The newest result, if it holds for the tree."""
        known = self._known.get(question)
        return known[1] if known is not None and known[0].agrees(tree) else None

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Remember a result instead of the one before."""
        self._known[question] = (footprint, compiled)


class Forgetful:
    """A cache that remembers nothing."""

    def recall(self, question: Question, tree: Tree, fresh: Callable[[], Compiled]) -> Compiled | None:
        """Nothing."""
        return None

    def keep(self, question: Question, footprint: Footprint, compiled: Compiled) -> None:
        """Forget it."""
