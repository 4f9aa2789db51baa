"""Blame: lines of files -> who wrote each, as git knows it; asked after compiling, never during."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from compiler.explaining.authorship import Authorship
from compiler.span import Span
from compiler.trees.git_command import run_git

_UNCOMMITTED = "0" * 40
_SHORT = 7


def blame(repository: Path, folder: str, spans: Iterable[Span], revision: str | None) -> Mapping[Span, Authorship]:
    """The authorship of each line, in the work folder or at a revision; what git does not know is left out."""
    by_path: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_path[span.path].append(span)
    files = (_file(repository, folder, path, found, revision) for path, found in by_path.items())
    return {span: author for file in files for span, author in file}


def _file(
    repository: Path, folder: str, path: str, spans: list[Span], revision: str | None
) -> Iterator[tuple[Span, Authorship]]:
    lines = sorted({span.line for span in spans})
    ranges = [f"-L{line},{line}" for line in lines]
    whole = f"{folder}/{path}" if folder else path
    answer = run_git(repository, "blame", "--porcelain", *ranges, *([revision] if revision else []), "--", whole)
    if answer.code:
        return
    authors = dict(_read(answer.out.decode("utf-8", "replace")))
    for span in spans:
        if span.line in authors:
            yield span, authors[span.line]


def _read(text: str) -> Iterator[tuple[int, Authorship]]:
    """Line number -> authorship, from git's porcelain form: facts of a commit stand at its first line only."""
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    commit, number = "", 0
    for line in text.split("\n"):
        word, _, rest = line.partition(" ")
        if line.startswith("\t"):
            yield number, _authorship(commit, facts[commit])
        elif len(word) == len(_UNCOMMITTED) and rest:
            commit, number = word, int(rest.split()[1])
        else:
            facts[commit][word] = rest


def _authorship(commit: str, facts: Mapping[str, str]) -> Authorship:
    if commit == _UNCOMMITTED:
        return Authorship("", "", "not committed")
    offset = facts.get("author-tz", "+0000")
    minutes = (int(offset[1:3]) * 60 + int(offset[3:5])) * (-1 if offset[0] == "-" else 1)
    moment = datetime.fromtimestamp(int(facts.get("author-time", "0")), timezone(timedelta(minutes=minutes)))
    return Authorship(commit[:_SHORT], moment.date().isoformat(), facts.get("author", ""))
