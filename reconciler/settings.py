"""Settings: what the flags of one call decide about a fleet's source, its targets and the terminal."""

import getpass
import os
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path

from compiler.errors import TargetError
from reconciler.reach import Reach
from reconciler.source.revision import GitSource

DEFAULT_ROOT = ".roster"
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is the same for all environments of one call."""

    directory: Path
    """The fleet's folder."""
    root: Path
    """Where directory targets and mirrors are kept."""
    source: GitSource
    """Where commits come from."""
    kubeconfig: str | None = None
    """A kubeconfig file; None for KUBECONFIG or the person's own."""
    context: str | None = None
    """The kubeconfig context to use instead of the one that the environment names."""
    in_cluster: str | None = None
    """The name by which environments mean the cluster that this process runs in."""
    reach: Reach = field(default_factory=Reach)
    """What may be written, whatever the repository says."""

    @property
    def mirrors(self) -> Path:
        """The folder of the mirrors."""
        return self.root / "mirrors"


def make_root(root: Path) -> None:
    """Make the root, and keep it out of the fleet's own commits. Raises TargetError if that cannot be."""
    try:
        if not root.exists() and root.name == DEFAULT_ROOT:
            root.mkdir(parents=True)
            (root / ".gitignore").write_text("*\n")
    except OSError as error:
        raise TargetError(f"{root} cannot be made: {error.strerror}", "choose another place with --root") from error


def holder(what: str) -> str:
    """Who works here, for the one that comes second: `sync by ana on laptop (process 4711)`."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    return f"{what} by {user} on {socket.gethostname()} (process {os.getpid()})"


def seconds_of(duration: str) -> float:
    """The seconds that a duration such as `30s` or `1h30m` means."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([0-9.]+)(ms|s|m|h)", duration))
