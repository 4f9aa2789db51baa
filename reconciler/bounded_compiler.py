"""BoundedCompiler: a Revision in, what it compiles to out, worked out in a bounded child that remembers the last one.

The child has no way to a cluster and little to eat: whatever a repository does to the compiler, the loop goes on.
"""

import multiprocessing
import os
import resource
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from compiler.bundle import Bundle
from compiler.caching.cache import Memory
from compiler.collector import resting_collector
from compiler.compile_each import compile_each
from compiler.errors import RosterError, TargetError
from compiler.trees.git import GitTree
from reconciler.source.revision import Revision

MEMORY = 4 << 30
"""Bytes of address space that a child may have, what it remembers included."""
SECONDS = 600.0
"""How long one compile may take."""
CLUSTER_VARIABLES = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a child found."""

    bundle: Bundle | None
    """None if the specs have errors; without its source maps, which are large, and which no pass looks into."""
    environment: Mapping[str, Any]
    """The environment's own spec as plain data; empty if the specs have errors."""
    findings: str
    """What is wrong, as text for people; empty if nothing is."""


class BoundedCompiler:
    """Compiles one environment, revision by revision, each in the light of the one before; for one thread at a time.

    The child lives until it fails, or until this is closed. It ends by itself when its parent is gone.
    """

    def __init__(self, environment: str, timeout: float = SECONDS, memory: int = MEMORY) -> None:
        """Take an environment, the seconds that one attempt may take, and the bytes that the child may have."""
        self._environment = environment
        self._timeout = timeout
        self._memory = memory
        self._child: _Child | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the child, None if there is none."""
        return self._child.pid if self._child is not None else None

    def compile(self, revision: Revision) -> Outcome:
        """What a revision compiles to. Raises UsageError for no such environment, TargetError for a child that used up
        its time or memory. What a child fails at that has compiled before, another one tries that remembers nothing."""
        attempts = 1 if self._child is None else 2
        answers = (self._answer(revision) for _ in range(attempts))
        answer = next((found for found in answers if found is not None), None)
        if isinstance(answer, RosterError):
            raise answer
        if answer is None:
            raise TargetError(
                f"environment {self._environment} at {revision.short} could not be compiled in its bounds of time and "
                "memory",
                f"see why: roster validate {self._environment} --ref {revision.short}",
            )
        return answer

    def close(self) -> None:
        """End the child; the next revision starts another."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _answer(self, revision: Revision) -> Outcome | RosterError | None:
        """What the child says, None if it failed: then it is ended."""
        try:
            if self._child is None:
                self._child = _Child(self._environment, self._timeout, self._memory)
            answer = self._child.ask(revision)
        except BaseException:
            self.close()
            raise
        if answer is None:
            self.close()
        return answer


class _Child:
    """A running child."""

    def __init__(self, environment: str, timeout: float, memory: int) -> None:
        # A fork of a process with threads may inherit a lock that nobody will ever release.
        context = multiprocessing.get_context("spawn")
        self._timeout = timeout
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, environment, timeout, memory), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def ask(self, revision: Revision) -> Outcome | RosterError | None:
        """What it says of a revision; None if it died of it, or says nothing in time."""
        with suppress(EOFError, OSError):
            self._pipe.send(revision)
            if self._pipe.poll(self._timeout):
                answer = self._pipe.recv()
                return answer if isinstance(answer, Outcome | RosterError) else None
        return None

    def kill(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()


def _work(pipe: Connection, environment: str, timeout: float, memory: int) -> None:
    """What the child does: one revision after the other, until nobody asks any more."""
    _give_up(memory)
    desk = _Desk(environment)
    with suppress(EOFError, OSError):
        while True:
            revision = pipe.recv()
            # A parent that was killed watches no clock: the system ends what it left behind.
            signal.setitimer(signal.ITIMER_REAL, timeout)
            with resting_collector():
                pipe.send(desk.answer(revision))
            signal.setitimer(signal.ITIMER_REAL, 0)


def _give_up(memory: int) -> None:
    """Give up whatever the child has no need of."""
    for name in CLUSTER_VARIABLES:
        os.environ.pop(name, None)
    # Ctrl-C is for the parent, which lets the work under way come to its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The parent says in a sentence that its child has died; the child's own traceback is for nobody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


class _Desk:
    """What the child has before it: the last revision's files, and what came of them."""

    def __init__(self, environment: str) -> None:
        self._environment = environment
        self._memory = Memory()
        self._tree: GitTree | None = None

    def answer(self, revision: Revision) -> Outcome | RosterError:
        """What becomes of a revision, or why that cannot be said."""
        try:
            self._tree = revision.tree(self._tree)
            return self._outcome(self._tree)
        except RosterError as error:
            return error

    def _outcome(self, tree: GitTree) -> Outcome:
        from compiler.cli import less_allowed
        from compiler.reports.gather import gather
        from compiler.reports.text import render

        (compiled,) = compile_each(tree, (self._environment,), self._memory)
        findings = less_allowed(gather([compiled]), tree)
        bundle = replace(compiled.bundle, source_maps={}) if compiled.bundle is not None else None
        told = render(findings, tree) if findings.diagnostics else ""
        return Outcome(bundle=bundle, environment=compiled.environment, findings=told)
