"""Spread: one core or many, the same results in the same order; what fails fails alike, and who dies is missed."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from compiler.caching.cache import Forgetful, Memory
from compiler.compile_each import compile_each
from compiler.errors import TargetError, UsageError
from compiler.spread import spread
from compiler.trees.folder import FolderTree
from tests.benchmarks.fleets import fleet


def done(jobs: Sequence[Callable[[], bytes]], workers: int) -> list[bytes]:
    """The results of jobs that return bytes."""
    return spread(jobs, bytes, [bytes] * len(jobs), workers)


def job(number: int) -> Callable[[], bytes]:
    return lambda: f"{number} by {os.getpid()}".encode()


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("jobs", [0, 1, 2, 7])
def test_results_come_in_order_from_so_many_processes(jobs: int, workers: int) -> None:
    told = [text.decode().split(" by ") for text in done([job(number) for number in range(jobs)], workers)]
    assert [number for number, _ in told] == [str(number) for number in range(jobs)]
    processes = {process for _, process in told}
    assert len(processes) == min(jobs, workers)
    assert jobs == 0 or str(os.getpid()) in processes


def test_what_a_job_raises_is_raised() -> None:
    def wrong() -> bytes:
        raise UsageError("there is no environment named prood", "did you mean prod?")

    for place in range(4):
        jobs = [job(number) for number in range(4)]
        jobs[place] = wrong
        with pytest.raises(UsageError, match="prood") as raised:
            done(jobs, 2)
        assert raised.value.help == "did you mean prod?"


def test_a_worker_that_dies_is_told_and_nothing_is_half_done() -> None:
    def dies() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b"never"

    with pytest.raises(TargetError, match="died"):
        done([job(0), dies, job(2), job(3)], 2)


def test_a_large_result_is_no_obstacle_to_a_worker_or_to_the_parent() -> None:
    large = [lambda number=number: bytes([number]) * 5_000_000 for number in range(1, 7)]
    assert [text[:1] for text in done(large, 3)] == [bytes([number]) for number in range(1, 7)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three environments over one base, large enough for several processes; one of them has a mistake."""
    folder = tmp_path_factory.mktemp("fleet")
    files = {path.replace("/prod/", "/base/"): text for path, text in fleet(200).items()}
    environment = files.pop("environments/base/environment.yaml").replace("spec:\n", "spec:\n  bases: [../base]\n", 1)
    for name in ("dev", "prod", "staging"):
        files[f"environments/{name}/environment.yaml"] = environment.replace("name: prod", f"name: {name}")
    files["environments/staging/agents.yaml"] = (
        "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: agent-7}\nspec: {models: {judge: {use: cloud/haiku}}}\n"
    )
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_environments_compile_alike_on_any_number_of_cores(root: Path) -> None:
    names = ("staging", "dev", "prod")
    alone, *others = (compile_each(FolderTree(root), names, Forgetful(), workers=workers) for workers in (1, 2, 3))
    assert [item.name for item in alone] == list(names)
    assert [item.has_errors for item in alone] == [True, False, False]
    for found in others:
        for ours, theirs in zip(alone, found, strict=True):
            assert (ours.name, ours.diagnostics) == (theirs.name, theirs.diagnostics)
            assert (ours.bundle is None) == (theirs.bundle is None)
            if ours.bundle is not None and theirs.bundle is not None:
                assert ours.bundle.digest == theirs.bundle.digest
                assert ours.bundle.objects == theirs.bundle.objects
    sample = others[0][1]
    assert sample.bundle is not None
    assert alone[1].bundle is not None
    assert dict(sample.bundle.source_maps) == dict(alone[1].bundle.source_maps)
    assert sample.documents.keys() == alone[1].documents.keys()


def test_what_is_remembered_is_not_worked_out_by_anyone(root: Path) -> None:
    memory = Memory()
    one = compile_each(FolderTree(root), ("dev",), memory)
    again = compile_each(FolderTree(root), ("dev", "prod"), memory, workers=2)
    assert again[0] is one[0]


def test_what_one_worker_does_stays_in_this_process(root: Path) -> None:
    memory, tree = Memory(), FolderTree(root)
    first = compile_each(tree, ("dev", "prod"), memory, workers=1)
    again = compile_each(tree.again(), ("dev", "prod"), memory, workers=1)
    assert [one is other for one, other in zip(first, again, strict=True)] == [True, True]


def test_no_such_environment_is_said_from_many_cores_too(root: Path) -> None:
    with pytest.raises(UsageError, match="prood"):
        compile_each(FolderTree(root), ("prood", "dev", "prod"), Forgetful(), workers=3)
