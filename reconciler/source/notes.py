"""Notes: how a commit went in an environment, kept as a Git note in the mirror and pushed only where asked."""

from compiler.errors import RosterError, TargetError
from compiler.trees.git import first_line
from compiler.trees.git_command import Answer, run_git
from reconciler.source.refusal import refusal
from reconciler.source.remote import clean_url, credentials
from reconciler.source.revision import GitSource, Revision

SIGNED = {
    "GIT_AUTHOR_NAME": "Roster",
    "GIT_AUTHOR_EMAIL": "roster@localhost",
    "GIT_COMMITTER_NAME": "Roster",
    "GIT_COMMITTER_EMAIL": "roster@localhost",
}
TIMEOUT = 120.0


def notes_ref(environment: str) -> str:
    """Where an environment's notes are: `refs/notes/roster/prod`."""
    return f"refs/notes/roster/{environment}"


def read_note(revision: Revision, environment: str) -> str:
    """What is noted of a commit in an environment, empty if nothing is."""
    answer = run_git(revision.repository, "notes", f"--ref={notes_ref(environment)}", "show", revision.commit)
    return answer.text if answer.code == 0 else ""


def write_note(revision: Revision, environment: str, text: str) -> None:
    """Note how a commit went, in place of what was noted before. Raises TargetError if the mirror cannot be written."""
    if read_note(revision, environment) == text.rstrip("\n"):
        return
    arguments = ("notes", f"--ref={notes_ref(environment)}", "add", "--force", "--file=-", revision.commit)
    answer = run_git(revision.repository, *arguments, stdin=text.encode(), environment=SIGNED)
    if answer.code:
        raise TargetError(f"the note on {revision.short} was not written: {first_line(answer.error)}")


def push_notes(source: GitSource, revision: Revision, environment: str) -> str:
    """Push an environment's notes to where the commit came from. The warning if that was refused, or nothing."""
    ref = notes_ref(environment)
    try:
        answer = _talk(source, revision, "push", "--quiet", "--", clean_url(source), f"{ref}:{ref}")
        if answer.code and ("fetch first" in answer.error or "non-fast-forward" in answer.error):
            _meet(source, revision, environment)
            answer = _talk(source, revision, "push", "--quiet", "--", clean_url(source), f"{ref}:{ref}")
    except TargetError as error:
        return f"the note on {revision.short} was not pushed: {error.message}"
    if answer.code:
        return f"the note on {revision.short} was not pushed: {_reason(source, answer).message}"
    return ""


def _meet(source: GitSource, revision: Revision, environment: str) -> None:
    """Bring in the notes that others have pushed; where both noted one commit, ours is the later word."""
    theirs = f"refs/notes/roster-theirs/{environment}"
    refspec = f"+{notes_ref(environment)}:{theirs}"
    _talk(source, revision, "fetch", "--quiet", "--no-write-fetch-head", "--", clean_url(source), refspec)
    merge = ("notes", f"--ref={notes_ref(environment)}", "merge", "--quiet", "--strategy=ours", theirs)
    run_git(revision.repository, *merge, environment=SIGNED)


def _talk(source: GitSource, revision: Revision, *arguments: str) -> Answer:
    options, environment = credentials(source)
    return run_git(revision.repository, *options, *arguments, timeout=TIMEOUT, environment=environment)


def _reason(source: GitSource, answer: Answer) -> RosterError:
    return refusal(source, answer.error)
