"""GitTree: a commit straight from Git's object store as a Tree; and what a revision's name means."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from compiler.errors import RosterError, TargetError, UsageError
from compiler.suggestion import did_you_mean
from compiler.tree import Entry
from compiler.trees.git_command import Answer, run_git, start_git, stop_git

LINK_MODE = "120000"


@dataclass(frozen=True, slots=True)
class Blob:
    """One blob of a commit's tree."""

    sha: str
    """Name of the blob in the object store."""
    entry: Entry
    """The file or the link it is in the tree."""


class GitTree:
    """The files of one commit, read from the object store: no work tree, no checkout filters, no submodules.

    For one thread at a time; pickled, it takes only its place along. Close it, or let it go, to end its git process.
    """

    def __init__(
        self, repository: Path | str, revision: str, folder: str = "", before: "GitTree | None" = None
    ) -> None:
        """Take the commit `revision` of the repository at the path, and of its tree the part below `folder`.

        What an earlier tree has read of its files is not read again.
        """
        self._repository = Path(repository)
        self._commit = resolve(self._repository, revision)
        self._folder = folder.strip("/")
        self._top = f"{self._commit}:{self._folder}" if self._folder else self._commit
        self._listed: dict[str, tuple[Entry, ...]] = {}
        self._blobs: dict[str, Blob | None] = {}
        self._contents: dict[str, bytes] = before._known() if before is not None else {}
        """Content of each blob that was read, by its name in the object store."""
        self._reader: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The short commit."""
        return self._commit[:7]

    @property
    def commit(self) -> str:
        """The full name of the commit."""
        return self._commit

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """Every file and link below `folder` ("" is the root), sorted by path. Raises TargetError if git fails."""
        folder = folder.strip("/")
        if folder not in self._listed:
            self._listed[folder] = self._list(folder)
        return self._listed[folder]

    def read(self, path: str) -> bytes:
        """The bytes of one regular file. Raises KeyError if there is none, or only a link."""
        return self._content(self._file(path).sha)

    def identity(self, path: str) -> str:
        """The blob's name in the object store; nothing is read. Raises KeyError as `read` does."""
        return f"git:{self._file(path).sha}"

    def _file(self, path: str) -> Blob:
        if path not in self._blobs:
            self._look_up(path)
        blob = self._blobs[path]
        if blob is None or blob.entry.link is not None:
            raise KeyError(path)
        return blob

    def close(self) -> None:
        """End the reading process; the tree can still be used, and starts another."""
        if self._reader is not None:
            stop_git(self._reader)
            self._reader = None

    def __del__(self) -> None:
        if getattr(self, "_reader", None) is not None:
            self.close()

    def __getstate__(self) -> tuple[str, str, str]:
        return str(self._repository), self._commit, self._folder

    def __setstate__(self, state: tuple[str, str, str]) -> None:
        GitTree.__init__(self, *state)

    def _list(self, folder: str) -> tuple[Entry, ...]:
        blobs = self._ls_tree("-r", f"{folder}/" if folder else "")
        self._blobs.update((blob.entry.path, blob) for blob in blobs)
        return tuple(sorted(blob.entry for blob in blobs))

    def _look_up(self, path: str) -> None:
        found = [] if path.endswith("/") or not path else self._ls_tree("", path)
        self._blobs[path] = next((blob for blob in found if blob.entry.path == path), None)

    def _ls_tree(self, recurse: str, place: str) -> list[Blob]:
        if any(step in (".", "..") for step in place.split("/")) or place.startswith("/"):
            return []
        options = [option for option in (recurse, "-z", "-l", "--full-tree", "--end-of-options") if option]
        answer = run_git(self._repository, "ls-tree", *options, self._top, *([place] if place else []))
        if answer.code:
            if "Not a valid object name" in answer.error or "not a tree object" in answer.error:
                return []  # the commit has no such folder
            raise _unreadable(self._repository, answer)
        lines = (line for line in answer.out.split(b"\0") if line)
        return [blob for line in lines if (blob := self._blob(line)) is not None]

    def _blob(self, line: bytes) -> Blob | None:
        facts, _, path = line.partition(b"\t")
        mode, kind, sha, size = facts.decode("ascii").split()
        if kind != "blob":
            return None  # a submodule, or a folder that was asked for by its name
        text = path.decode("utf-8", "backslashreplace")
        if mode == LINK_MODE:
            return Blob(sha, Entry(text, 0, link=self._content(sha).decode("utf-8", "backslashreplace")))
        if not size.isdigit():
            raise _missing(self._repository, sha)
        return Blob(sha, Entry(text, int(size)))

    def _known(self) -> dict[str, bytes]:
        """The blobs of this tree whose content is known; none that only an earlier one had."""
        names = {blob.sha for blob in self._blobs.values() if blob is not None}
        return {sha: content for sha, content in self._contents.items() if sha in names}

    def _content(self, sha: str) -> bytes:
        if sha not in self._contents:
            self._contents[sha] = self._fetch(sha)
        return self._contents[sha]

    def _fetch(self, sha: str) -> bytes:
        if self._reader is None:
            self._reader = start_git(self._repository, "cat-file", "--batch")
        asked, answers = self._reader.stdin, self._reader.stdout
        if asked is None or answers is None:
            raise TargetError("git cat-file has no pipes")
        try:
            asked.write(f"{sha}\n".encode())
            asked.flush()
            header = answers.readline().split()
        except BrokenPipeError:
            header = []
        if len(header) != 3 or not header[2].isdigit():
            raise _missing(self._repository, sha)
        content = answers.read(int(header[2]))
        if answers.read(1) != b"\n":  # git tells the size first, and dies where it then finds the rest damaged
            raise _missing(self._repository, sha)
        return content


def resolve(repository: Path | str, ref: str) -> str:
    """The full commit name that `ref` (branch, tag, commit, `HEAD~2`) means in the repository.

    Raises UsageError for: no repository, no commits yet, a ref that does not exist, is ambiguous, or looks like a flag.
    """
    place = Path(repository)
    if not ref or ref.startswith("-") or any(character in ref for character in "\0\n\r"):
        raise UsageError(f"{ref!r} is not the name of a revision", "name a branch, a tag or a commit")
    answer = run_git(place, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    if answer.code == 0 and "is ambiguous" not in answer.error:
        return answer.text
    _demand_repository(place)
    if "is ambiguous" in answer.error:
        remedy = "say refs/heads/… or refs/tags/…, or more letters of the commit"
        raise UsageError(f"the ref {ref} is ambiguous in {_named(place)}", remedy)
    if run_git(place, "rev-parse", "--verify", "--quiet", "HEAD").code and not _refs(place):
        remedy = "commit the fleet first: git add . && git commit"
        raise UsageError(f"{_named(place)} has no commits yet", remedy)
    raise UsageError(f"the ref {ref} does not exist in {_named(place)}", nearest_ref(ref, _refs(place)))


def nearest_ref(ref: str, known: tuple[str, ...]) -> str:
    """The help for a ref that does not exist: the nearest one that does, or some of them."""
    others = f"there are: {', '.join(known[:8])}" if known else "no branch and no tag exists there"
    return did_you_mean(ref, known) or others


def head(repository: Path | str) -> str:
    """The full name of the commit that is checked out. Raises UsageError as `resolve` does."""
    return resolve(repository, "HEAD")


def merge_base(repository: Path | str, base: str, tip: str) -> str:
    """The newest commit that both revisions grew from. Raises UsageError if none, or the clone is too shallow."""
    commits = resolve(repository, base), resolve(repository, tip)
    answer = run_git(Path(repository), "merge-base", *commits)
    if answer.code == 0:
        return answer.text.splitlines()[0]
    shallow = run_git(Path(repository), "rev-parse", "--is-shallow-repository").text == "true"
    remedy = "the clone is shallow: fetch the whole history (fetch-depth: 0, or git fetch --unshallow)"
    raise UsageError(f"{base} and {tip} have no commit in common", remedy if shallow else "name two related revisions")


def top_and_folder(directory: Path | str) -> tuple[Path, str]:
    """The repository's top folder that `directory` lies in, and the way from it, "" at the top. Raises UsageError."""
    place = Path(directory)
    _demand_repository(place)
    if run_git(place, "rev-parse", "--is-bare-repository").text == "true":
        return place, ""
    top = run_git(place, "rev-parse", "--show-toplevel").text
    return Path(top), run_git(place, "rev-parse", "--show-prefix").text.rstrip("/")


def begin_repository(directory: Path | str) -> None:
    """Make a repository of a folder that lies in none. Raises UsageError if git refuses."""
    place = Path(directory)
    if run_git(place, "rev-parse", "--git-dir").code:
        answer = run_git(place, "init", "--quiet", "--initial-branch", "main")
        if answer.code:
            raise UsageError(f"git cannot make a repository of {place}", "run `git init` there")


def uncommitted(directory: Path | str) -> tuple[str, ...]:
    """The paths below `directory`, as seen from the repository's top, that differ from the commit, sorted."""
    place = Path(directory)
    answer = run_git(place, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    if answer.code:
        return ()  # a bare repository has no work folder
    lines = answer.out.decode("utf-8", "backslashreplace").split("\0")
    return tuple(sorted({line[3:] for line in lines if line}))


def _refs(repository: Path) -> tuple[str, ...]:
    answer = run_git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    return tuple(answer.text.split("\n")) if answer.text else ()


def _demand_repository(place: Path) -> None:
    """Raise UsageError if there is no repository at the path that we may read."""
    answer = run_git(place, "rev-parse", "--git-dir")
    if answer.code == 0:
        return
    if "dubious ownership" in answer.error:
        remedy = f"if you trust it: git config --global --add safe.directory {place.resolve()}"
        raise UsageError(f"{_named(place)} belongs to another user, so git does not read it", remedy)
    remedy = "run roster in the repository of a fleet, or give it with -C DIR"
    raise UsageError(f"{_named(place, 'folder')} is not a Git repository", remedy)


def _named(place: Path, what: str = "repository") -> str:
    """`this repository`, `the repository fleets/acme`: seen from the current folder, or in full if shorter."""
    near = os.path.relpath(place)
    return f"this {what}" if near == "." else f"the {what} {min(str(place), near, key=len)}"


def _missing(repository: Path, sha: str) -> TargetError:
    remedy = "the clone may be partial or damaged: run `git fetch --refetch` in it"
    return TargetError(f"the object {sha[:10]} of {_named(repository)} is missing or damaged", remedy)


def _unreadable(repository: Path, answer: Answer) -> RosterError:
    _demand_repository(repository)
    return TargetError(f"git could not read {_named(repository)}: {first_line(answer.error)}")


def first_line(error: str) -> str:
    """The first line of git's own words that says something, without its `fatal:`."""
    lines = [line.removeprefix("fatal: ").removeprefix("error: ").strip() for line in error.splitlines()]
    return next((line for line in lines if line), "no reason given")
