"""Spread: jobs -> their results in order, worked out by as many processes as there are cores."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeVar

from compiler.errors import TargetError

T = TypeVar("T")
_FAILED = b""
"""Stands for a job that raised: the parent does it again, and so raises the same."""


def spread(
    jobs: Sequence[Callable[[], T]],
    pack: Callable[[T], bytes],
    unpack: Sequence[Callable[[bytes], T]],
    workers: int | None = None,
) -> list[T]:
    """What the jobs return, in their order. Raises what a job raises; TargetError if a worker dies.

    A result that comes from a worker is packed there, to bytes that are not empty, and unpacked here, each its own way.
    Workers are forked, so jobs need not be pickled; a process with threads, or on another system, works alone.
    """
    count = min(len(jobs), cores() if workers is None else workers)
    if count < 2 or sys.platform != "linux" or threading.active_count() > 1:
        return [job() for job in jobs]
    shares = [range(first, len(jobs), count) for first in range(count)]
    context = multiprocessing.get_context("fork")
    started = [_start(context, [jobs[index] for index in share], pack) for share in shares[1:]]
    results: dict[int, T] = {}
    try:
        results.update((index, jobs[index]()) for index in shares[0])
        for (_, pipe), share in zip(started, shares[1:], strict=True):
            for index in share:
                text = _received(pipe)
                results[index] = jobs[index]() if text == _FAILED else unpack[index](text)
    finally:
        for process, pipe in started:
            pipe.close()
            process.kill()
            process.join()
    return [results[index] for index in range(len(jobs))]


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _start(
    context: multiprocessing.context.ForkContext, jobs: Sequence[Callable[[], T]], pack: Callable[[T], bytes]
) -> tuple[multiprocessing.context.ForkProcess, Connection]:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, jobs, pack), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _work(pipe: Connection, jobs: Sequence[Callable[[], T]], pack: Callable[[T], bytes]) -> None:
    """What a worker does: each of its jobs in turn, a failure told and not shown."""
    with suppress(BrokenPipeError):
        for job in jobs:
            pipe.send_bytes(_attempted(job, pack))


def _attempted(job: Callable[[], T], pack: Callable[[T], bytes]) -> bytes:
    try:
        return pack(job())
    except Exception:  # noqa: BLE001 - whatever it is, the parent meets it again
        return _FAILED


def _received(pipe: Connection) -> bytes:
    try:
        return pipe.recv_bytes()
    except EOFError:
        help = "there may be too little memory; compile one environment at a time"
        raise TargetError("a process that compiled a part of this died", help) from None
