"""GitSource and Revision: which repository and ref to follow, and the one commit that they meant."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from compiler.trees.git import GitTree

SCP_FORM = re.compile(r"^[\w.\-]+@[\w.\-]+:(?!/?/)|^[\w.\-]{2,}:(?![/\\:])")
"""`git@host:path`, and `host:path`, which git reads as ssh."""


@dataclass(frozen=True, slots=True)
class GitSource:
    """Where a fleet's commits come from."""

    location: str
    """A folder, or an https, ssh or file URL; may hold a token, so print `shown` instead."""
    ref: str = "HEAD"
    """Branch, tag or commit; HEAD is what the repository itself has checked out or as its default branch."""
    folder: str = ""
    """The part of the repository that is the fleet, with forward slashes; "" is all of it."""

    @property
    def is_local(self) -> bool:
        """True for a folder of this machine."""
        return "://" not in self.location and "::" not in self.location and not SCP_FORM.match(self.location)

    @property
    def shown(self) -> str:
        """The location without user, password and query: fit for messages."""
        if "://" not in self.location:
            return self.location
        parts = urlsplit(self.location)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One commit of a fleet, in an object store of this machine."""

    repository: Path
    """The repository that holds the commit: a mirror of ours, or a person's own."""
    commit: str
    """The full name of the commit."""
    ref: str
    """What was asked for."""
    folder: str = ""
    """The part of the commit's tree that is the fleet, "" for all of it."""
    committed_at: datetime
    """When it was committed, in UTC."""
    author: str
    """Who wrote it."""
    subject: str
    """The first line of its message."""

    @property
    def short(self) -> str:
        """The commit as people read it: seven letters."""
        return self.commit[:7]

    def tree(self, before: GitTree | None = None) -> GitTree:
        """The files of the fleet at this commit; what an earlier tree has read of them is not read again."""
        return GitTree(self.repository, self.commit, self.folder, before)
