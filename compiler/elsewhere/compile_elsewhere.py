"""compile_elsewhere: a wheel of another Roster and a commit in, the objects it compiles out; by a child process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from compiler.elsewhere.elsewhere import Elsewhere
from compiler.elsewhere.wheel import Wheel, install
from compiler.errors import TargetError
from compiler.mask import mask
from compiler.rendered.folder import Folder
from compiler.rendered.layout import MANIFEST
from compiler.rendered.manifest import decoded
from compiler.yaml_reader import load

TIMEOUT = 600
"""Most seconds for one environment."""
_PROGRAM = """
import importlib, sys
folder, module, name = sys.argv[1:4]
sys.path.insert(0, folder)
sys.argv[:4] = ["roster"]
getattr(importlib.import_module(module), name)()
"""


def compile_elsewhere(wheel: Wheel, fleet: Path, commit: str, environments: Iterable[str]) -> dict[str, Elsewhere]:
    """What the wheel's Roster compiles at a commit, whatever versions the environments pin.

    Raises TargetError if what the wheel needs cannot be had, or it takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="roster-") as place:
        program = Path(place, "program")
        program.mkdir()
        install(wheel, program)
        return {
            name: _compiled(wheel, program, fleet, commit, name, Path(place).resolve() / "rendered" / name)
            for name in environments
        }


def _compiled(wheel: Wheel, program: Path, fleet: Path, commit: str, environment: str, output: Path) -> Elsewhere:
    module, _, name = wheel.entry.partition(":")
    arguments = ["-C", str(fleet), "compile", environment, "--ref", commit, "--unpinned", "--output", str(output)]
    # Isolated: neither PYTHONPATH nor the current folder may put this Roster in front of the other.
    command = [sys.executable, "-I", "-c", _PROGRAM, str(program), module, name, *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT, env={**os.environ, "NO_COLOR": "1"}
        )
    except subprocess.TimeoutExpired as error:
        raise TargetError(f"Roster {wheel.version} did not compile {environment} in {TIMEOUT} seconds") from error
    if done.returncode:
        return Elsewhere((), "", _sentence(done.stderr))
    return _read(output)


def _read(output: Path) -> Elsewhere:
    """What the other Roster wrote: one document in each file that its manifest names."""
    folder = Folder(output)
    file = folder.read(MANIFEST)
    manifest = decoded(file.content if file else b"", str(output))
    contents = [item.content for path in manifest.files if (item := folder.read(path)) is not None]
    return Elsewhere(tuple(document for content in contents for document in load(content)[0]), manifest.digest)


def _sentence(errors: str) -> str:
    """The first error that a child told; its last line where it told none."""
    lines = [line for line in errors.splitlines() if line.strip()]
    told = (line.partition(": ")[2] for line in lines if line.startswith("error"))
    return mask(next(told, lines[-1] if lines else "it said nothing"))
