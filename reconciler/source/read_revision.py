"""read_revision: a commit in a repository of this machine in, the Revision with its author, time and subject out."""

from datetime import UTC, datetime
from pathlib import Path

from compiler.errors import TargetError
from compiler.trees.git_command import run_git
from reconciler.source.revision import GitSource, Revision


def read_revision(repository: Path, commit: str, source: GitSource) -> Revision:
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
