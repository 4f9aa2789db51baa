"""Compile each: a tree and names of environments -> each compiled, from the cache, or on all cores where it pays.

What comes from the cache or from another process has no source maps and documents yet: who asks for them, compiles.
"""

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from compiler import __version__
from compiler.caching.cache import Cache, Question, Work, remembered, worked_out
from compiler.caching.kept import pack, unpack
from compiler.compiled import Compiled
from compiler.layering.setting import setting
from compiler.memo import Memo
from compiler.spread import spread
from compiler.tree import Tree

_WORTH = 200
"""Documents from which on a second process saves more time than it takes to start and to hear from it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a result depends on beside the tree, the environment's name and the compiler."""

    assignments: tuple[str, ...] = ()
    """Fields set for the moment, as `--set` says them."""
    unpinned: bool = False
    """True if an environment's pin of another Roster is passed over."""
    kubernetes: tuple[str, ...] = ()
    """The versions to judge by; none where each environment's own is meant."""

    def question(self, name: str) -> Question:
        """The same in words, with the environment's name in front."""
        settings = (f"--set {assignment}" for assignment in self.assignments)
        versions = (f"--kubernetes {version}" for version in self.kubernetes)
        return (name, *settings, *versions, *(["--unpinned"] if self.unpinned else []))


def compile_each(
    tree: Tree, names: Iterable[str], cache: Cache, terms: Terms | None = None, workers: int | None = None
) -> tuple[Compiled, ...]:
    """The environments, in the order given; what one worker does stays in this process, for a cache that does. Raises
    UsageError."""
    terms = terms or Terms()
    work = {terms.question(name): partial(_work, name, terms) for name in names}
    if workers == 1 or len(work) < 2 or _documents(tree) < _WORTH:
        return tuple(remembered(cache, question, tree, compile) for question, compile in work.items())
    known = {
        question: cache.recall(question, tree, partial(compile, tree, Memo())) for question, compile in work.items()
    }
    missing = [question for question, found in known.items() if found is None]
    frozen = pickle.dumps(tree)
    jobs = [_job(frozen, question, work[question], cache) for question in missing]
    unpackers = [partial(unpack, fresh=partial(work[question], tree, Memo())) for question in missing]
    made = spread(jobs, pack, unpackers, workers)
    known |= dict(zip(missing, made, strict=True))
    return tuple(found for found in known.values() if found is not None)


def _work(name: str, terms: Terms, tree: Tree, memo: Memo) -> Compiled:
    # Imported late: what is remembered needs none of it, and it takes longer to import than to remember.
    from compiler.pipeline import compile_environment

    settings = tuple(setting(text) for text in terms.assignments)
    version = None if terms.unpinned else __version__
    return compile_environment(tree, name, settings, version=version, kubernetes=terms.kubernetes, memo=memo)


def _job(frozen: bytes, question: Question, work: Work, cache: Cache) -> Callable[[], Compiled]:
    """Work for another process, which opens the tree anew: two processes cannot share one reader of a repository."""
    return lambda: worked_out(cache, question, pickle.loads(frozen), work)


def _documents(tree: Tree) -> int:
    return sum(entry.path.endswith((".yaml", ".yml")) for entry in tree.entries("environments"))
