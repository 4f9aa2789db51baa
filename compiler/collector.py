"""Collector: work that makes much and drops little -> the same, done while Python's collector of cycles rests."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting_collector() -> Iterator[None]:
    """Let the collector rest: else it walks over all that is made, again and again, looking for cycles, of which there
    are none. What has no cycle is freed as ever. Of two threads at once, the one that stopped the collector wakes it.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            # To the oldest generation at once: it all stays, and a look at the youngest would be a look at all of it.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
