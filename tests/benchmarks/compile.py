"""How long does Tree -> sealed Bundle take for a fleet of 1,000 agents, cold, on one core? `python -m tests.benchmarks.compile`

Beside it, in the same run: PyYAML's C loader reading the same files, which checks nothing and makes nothing.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from tests.benchmarks.fleets import fleet

RUNS = 5
PROGRAM = "from tests.benchmarks.compile import once; once({root!r})"


def once(root: str) -> None:
    """Compile in this fresh process and print objects and seconds."""
    started = time.perf_counter()
    compiled = compile_environment(FolderTree(root), "prod")
    seconds = time.perf_counter() - started
    assert compiled.bundle is not None, compiled.diagnostics[:3]
    print(len(compiled.bundle.objects), seconds)


def load_only(root: Path) -> float:
    """Seconds that the C loader takes for the same files."""
    started = time.perf_counter()
    for file in root.rglob("*.yaml"):
        list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))
    return time.perf_counter() - started


def main() -> None:
    """Print a line for each size of fleet."""
    print(f"{'agents':>7} {'objects':>8} {'ms/object':>10} {'seconds':>8} {'times the bare YAML loader':>27}")
    for agents in (100, 1000):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, text in fleet(agents).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            command = [sys.executable, "-c", PROGRAM.format(root=folder)]
            outputs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(RUNS)]
            objects = int(outputs[0].split()[0])
            seconds = statistics.median(float(output.split()[1]) for output in outputs)
            bare = statistics.median(load_only(root) for _ in range(RUNS))
        print(f"{agents:7} {objects:8} {seconds / objects * 1000:10.3f} {seconds:8.2f} {seconds / bare:27.1f}")


if __name__ == "__main__":
    main()
