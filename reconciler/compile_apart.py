"""compile_apart: a Revision and an environment in, what it compiles to out, worked out in a bounded child process.

The child has no way to a cluster and little to eat: whatever a repository does to the compiler, the loop goes on.
"""

import multiprocessing
import os
import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from compiler.bundle import Bundle
from compiler.errors import RosterError, TargetError
from reconciler.source.revision import Revision

MEMORY = 4 << 30
"""Bytes of address space that a child may have."""
CLUSTER_VARIABLES = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a child found."""

    bundle: Bundle | None
    """None if the specs have errors."""
    environment: Any
    """The EnvironmentSpec, None if not even that is well formed."""
    findings: str
    """What is wrong, as text for people; empty if nothing is."""


def compile_apart(revision: Revision, environment: str, timeout: float = 600) -> Outcome:
    """Compile in a child, `timeout` seconds at most. Raises UsageError for no such environment, TargetError for a child
    that used up its time or memory."""
    # A fork of a process with threads may inherit a lock that nobody will ever release.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(theirs, revision, environment), daemon=True)
    child.start()
    theirs.close()
    try:
        answer = ours.recv() if ours.poll(timeout) else None
    except EOFError:
        answer = None
    finally:
        ours.close()
        child.kill()
        child.join()
    if isinstance(answer, RosterError):
        raise answer
    if not isinstance(answer, Outcome):
        raise TargetError(
            f"environment {environment} at {revision.short} could not be compiled in its bounds of time and memory",
            f"see why: roster validate {environment} --ref {revision.short}",
        )
    return answer


def _work(pipe: Connection, revision: Revision, environment: str) -> None:
    """What the child does."""
    for name in CLUSTER_VARIABLES:
        os.environ.pop(name, None)
    # The parent says in a sentence that its child has died; the child's own traceback is for nobody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        pipe.send(_compiled(revision, environment))
    except RosterError as error:
        pipe.send(error)


def _compiled(revision: Revision, environment: str) -> Outcome:
    from compiler.cli import less_allowed
    from compiler.pipeline import compile_environment
    from compiler.reports.gather import gather
    from compiler.reports.text import render

    tree = revision.tree()
    compiled = compile_environment(tree, environment)
    findings = less_allowed(gather([compiled]), tree)
    spec = compiled.environment.spec if compiled.environment is not None else None
    told = render(findings, tree) if findings.diagnostics else ""
    return Outcome(bundle=compiled.bundle, environment=spec, findings=told)
