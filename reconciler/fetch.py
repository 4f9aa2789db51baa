"""fetch: a GitSource in, the Revision it means out, held in a bare mirror of our own."""

import re
from collections.abc import Mapping
from pathlib import Path

from compiler.errors import TargetError, UsageError
from compiler.trees.git import nearest_ref, resolve
from compiler.trees.git_command import Answer, run_git
from reconciler.source.mirror import has, locked_mirror
from reconciler.source.read_revision import read_revision
from reconciler.source.refusal import refusal
from reconciler.source.remote import check_remote, clean_url, credentials
from reconciler.source.revision import GitSource, Revision

FULL_COMMIT = re.compile(r"^[0-9a-f]{40}([0-9a-f]{24})?$")
EVERYTHING = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
WANTED = "refs/roster/wanted"
"""Keeps the commit alive that was asked for, should no branch lead to it."""


def fetch(source: GitSource, mirrors: Path, timeout: float = 120) -> Revision:
    """The commit that the source's ref means now, brought into its mirror below `mirrors` if it is not there yet.

    `timeout` is in seconds, for each exchange with the other side. Raises UsageError for a location or ref that makes
    no sense, TargetError where the repository is out of reach or refuses.
    """
    check_remote(source)
    with locked_mirror(source, mirrors) as mirror:
        commit = _ask(source, mirror, timeout)
        if commit is None or not has(mirror, commit):
            _bring(source, mirror, commit, timeout)
        return read_revision(mirror, commit or resolve(mirror, source.ref), source)


def _ask(source: GitSource, mirror: Path, timeout: float) -> str | None:
    """The commit that the other side names for the ref; None if only the whole history can tell (a short commit)."""
    if source.is_local:
        return resolve(source.location, source.ref)
    if FULL_COMMIT.match(source.ref) and has(mirror, source.ref):
        return source.ref
    patterns = (source.ref, f"{source.ref}^{{}}")
    answer = _talk(source, mirror, timeout, "ls-remote", "--quiet", "--", clean_url(source), *patterns)
    lines = [line.split("\t", 1) for line in answer.text.splitlines() if "\t" in line]
    return _commit_named(source.ref, {name: commit for commit, name in lines})


def _commit_named(ref: str, named: Mapping[str, str]) -> str | None:
    """The commit that a ref means among `named` (full ref -> object), read as git would. Raises UsageError."""
    candidates = (ref, f"refs/{ref}", f"refs/tags/{ref}", f"refs/heads/{ref}")
    found = [name for name in candidates if name in named]
    if len(found) > 1:
        raise UsageError(f"the ref {ref} is ambiguous: {' and '.join(found)}", "say one of them in full")
    return named.get(f"{found[0]}^{{}}", named[found[0]]) if found else None


def _bring(source: GitSource, mirror: Path, commit: str | None, timeout: float) -> None:
    """Fetch branches and tags, and the commit itself if none of them leads to it."""
    _fetch(source, mirror, timeout, *EVERYTHING)
    wanted = commit or (source.ref if FULL_COMMIT.match(source.ref) else None)
    if wanted and not has(mirror, wanted):
        _fetch(source, mirror, timeout, f"+{wanted}:{WANTED}")
    if wanted is None:
        _demand_ref(source, mirror)
    # Fetched packs would pile up for ever in a mirror that `run` keeps for months.
    run_git(mirror, "-c", "gc.auto=6700", "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet", timeout=600)


def _fetch(source: GitSource, mirror: Path, timeout: float, *refspecs: str) -> None:
    silent = ("--quiet", "--no-write-fetch-head", "--no-recurse-submodules")
    options = (*silent, "--prune", "--no-tags", "--update-shallow")
    _talk(source, mirror, timeout, "fetch", *options, "--", clean_url(source), *refspecs)


def _demand_ref(source: GitSource, mirror: Path) -> None:
    """Raise UsageError if not even the whole history knows the ref."""
    known = run_git(mirror, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags").text.split()
    if not known:
        raise UsageError(f"the repository {source.shown} has no commits yet", "push the fleet first")
    if run_git(mirror, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{source.ref}^{{commit}}").code:
        help = nearest_ref(source.ref, tuple(known))
        raise UsageError(f"the ref {source.ref} does not exist in {source.shown}", help)


def _talk(source: GitSource, mirror: Path, timeout: float, *arguments: str) -> Answer:
    """Run git against the other side. Raises what its refusal means, without a word of the URL's secrets."""
    options, environment = credentials(source)
    try:
        answer = run_git(mirror, *options, *arguments, timeout=timeout, environment=environment)
    except TargetError as error:
        remedy = "check the network, or allow more time"
        raise TargetError(f"{source.shown} did not answer within {timeout:g} seconds", remedy) from error
    if answer.code:
        raise refusal(source, answer.error)
    return answer
