"""Recipe: how a Go module becomes programs, built once into the user's cache folder and taken from there afterwards."""

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

from tests.controlplane.toolchain import Go, Unavailable, find_go, needed_go

FLAGS = ("-trimpath", "-buildvcs=false")
STRIP = "-s -w"
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

    module: Path
    ldflags: str
    takes: str
    fill: Callable[[Workplace], None]


def compile_tools(place: Workplace, ldflags: str = STRIP) -> None:
    """Compile every program that the module's `tool` lines name."""
    output = f"{place.output}{os.sep}"
    place.run("build", "-v", *FLAGS, "-ldflags", ldflags, "-o", output, "tool")


def cached(recipe: Recipe) -> Path:
    """The folder with what a recipe makes, made now unless it is in the cache."""
    module = recipe.module
    go = find_go(needed_go(module / "go.mod"))
    cache = _cache_folder()
    folder = cache / f"{module.name}-{digest(recipe, go)}"
    if not folder.is_dir():
        with _locked(cache):
            # Another run may have built it while this one waited for the lock.
            if not folder.is_dir():
                _build_into(folder, recipe, go)
                _discard_unused(cache)
    os.utime(folder)
    return folder


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(base) / "roster" / "controlplane"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def digest(recipe: Recipe, go: Go) -> str:
    """The name of what a recipe makes with a toolchain."""
    digest = hashlib.sha256()
    for part in (LAYOUT, *FLAGS, recipe.ldflags, go.version):
        digest.update(part.encode() + b"\0")
    for name in ("go.mod", "go.sum"):
        digest.update((recipe.module / name).read_bytes())
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


def _build_into(folder: Path, recipe: Recipe, go: Go) -> None:
    module = recipe.module
    for abandoned in folder.parent.glob(".building-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    _say(f"building {module.name} with Go {go.version}, once; this takes {recipe.takes}")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as work:
        # The module is copied so that Go can never write to the committed go.sum.
        place = Workplace(go, Path(work, "module"), Path(work, "output"))
        shutil.copytree(module, place.module)
        place.output.mkdir()
        recipe.fill(place)
        _check_sums(place.module, module)
        place.output.rename(folder)
    _say(f"{module.name} is built")


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
    print(f"build: {text}", file=sys.stderr, flush=True)
