"""Remote: how git is told of a repository elsewhere, so that no secret shows and no question is asked."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from compiler.errors import UsageError
from reconciler.source.revision import GitSource

SCHEMES = ("https", "ssh", "file")
HELPER = '!f() { printf "username=%s\\npassword=%s\\n" "$ROSTER_GIT_USER" "$ROSTER_GIT_PASSWORD"; }; f'
"""A credential helper that hands on what the URL held, so that it shows in no process list."""


def check_remote(source: GitSource) -> None:
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
