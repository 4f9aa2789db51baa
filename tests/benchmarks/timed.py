"""Timed: a command -> how long it took, and how much processor time, as the operating system counted it."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Timing:
    """One run of a command, its start-up included, or the median of several."""

    wall: float
    """Seconds from its start to its end."""
    processor: float
    """Seconds of processor time, its own and the system's for it, on all cores."""


def timed(command: Sequence[str], output: Path, *, environment: dict[str, str] | None = None) -> Timing:
    """Run a command, its standard output going to a file. Raises RuntimeError if it fails.

    Python keeps what it makes of its sources, as it does where Roster is installed, beside the output: so the first
    run of a command only warms up.
    """
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(output.parent / "bytecode")}
    environ = {**os.environ, **kept, **(environment or {})}
    with output.open("wb") as file, output.with_suffix(".errors").open("w+b") as errors:
        started = time.perf_counter()
        running = subprocess.Popen(command, stdout=file, stderr=errors, env=environ)
        _, status, usage = os.wait4(running.pid, 0)
        wall = time.perf_counter() - started
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            errors.seek(0)
            told = errors.read().decode()[-2000:] or output.read_text()[-2000:]
            raise RuntimeError(f"{command[0]} ended with {running.returncode}: {told}")
    return Timing(wall, usage.ru_utime + usage.ru_stime)


def middle(timings: Sequence[Timing]) -> Timing:
    """The median of each figure."""
    return Timing(*(median(getattr(item, name) for item in timings) for name in ("wall", "processor")))
