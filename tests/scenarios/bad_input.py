"""What tests of bad input share: a fleet that was synced to a directory, what was told, and what is on the target."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.scenarios.fleet import PROVIDER, agent
from tests.scenarios.repository import Repository

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec:
  fleet: acme
  namespace: agents
  target: {directory: {path: prod}}
"""
FOLDER = "environments/prod"
FILES = {f"{FOLDER}/environment.yaml": ENVIRONMENT, f"{FOLDER}/claude.yaml": PROVIDER, **agent("support")}
"""A fleet of one agent whose target is a directory."""


@dataclass(frozen=True)
class Told:
    """What Roster said when it refused."""

    code: int
    """The exit code."""
    error: str
    """Standard error."""

    @property
    def messages(self) -> list[str]:
        """The lines that say what is wrong, without their excerpts and remedies."""
        return [line for line in self.error.splitlines() if line.startswith(("error", "Error", "  x "))]


def refused(repository: Repository, *words: str, code: int, **variables: str) -> Told:
    """Run Roster, which must end with this code, without a traceback, and without blaming itself."""
    done = repository.run(*words, **variables)
    return judged(done, code)


def judged(done: "subprocess.CompletedProcess[str]", code: int) -> Told:
    """What was told, of a command that must have ended with this code."""
    printed = done.stdout + done.stderr
    assert done.returncode == code, f"exit code {done.returncode}, not {code}:\n{printed}"
    assert "Traceback" not in printed
    assert "a fault in Roster" not in printed
    assert "hunter2" not in printed
    return Told(done.returncode, done.stderr)


def on_target(repository: Repository) -> dict[str, bytes]:
    """Everything on the directory target but its lock file, which names the last writer."""
    folder = repository.path / ".roster/prod"
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def link(repository: Repository, name: str, to: Path) -> None:
    """Put a symbolic link into the work folder in place of a file."""
    place = repository.path / name
    place.unlink(missing_ok=True)
    place.symlink_to(to)
