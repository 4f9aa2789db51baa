"""Runs the control plane's programs in a process that outlives whoever asked for them just long enough to end them.

It is run by path, imports only the standard library, takes one JSON command a line on standard
input and answers each with one line. When its input ends, or its parent is gone, it kills what it
started and removes its folder: so nothing is left behind however a test run ends.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PREFIX = "roster-controlplane-"
LOCK = "lock"
PR_SET_PDEATHSIG = 1
Children = dict[str, subprocess.Popen[bytes]]


def main() -> None:
    """Serve commands until there is nobody left to give them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)
    children: Children = {}
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        lock = _mark_as_used(folder)
        _sweep(folder.parent)
        _answer({"folder": str(folder)})
        for line in _commands(parent=int(sys.argv[1])):
            _answer(_obey(children, folder, json.loads(line)))
        os.close(lock)
    finally:
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)
        for child in children.values():
            _kill(child)
        shutil.rmtree(folder, ignore_errors=True)


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _mark_as_used(folder: Path) -> int:
    # The lock is taken before it gets its name: a folder with a free lock is an abandoned one.
    unnamed = folder / "lock.new"
    lock = os.open(unnamed, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(folder / LOCK)
    return lock


def _sweep(temporary: Path) -> None:
    """Remove folders whose supervisor was itself killed, which is all that such a kill leaves."""
    for lock in temporary.glob(f"{PREFIX}*/{LOCK}"):
        with contextlib.suppress(OSError), lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def _commands(parent: int) -> Iterator[bytes]:
    pending = b""
    # A process forked from the parent may hold the pipe open; hence the look at who the parent is.
    while os.getppid() == parent:
        if not select.select([0], [], [], 1.0)[0]:
            continue
        chunk = os.read(0, 1 << 16)
        if not chunk:
            return
        *complete, pending = (pending + chunk).split(b"\n")
        yield from complete


def _answer(reply: dict[str, Any]) -> None:
    # A parent that is gone does not read; the loop finds that out by itself.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(reply).encode() + b"\n")


def _obey(children: Children, folder: Path, command: dict[str, Any]) -> dict[str, Any]:
    name = command.get("name", "")
    try:
        if command["do"] == "start":
            children[name] = _start(folder, name, command["argv"])
        elif command["do"] == "stop":
            _kill(children.pop(name))
    except (OSError, KeyError) as problem:
        return {"error": f"{command['do']} {name}: {problem!r}"}
    return {
        "running": {n: child.pid for n, child in children.items() if child.poll() is None},
        "ended": {n: child.returncode for n, child in children.items() if child.poll() is not None},
    }


def _start(folder: Path, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
    # No program may find, or leave, anything in the person's home.
    environment = {"HOME": str(folder), "PATH": os.environ.get("PATH", "")}
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            argv,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_die_with(os.getpid()),
        )


def _die_with(supervisor: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask_for_the_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The supervisor may have died before the request took effect.
        if os.getppid() != supervisor:
            os._exit(1)

    return ask_for_the_signal


def _kill(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()


if __name__ == "__main__":
    main()
