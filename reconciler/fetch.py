"""fetch: a GitSource in, the Revision it means out, held in a bare mirror of our own."""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from compiler.errors import TargetError, UsageError
from compiler.trees.git import nearest_ref, resolve
from compiler.trees.git_command import Answer, run_git
from reconciler.refusal import refusal
from reconciler.revision import GitSource, Revision

SCHEMES = ("https", "ssh", "file")
FULL_COMMIT = re.compile(r"^[0-9a-f]{40}([0-9a-f]{24})?$")
EVERYTHING = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
WANTED = "refs/roster/wanted"
"""Keeps the commit alive that was asked for, should no branch lead to it."""
HELPER = '!f() { printf "username=%s\\npassword=%s\\n" "$ROSTER_GIT_USER" "$ROSTER_GIT_PASSWORD"; }; f'
"""A credential helper that hands on what the URL held, so that it shows in no process list."""


def fetch(source: GitSource, mirrors: Path, timeout: float = 120) -> Revision:
    """The commit that the source's ref means now, brought into its mirror below `mirrors` if it is not there yet.

    `timeout` is in seconds, for each exchange with the other side. Raises UsageError for a location or ref that makes
    no sense, TargetError where the repository is out of reach or refuses.
    """
    check(source)
    with _mirror(source, mirrors) as mirror:
        commit = _ask(source, mirror, timeout)
        if commit is None or not has(mirror, commit):
            _bring(source, mirror, commit, timeout)
        return revision_of(mirror, commit or resolve(mirror, source.ref), source)


def local_revision(source: GitSource) -> Revision:
    """The commit that a ref means in a repository of this machine, read where it lies. Raises UsageError."""
    place = Path(source.location)
    return revision_of(place, resolve(place, source.ref), source)


def revision_of(repository: Path, commit: str, source: GitSource) -> Revision:
    """What the object store says of a commit that it holds."""
    fields = "%ct%x00%an%x00%s"
    answer = run_git(repository, "log", "-1", "--no-show-signature", f"--format={fields}", "--end-of-options", commit)
    if answer.code:
        raise TargetError(f"the commit {commit[:7]} is not in {repository}", "remove that folder: it is made again")
    seconds, author, subject = answer.text.split("\0")
    return Revision(
        repository=repository,
        commit=commit,
        ref=source.ref,
        folder=source.folder,
        committed_at=datetime.fromtimestamp(int(seconds), UTC),
        author=author,
        subject=subject,
    )


def has(repository: Path, commit: str) -> bool:
    """True if the commit is in the object store."""
    return run_git(repository, "cat-file", "-e", f"{commit}^{{commit}}").code == 0


def check(source: GitSource) -> None:
    """Raise UsageError unless the location is a folder, or an https, ssh or file URL, and the ref can be one."""
    location = source.location
    scheme = location.partition("://")[0] if "://" in location else ""
    if location.startswith("-") or any(ord(character) < 32 for character in location) or not location:
        raise UsageError(f"{location!r} is not a repository", "give a folder, or an https, ssh or file URL")
    if "::" in location.partition("/")[0] or (scheme and scheme not in SCHEMES):
        name = location.partition("::")[0] if "::" in location.partition("/")[0] else scheme
        raise UsageError(f"repositories are not read by {name}", "give a folder, or an https, ssh or file URL")
    if not source.ref or source.ref.startswith("-") or any(ord(character) < 33 for character in source.ref):
        raise UsageError(f"{source.ref!r} is not the name of a revision", "name a branch, a tag or a commit")


def mirror_path(source: GitSource, mirrors: Path) -> Path:
    """Where the mirror of a source lies; two sources that differ in the ref or the token alone share it."""
    place = str(Path(source.location).resolve()) if source.is_local else source.shown
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", place.rstrip("/").rpartition("/")[2]).strip(".-") or "repository"
    return mirrors / f"{name.removesuffix('.git')}-{hashlib.sha256(place.encode()).hexdigest()[:12]}.git"


@contextmanager
def _mirror(source: GitSource, mirrors: Path) -> Iterator[Path]:
    """The source's mirror, made if need be, for us alone: two fetches at once would tread on each other's refs."""
    mirror = mirror_path(source, mirrors)
    try:
        mirrors.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{mirror}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise TargetError(f"the mirror {mirror} cannot be made: {error.strerror}") from error
    try:
        _take(lock, mirror)
        if not (mirror / "HEAD").exists():
            answer = run_git(mirrors, "init", "--bare", "--quiet", "--template=", str(mirror.absolute()))
            if answer.code:
                raise TargetError(f"the mirror {mirror} cannot be made", answer.error.strip())
        yield mirror
    finally:
        os.close(lock)


def _take(lock: int, mirror: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TargetError(f"another roster holds the mirror {mirror} for two minutes", "end it") from None
            time.sleep(0.05)


def _ask(source: GitSource, mirror: Path, timeout: float) -> str | None:
    """The commit that the other side names for the ref; None if only the whole history can tell (a short commit)."""
    if source.is_local:
        return resolve(source.location, source.ref)
    if FULL_COMMIT.match(source.ref) and has(mirror, source.ref):
        return source.ref
    patterns = (source.ref, f"{source.ref}^{{}}")
    answer = _talk(source, mirror, timeout, "ls-remote", "--quiet", "--", clean_url(source), *patterns)
    lines = [line.split("\t", 1) for line in answer.text.splitlines() if "\t" in line]
    return commit_named(source.ref, {name: commit for commit, name in lines})


def commit_named(ref: str, named: Mapping[str, str]) -> str | None:
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


def clean_url(source: GitSource) -> str:
    """The location as git may be told it in an argument: an https URL without user and password, a folder in full."""
    if source.is_local:
        return str(Path(source.location).resolve())
    parts = urlsplit(source.location)
    if parts.scheme == "https":
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    if parts.scheme == "ssh" and parts.password is not None:
        return urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}"))
    return source.location


def credentials(source: GitSource) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The options and environment that let git speak for us and never ask a question."""
    slow = ("-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=60")
    environment = {}
    if not {"GIT_SSH", "GIT_SSH_COMMAND"} & os.environ.keys():
        environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes -o ConnectTimeout=30"
    parts = urlsplit(source.location) if "://" in source.location else None
    if parts is None or parts.scheme != "https" or parts.username is None:
        return slow, environment
    environment["ROSTER_GIT_USER"] = unquote(parts.username)
    environment["ROSTER_GIT_PASSWORD"] = unquote(parts.password or "")
    return (*slow, "-c", "credential.helper=", "-c", f"credential.helper={HELPER}"), environment
