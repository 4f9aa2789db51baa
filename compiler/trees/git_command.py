"""git_command: a repository and fixed arguments in, what git answered out; the wing's only door to GitPython."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compiler.errors import TargetError, UsageError

AMBIENT = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    *("GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
    *("GIT_REPLACE_REF_BASE", "GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_CURL_VERBOSE", "GIT_EDITOR"),
)
"""Variables that would point git at another repository (a hook sets them), or make it print credentials."""

ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
}
"""No questions, no replaced objects, no download behind our back, no lock taken in a person's repository."""

CONFIG = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.warnAmbiguousRefs": "true",
    "protocol.allow": "never",
    "protocol.file.allow": "always",
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.fsckObjects": "true",
    "http.followRedirects": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
"""What a repository's own configuration may not decide. The machine's and the person's files are still read: proxies,
certificate authorities, credential helpers and `safe.directory` live there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of git said."""

    code: int
    """The exit code; 0 is success."""
    out: bytes
    """All of standard output."""
    error: str
    """All of standard error, never to be shown unread: it may hold a URL with a token."""

    @property
    def text(self) -> str:
        """Standard output as text, without the last line end."""
        return self.out.decode("utf-8", "backslashreplace").rstrip("\n")


def start_git(
    repository: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """A running `git ARGUMENTS` in the folder `repository`, with three pipes; the caller ends it.

    It has no terminal, hooks or pager, and is alone in its process group. Raises UsageError if git is not installed, or
    there is no such folder.
    """
    if not repository.is_dir():
        raise UsageError(f"{repository} is not a folder", "give the folder of a fleet's repository with -C DIR")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Git, GitCommandNotFound

    unset = [part for name in AMBIENT for part in ("-u", name)]
    config = [part for key, value in CONFIG.items() for part in ("-c", f"{key}={value}")]
    # -C, because GitPython falls back to the current folder, another repository perhaps, if it cannot enter this one.
    command = ["env", *unset, "git", "-C", str(repository), "--no-pager", *config, *arguments]
    given = {**ENVIRONMENT, **(environment or {})}
    try:
        # A session of its own: no ssh or askpass can ask on the terminal, and Ctrl-C does not tear a write in two.
        running = Git().execute(
            command, istream=subprocess.PIPE, as_process=True, shell=False, env=given, start_new_session=True
        )
    except GitCommandNotFound as error:
        raise UsageError("git is not installed", "install git 2.30 or newer and try again") from error
    process: subprocess.Popen[bytes] | None = running.proc
    if process is None:
        raise TargetError("git could not be started")
    running.proc = None  # the caller ends it; GitPython would at a moment of its own
    return process


def run_git(
    repository: Path,
    *arguments: str,
    stdin: bytes = b"",
    timeout: float = 60,
    environment: Mapping[str, str] | None = None,
) -> Answer:
    """Run `git ARGUMENTS` in the folder `repository` and wait for it, `timeout` seconds at most.

    Raises TargetError when the time is up, UsageError if git is not installed; a failure of git's own is an Answer.
    """
    process = start_git(repository, *arguments, environment=environment)
    try:
        out, error = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        stop_git(process)
        raise TargetError(f"git {arguments[0]} did not answer within {timeout:g} seconds") from None
    except BaseException:
        stop_git(process)
        raise
    if process.returncode == 127:
        raise UsageError("git is not installed", "install git 2.30 or newer and try again")
    return Answer(process.returncode, out, error.decode("utf-8", "backslashreplace"))


def stop_git(process: "subprocess.Popen[bytes]") -> None:
    """End a running git and whatever it started, and close its pipes."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
