"""A fleet's Git repository that a test writes to, and Roster's command run in it as a person would."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.com",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.com",
}


@dataclass(frozen=True)
class Repository:
    """A repository with one environment, `prod`, unless the test writes others."""

    path: Path
    variables: Mapping[str, str]
    """Environment of every command, KUBECONFIG among it."""

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files; None removes one."""
        for name, content in files.items():
            file = self.path / name
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())

    def commit(self, files: Mapping[str, str | bytes | None] | None = None, message: str = "change") -> str:
        """Write files, commit everything, and give the commit back."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *args: str) -> str:
        """Run git here."""
        done = subprocess.run(
            ["git", *args], cwd=self.path, env={**os.environ, **IDENTITY}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def command(self, *args: str) -> list[str]:
        """The command line of Roster."""
        return [sys.executable, "-m", "reconciler.cli", "-C", str(self.path), *args]

    def start(self, *args: str, **variables: str) -> subprocess.Popen[str]:
        """Start Roster and let it run."""
        return subprocess.Popen(
            self.command(*args),
            env=self._environment(variables),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Roster to its end, whichever that is."""
        return subprocess.run(
            self.command(*args),
            env=self._environment(variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def roster(self, *args: str, code: int | None = 0, **variables: str) -> str:
        """Run Roster to its end, expect an exit code, and give back all it printed; never a traceback."""
        done = self.run(*args, **variables)
        printed = done.stdout + done.stderr
        assert "Traceback" not in printed, printed
        assert code is None or done.returncode == code, f"exit code {done.returncode}, not {code}:\n{printed}"
        return printed

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **self.variables, **variables}


def make(path: Path, variables: Mapping[str, str]) -> Repository:
    """A new repository without commits."""
    path.mkdir(parents=True, exist_ok=True)
    repository = Repository(path, variables)
    repository.git("init", "--quiet", "--initial-branch", "main")
    return repository
