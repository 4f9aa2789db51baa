"""The build cache and the search for a Go toolchain."""

import threading
from pathlib import Path

import pytest

from tests.controlplane import build, toolchain
from tests.controlplane.recipe import Recipe, Workplace, cached, digest
from tests.controlplane.toolchain import Go, Unavailable, find_go, needed_go

NEW = Go(Path("/new/go"), "1.27.3 linux/amd64")
OLD = Go(Path("/old/go"), "1.19 linux/amd64")
DEFINITIONS = build.MODULES / "definitions"
PEERS = Path(__file__).parents[1] / "benchmarks" / "modules"


@pytest.fixture(autouse=True)
def new_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(toolchain, "_toolchains", lambda: iter([OLD, NEW]))


def test_the_first_toolchain_new_enough_is_taken() -> None:
    assert find_go((1, 26, 0)) == NEW
    assert find_go((1, 18)) == OLD


def test_too_old_a_toolchain_is_said_to_be_so() -> None:
    with pytest.raises(Unavailable, match=r"Go 1\.28 or newer .* 1\.19 linux/amd64, 1\.27\.3"):
        find_go((1, 28))


def test_no_toolchain_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_toolchains", lambda: iter([]))
    with pytest.raises(Unavailable, match="there is no Go at all"):
        find_go((1, 26))


@pytest.mark.parametrize(
    "folder",
    [
        *(build.MODULES / name for name in ("kubernetes", "kwok", "definitions")),
        *(PEERS / name for name in ("helm", "kubeconform", "kustomize")),
    ],
    ids=lambda folder: folder.name,
)
def test_each_module_says_which_go_it_needs_and_has_sums(folder: Path) -> None:
    assert needed_go(folder / "go.mod") >= (1, 26)
    assert (folder / "go.sum").stat().st_size > 0


def test_two_builds_at_once_build_once() -> None:
    built: list[Path] = []

    def fill(place: Workplace) -> None:
        built.append(place.output)
        (place.output / "program").write_text("program")

    recipe = Recipe(DEFINITIONS, "", "no time", fill)
    threads = [threading.Thread(target=cached, args=(recipe,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert (cached(recipe) / "program").read_text() == "program"


def test_a_failed_build_leaves_nothing_that_looks_built(tmp_path: Path) -> None:
    def fill(place: Workplace) -> None:
        (place.output / "half").write_text("half")
        raise Unavailable("the network is down")

    with pytest.raises(Unavailable):
        cached(Recipe(DEFINITIONS, "", "no time", fill))
    assert [path.name for path in tmp_path.glob("roster/controlplane/*")] == ["lock"]


def test_sums_that_go_had_to_add_are_refused() -> None:
    def fill(place: Workplace) -> None:
        with (place.module / "go.sum").open("a") as sums:
            sums.write("example.org/unseen v1.0.0 h1:AAAA=\n")

    with pytest.raises(Unavailable, match="does not cover"):
        cached(Recipe(DEFINITIONS, "", "no time", fill))


def test_another_toolchain_or_flag_is_another_folder() -> None:
    folders = {digest(build.KWOK, go) for go in (OLD, NEW)}
    folders.add(digest(Recipe(build.KWOK.module, "-w", "", build.KWOK.fill), NEW))
    assert len(folders) == 3
