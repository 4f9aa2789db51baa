"""How long do the small commands take, beside an empty Python program? `python -m tests.benchmarks.start`"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 11
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "roster --help": ["-m", "reconciler.cli", "--help"],
    "roster validate dev": ["-m", "reconciler.cli", "-C", str(ROOT), "validate", "dev"],
}


def seconds(arguments: list[str]) -> float:
    """The median wall time of a command, the first run not counted."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def main() -> None:
    """Print a line for each command."""
    bare = 0.0
    for name, arguments in COMMANDS.items():
        took = seconds(arguments)
        bare = bare or took
        print(f"{name:20} {took:6.3f} s  {took / bare:5.1f} times an empty program")


if __name__ == "__main__":
    main()
