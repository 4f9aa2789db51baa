"""Watching: a `roster … --watch` that runs in a process of its own, and what it prints as the files change."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which what has not been printed is taken for missing; a round takes a tenth of one."""


class Watching:
    """The process, and its output."""

    def __init__(self, folder: Path, *arguments: str, terminal: bool = False) -> None:
        """Run `roster ARGUMENTS` in a folder; it prints to a terminal, or to a pipe."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "reconciler.cli", *arguments]
        self._reading, writing = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(command, cwd=folder, stdout=writing, stderr=writing, env=environment)
        os.close(writing)
        os.set_blocking(self._reading, False)
        self._printed = ""

    def shows(self, *lines: str) -> None:
        """Wait until exactly these lines, output and errors together, are printed after those that were shown."""
        expected = "".join(f"{line}\n" for line in lines)
        self._await(lambda: len(self._printed) >= len(expected) or not expected.startswith(self._printed))
        assert self._printed == expected, self._printed
        self._printed = ""

    def reaches(self, text: str) -> str:
        """What is printed until a text is, the text included."""
        self._await(lambda: text in self._printed)
        before, found, self._printed = self._printed.partition(text)
        assert found, before
        return before + found

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C: the exit code, and what was printed since; it takes no time that a person would notice."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        assert time.monotonic() - started < 2
        self._await(lambda: False)
        return code, self._printed

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        os.close(self._reading)

    def _await(self, done: Callable[[], bool]) -> None:
        """Read on until it is done, there is nothing more, or patience ends."""
        deadline = time.monotonic() + PATIENCE
        while not done() and time.monotonic() < deadline:
            try:
                content = os.read(self._reading, 65536)
            except BlockingIOError:
                time.sleep(0.01)
                continue
            except OSError:  # a terminal at which nobody sits any more
                return
            if not content:
                return
            self._printed += content.decode()


@contextmanager
def watching(folder: Path, *arguments: str, terminal: bool = False) -> Iterator[Watching]:
    """A command that is ended in the end."""
    running = Watching(folder, *arguments, terminal=terminal)
    try:
        yield running
    finally:
        running.close()
