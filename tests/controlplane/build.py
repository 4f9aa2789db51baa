"""Builds the control plane once into the user's cache folder: `python -m tests.controlplane.build`."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.definitions import write_definitions
from tests.controlplane.stages import write_stock_stages
from tests.controlplane.toolchain import Go, Unavailable, find_go, needed_go

MODULES = Path(__file__).parent / "modules"
FLAGS = ("-trimpath", "-buildvcs=false")
STRIP = "-s -w"
# Without its version the server calls itself one that clients cannot parse.
VERSION = "k8s.io/component-base/version.git"
KUBERNETES_LDFLAGS = f"{STRIP} -X {VERSION}Version=v1.36.3 -X {VERSION}Major=1 -X {VERSION}Minor=36"
# Raised when what a recipe leaves in its folder changes without its inputs changing.
LAYOUT = "1"
UNUSED_FOR = 60 * 24 * 3600.0
REPORT_EVERY = 15.0


@dataclass(frozen=True)
class Workplace:
    """Where one recipe works: its toolchain, a copy of its Go module, and the folder to fill."""

    go: Go
    module: Path
    output: Path

    def run(self, *arguments: str) -> None:
        """Run go in the module, reporting now and then how far it has come."""
        _run_go(self.go, self.module, arguments)

    def source(self, path: str) -> Path:
        """The folder in Go's module cache that holds one of the module's requirements."""
        command = [str(self.go.program), "list", "-m", "-f", "{{.Dir}}", path]
        found = subprocess.run(
            command,
            cwd=self.module,
            env=self.go.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(found.stdout.strip())


@dataclass(frozen=True)
class Recipe:
    """How one Go module becomes a folder in the cache."""

    module: str
    ldflags: str
    takes: str
    fill: Callable[[Workplace], None]


@dataclass(frozen=True)
class Built:
    """The folders of the cache that a control plane is started from."""

    kubernetes: Path
    kwok: Path
    definitions: Path

    def program(self, name: str) -> str:
        """The path of a program."""
        return str((self.kwok if name == "kwok" else self.kubernetes) / name)


def build() -> Built:
    """Everything a control plane needs, built now unless it is in the cache."""
    return Built(_cached(KUBERNETES), _cached(KWOK), build_definitions())


def build_definitions() -> Path:
    """Only the definitions, for tests against a cluster from elsewhere."""
    return _cached(DEFINITIONS)


def _fill_kubernetes(place: Workplace) -> None:
    _compile(place, KUBERNETES)
    # The root of etcd's server module is its main package, which names the program.
    (place.output / "server").rename(place.output / "etcd")


def _fill_kwok(place: Workplace) -> None:
    _compile(place, KWOK)
    write_stock_stages(place.source("sigs.k8s.io/kwok"), place.output)


def _fill_definitions(place: Workplace) -> None:
    place.run("mod", "download")
    write_definitions(place.source, place.output)


def _compile(place: Workplace, recipe: Recipe) -> None:
    output = f"{place.output}{os.sep}"
    place.run("build", "-v", *FLAGS, "-ldflags", recipe.ldflags, "-o", output, "tool")


KUBERNETES = Recipe("kubernetes", KUBERNETES_LDFLAGS, "4 to 10 minutes", _fill_kubernetes)
KWOK = Recipe("kwok", STRIP, "1 to 2 minutes", _fill_kwok)
DEFINITIONS = Recipe("definitions", "", "some seconds", _fill_definitions)


def _cached(recipe: Recipe) -> Path:
    module = MODULES / recipe.module
    go = find_go(needed_go(module / "go.mod"))
    cache = _cache_folder()
    folder = cache / f"{recipe.module}-{_digest(recipe, module, go)}"
    if not folder.is_dir():
        with _locked(cache):
            # Another run may have built it while this one waited for the lock.
            if not folder.is_dir():
                _build_into(folder, recipe, module, go)
                _discard_unused(cache)
    os.utime(folder)
    return folder


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(base) / "roster" / "controlplane"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _digest(recipe: Recipe, module: Path, go: Go) -> str:
    digest = hashlib.sha256()
    for part in (LAYOUT, *FLAGS, recipe.ldflags, go.version):
        digest.update(part.encode() + b"\0")
    for name in ("go.mod", "go.sum"):
        digest.update((module / name).read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another build is under way; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_into(folder: Path, recipe: Recipe, module: Path, go: Go) -> None:
    for abandoned in folder.parent.glob(".building-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    _say(f"building {recipe.module} with Go {go.version}, once; this takes {recipe.takes}")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as work:
        # The module is copied so that Go can never write to the committed go.sum.
        place = Workplace(go, Path(work, "module"), Path(work, "output"))
        shutil.copytree(module, place.module)
        place.output.mkdir()
        recipe.fill(place)
        _check_sums(place.module, module)
        place.output.rename(folder)
    _say(f"{recipe.module} is built")


def _check_sums(used: Path, committed: Path) -> None:
    if (used / "go.sum").read_bytes() != (committed / "go.sum").read_bytes():
        raise Unavailable(f"the go.sum of {committed.name} does not cover what was downloaded")


def _discard_unused(cache: Path) -> None:
    for folder in cache.glob("*-*"):
        if time.time() - folder.stat().st_mtime > UNUSED_FOR:
            shutil.rmtree(folder, ignore_errors=True)


def _run_go(go: Go, module: Path, arguments: tuple[str, ...]) -> None:
    last: deque[str] = deque(maxlen=20)
    command = [str(go.program), *arguments]
    with subprocess.Popen(command, cwd=module, env=go.environment(), stderr=subprocess.PIPE, text=True) as running:
        started = reported = time.monotonic()
        for count, line in enumerate(running.stderr or (), start=1):
            last.append(line)
            if time.monotonic() - reported > REPORT_EVERY:
                reported = time.monotonic()
                _say(f"  {count} packages after {reported - started:.0f} s")
    if running.returncode:
        raise Unavailable(f"`go {arguments[0]}` failed in {module.name}:\n{''.join(last)}")


def _say(text: str) -> None:
    print(f"control plane: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        build()
    except Unavailable as why:
        sys.exit(f"control plane: {why}")
