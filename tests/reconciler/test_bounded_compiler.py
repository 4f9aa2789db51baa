"""BoundedCompiler: a new commit costs what it changed, and whatever befalls the child costs one start of another."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.errors import TargetError, UsageError
from compiler.pipeline import compile_environment
from compiler.reports.gather import gather
from compiler.reports.text import render
from compiler.trees.git import GitTree
from reconciler.bounded_compiler import MEMORY, BoundedCompiler, _Child
from reconciler.source.local_revision import local_revision
from reconciler.source.revision import GitSource, Revision
from tests.benchmarks.fleets import fleet as files_of

AGENTS = 60
ATTEMPT_SECONDS = 12.0
FILED = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: filed}
spec:
  version: 1.0.0
  prompts:
    default: {system: {file: system.md}}
"""
LARGE = "".join(f"{number * number}\n" for number in range(10_000))
AGENT = "environments/prod/agents/agent-1.yaml"
SECRET = "apiVersion: v1\nkind: Secret{}\nmetadata: {{name: key}}\ndata: {{a: aHVudGVy}}\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(fleet: Path, changes: dict[str, str | None]) -> Revision:
    """The revision after some files were written, or removed."""
    for path, text in changes.items():
        (fleet / path).parent.mkdir(parents=True, exist_ok=True)
        (fleet / path).unlink(missing_ok=True) if text is None else (fleet / path).write_text(text)
    git(fleet, "add", "-A")
    git(fleet, "commit", "-qm", "change")
    return local_revision(GitSource(str(fleet)))


def edited(fleet: Path, path: str, old: str, new: str) -> Revision:
    text = (fleet / path).read_text()
    assert old in text
    return commit(fleet, {path: text.replace(old, new)})


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, dict(files_of(AGENTS)))
    return folder


@pytest.fixture
def revision(fleet: Path) -> Revision:
    return local_revision(GitSource(str(fleet)))


@pytest.fixture
def warm(revision: Revision) -> Iterator[BoundedCompiler]:
    """A compiler whose child has compiled already."""
    compiler = BoundedCompiler("prod", ATTEMPT_SECONDS)
    compiler.compile(revision)
    yield compiler
    compiler.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def processor_seconds(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def size_of(pid: int) -> int:
    """The bytes of address space that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


def expected(revision: Revision) -> tuple[object, str]:
    """What a fresh compile in this process says."""
    tree = revision.tree()
    compiled = compile_environment(tree, "prod")
    findings = gather([compiled])
    bundle = replace(compiled.bundle, source_maps={}) if compiled.bundle is not None else None
    return bundle, render(findings, tree) if findings.diagnostics else ""


def test_the_next_revision_costs_the_same_child_a_part_of_the_first(fleet: Path, warm: BoundedCompiler) -> None:
    child, first = warm.pid, processor_seconds(warm.pid)
    warm.compile(edited(fleet, "environments/prod/agents/agent-7.yaml", "temperature: 0.7", "temperature: 0.5"))
    assert warm.pid == child
    assert processor_seconds(child) - first < first / 4


def test_what_the_last_revision_had_is_not_read_again(fleet: Path) -> None:
    large = commit(fleet, {"environments/prod/prompts/filed.yaml": FILED, "environments/prod/prompts/system.md": LARGE})
    compiler = BoundedCompiler("prod", ATTEMPT_SECONDS)
    compiler.compile(large)
    name = git(fleet, "rev-parse", "HEAD:environments/prod/prompts/system.md")
    stored = fleet / ".git/objects" / name[:2] / name[2:]
    stored.chmod(0o600)
    os.truncate(stored, stored.stat().st_size // 2)
    later = edited(fleet, "environments/prod/agents/agent-7.yaml", "temperature: 0.7", "temperature: 0.5")
    assert compiler.compile(later).bundle is not None
    compiler.close()
    with pytest.raises(TargetError, match="is missing or damaged"):
        compiler.compile(later)
    compiler.close()


def test_a_history_compiles_to_what_fresh_compiles_say(fleet: Path, warm: BoundedCompiler) -> None:
    agent = (fleet / AGENT).read_text()
    history: list[dict[str, str | None]] = [
        {AGENT: agent.replace("temperature: 0.7", "temperature: 0.2")},
        {AGENT: agent.replace("claude/sonnet", "claude/sonet")},
        {AGENT: agent.replace("description:", "desciption:")},
        {AGENT: agent, "templates/agent/service.yaml": 'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ no }}"}\n'},
        {"templates/agent/service.yaml": None, "environments/prod/objects/key.yaml": SECRET.format("")},
        {AGENT: None},
        {AGENT: agent},
    ]
    child, told = warm.pid, []
    for changes in history:
        revision = commit(fleet, changes)
        outcome = warm.compile(revision)
        assert (outcome.bundle, outcome.findings) == expected(revision)
        told.append((outcome.bundle is None, bool(outcome.findings)))
    assert (True, True) in told
    assert (False, True) in told
    assert warm.pid == child


@pytest.mark.parametrize("fate", ["killed", "hanging", "starving"])
def test_a_child_that_fails_is_replaced_by_one_that_does_not(fleet: Path, warm: BoundedCompiler, fate: str) -> None:
    child = warm.pid
    assert child is not None
    agent = (fleet / AGENT).read_text()
    later = commit(
        fleet, {AGENT.replace("agent-1", f"more-{n}"): agent.replace("agent-1", f"more-{n}") for n in range(200)}
    )
    if fate == "starving":
        resource.prlimit(child, resource.RLIMIT_AS, (size_of(child), MEMORY))
    else:
        os.kill(child, signal.SIGKILL if fate == "killed" else signal.SIGSTOP)
    assert warm.compile(later).bundle == expected(later)[0]
    assert warm.pid != child
    assert not is_running(child)


@pytest.mark.parametrize("bounds", [{"timeout": 0.05}, {"memory": 1 << 20}], ids=["time", "memory"])
def test_a_compiler_that_needs_too_much_is_ended(revision: Revision, bounds: dict[str, int]) -> None:
    compiler = BoundedCompiler("prod", **bounds)
    with pytest.raises(TargetError, match="could not be compiled in its bounds of time and memory"):
        compiler.compile(revision)
    assert compiler.pid is None


def test_a_child_that_nobody_watches_is_ended_by_the_clock(revision: Revision) -> None:
    child = _Child("prod", 0.05, MEMORY)
    child._pipe.send(revision)
    child._process.join(ATTEMPT_SECONDS)
    assert child._process.exitcode == -signal.SIGALRM
    child.kill()


def test_a_mistake_in_the_question_ends_no_child(revision: Revision) -> None:
    compiler = BoundedCompiler("nowhere", ATTEMPT_SECONDS)
    pids = []
    for _ in range(2):
        with pytest.raises(UsageError):
            compiler.compile(revision)
        pids.append(compiler.pid)
    assert pids[0] is not None
    assert pids[0] == pids[1]
    compiler.close()
    assert not is_running(pids[0])


def test_a_warning_that_a_comment_allows_is_not_told_again(fleet: Path, warm: BoundedCompiler) -> None:
    told = [
        warm.compile(commit(fleet, {"environments/prod/objects/key.yaml": SECRET.format(remark)})).findings
        for remark in ("", " # roster: allow R0501: made by hand")
    ]
    assert "R0501" in told[0]
    assert told[1] == ""


def test_a_tree_keeps_only_what_the_one_before_it_had(fleet: Path) -> None:
    first = local_revision(GitSource(str(fleet))).tree()
    read = {entry.path: first.read(entry.path) for entry in first.entries("")}
    second = commit(fleet, {AGENT: None}).tree(first)
    kept = {entry.path: second.read(entry.path) for entry in second.entries("")}
    assert kept == {path: content for path, content in read.items() if path != AGENT}
    third = GitTree(fleet, "HEAD", "", second)
    assert set(third._contents.values()) == set(kept.values())
