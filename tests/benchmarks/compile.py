"""How long does Tree -> sealed Bundle take, cold and warm, on one core and two? `python -m tests.benchmarks.compile`

Cold is a fresh process for each run: reading, layering, typing, linking, filling in, judging and sealing, source maps
included. Beside it, in the same run: PyYAML's C loader reading the same files, which checks nothing and makes nothing.
Warm is one process that has compiled the fleet before; the commands are whole processes, with and without their cache.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from compiler.caching.cache import Forgetful, Memory, remembered
from compiler.compile_each import compile_each
from compiler.compiled import Compiled
from compiler.emit import emit
from compiler.memo import Memo
from compiler.pipeline import compile_environment
from compiler.tree import Tree
from compiler.trees.folder import FolderTree
from tests.benchmarks.fleets import AGENT, fleet, write_fleet
from tests.benchmarks.timed import middle, timed

RUNS = 5
SIZES = ((100, RUNS), (1000, RUNS), (10_000, 1))
"""Agents, and how often they are compiled."""
PROGRAM = "from tests.benchmarks.compile import {name}; {name}({root!r})"
ENVIRONMENTS = ("dev", "prod")
Edit = tuple[str, Callable[[str], str]]
EDITS: dict[str, Edit] = {
    "one line of an agent": ("agents/agent-7.yaml", lambda text: text.replace("max: 20", "max: 30")),
    "a remark in an agent": ("agents/agent-7.yaml", lambda text: f"# a remark\n{text}"),
    "a new agent": ("agents/agent-500x.yaml", lambda text: text),
    "a mistake": ("agents/agent-7.yaml", lambda text: text.replace("claude/haiku", "claude/haiko")),
    "what all agents use": ("orders.yaml", lambda text: text.replace("Looks up", "Finds")),
}
"""What is edited -> its file, and how its text changes; a file that is not there begins as an agent."""


def cold(root: str) -> None:
    """Compile in this fresh process; print objects, wall and processor seconds, those of them that the system took to
    hand out memory and files, KiB an object, seconds for the text."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    started, begun = time.perf_counter(), time.process_time()
    bundle = _compiled(FolderTree(root)).bundle
    seconds, used = time.perf_counter() - started, time.process_time() - begun
    assert bundle is not None
    after = resource.getrusage(resource.RUSAGE_SELF)
    grown = (after.ru_maxrss - before.ru_maxrss) / len(bundle.objects)
    begun = time.process_time()
    emit(item.data for item in bundle.objects)
    text = time.process_time() - begun
    print(len(bundle.objects), seconds, used, after.ru_stime - before.ru_stime, grown, text)


def warm(root: str) -> None:
    """Compile once, then again after each of several edits; print the seconds of the first, then the medians of each.

    What each edit leaves behind is compiled once more in between, so that each is measured against the same fleet.
    """
    memory = Memory()
    folder = Path(root, "environments/prod")
    tree = FolderTree(root)

    def again() -> float:
        nonlocal tree
        tree = tree.again()
        return _seconds(lambda: remembered(memory, ("prod",), tree, _remembering))

    first = again()
    found: dict[str, list[float]] = {"nothing": []}
    for _ in range(RUNS):
        found["nothing"].append(again())
        for name, (path, edit) in EDITS.items():
            file = folder / path
            before = file.read_text() if file.exists() else None
            file.write_text(edit(before or AGENT.replace("NUMBER", "new")))
            found.setdefault(name, []).append(again())
            file.unlink() if before is None else file.write_text(before)
            again()
    print(first, *(statistics.median(each) for each in found.values()))


def cores(root: str) -> None:
    """Compile two environments over one base in one process, then in two; print both medians."""

    def took(workers: int) -> float:
        return _seconds(lambda: compile_each(FolderTree(root), ENVIRONMENTS, Forgetful(), workers=workers))

    print(*(statistics.median(took(workers) for _ in range(RUNS)) for workers in (1, 2)))


def _compiled(tree: Tree) -> Compiled:
    return compile_environment(tree, "prod")


def _remembering(tree: Tree, memo: Memo) -> Compiled:
    return compile_environment(tree, "prod", memo=memo)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _apart(name: str, root: Path, runs: int = 1) -> list[float]:
    """The medians of what a function of this module prints, each time in a fresh process."""
    command = [sys.executable, "-c", PROGRAM.format(name=name, root=str(root))]
    printed = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(runs)]
    return [statistics.median(column) for column in zip(*(map(float, text.split()) for text in printed), strict=True)]


def _load_only(root: Path) -> float:
    """Processor seconds that PyYAML's C loader takes for the same files."""
    started = time.process_time()
    for file in root.rglob("*.yaml"):
        list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))
    return time.process_time() - started


def _sizes(folder: Path) -> None:
    head = ("agents", "objects", "wall s", "cpu s", "system's s", "ms/object", "KiB/object", "text cpu s", "/ loader's")
    print(*(f"{word:>12}" for word in head))
    for agents, runs in SIZES:
        root = folder / str(agents)
        write_fleet(agents, root)
        objects, wall, used, system, memory, text = _apart("cold", root, runs)
        bare = statistics.median(_load_only(root) for _ in range(runs))
        figures = (wall, used, system, used / objects * 1000, memory, text, used / bare)
        print(f"{agents:12} {objects:12.0f}", *(f"{figure:12.3f}" for figure in figures))


def _warm(folder: Path) -> None:
    first, *found = _apart("warm", folder / "1000")
    print("one process, 1,000 agents, compiled again after a change of")
    for name, seconds in zip(("nothing", *EDITS), found, strict=True):
        print(f"  {name:24} {seconds * 1000:8.1f} ms, 1/{first / seconds:.0f} of cold")


def _cores(folder: Path) -> None:
    root = folder / "two"
    files = {path.replace("/prod/", "/base/"): text for path, text in fleet(1000).items()}
    environment = files.pop("environments/base/environment.yaml").replace("spec:\n", "spec:\n  bases: [../base]\n", 1)
    files |= {
        f"environments/{name}/environment.yaml": environment.replace("prod}", f"{name}}}", 1) for name in ENVIRONMENTS
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    alone, both = _apart("cores", root)
    print(
        f"two environments of 1,000 agents: {alone:.2f} s in one process, {both:.2f} s in two, {alone / both:.2f} times as fast"
    )


def _commands(folder: Path) -> None:
    for words in (("validate", "prod"), ("compile", "prod")):
        command = (sys.executable, "-m", "reconciler.cli", "-C", str(folder / "1000"), *words)
        without, cached = ({"ROSTER_CACHE": value} for value in ("off", str(folder / "cache")))
        timed(command, folder / "out", environment=cached)
        rounds = [[timed(command, folder / "out", environment=each) for each in (without, cached)] for _ in range(RUNS)]
        off, on = (middle(list(column)) for column in zip(*rounds, strict=True))
        print(f"roster {' '.join(words)}: {off.wall:.2f} s without the cache, {on.wall:.2f} s with it")


def main() -> None:
    """Print a table of sizes, then what is warm, what two cores do, and the commands."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (_sizes, _warm, _cores, _commands):
            part(folder)


if __name__ == "__main__":
    main()
