"""Wheel: the file of another Roster -> that Roster in a folder of its own, ready to be run beside this one."""

import importlib.metadata
import subprocess
import sys
import zipfile
from configparser import ConfigParser, Error
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from compiler.errors import TargetError, UsageError
from compiler.requirement import unmet

DISTRIBUTION = "agent-roster"
SCRIPT = "roster"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel of Roster."""

    file: Path
    """Where it lies."""
    version: str
    requires: tuple[str, ...]
    """What it needs, as packages say it: `click>=8.2`."""
    entry: str
    """The function that is the command: `reconciler.cli:main`."""


def opened(file: Path) -> Wheel:
    """The wheel in a file. Raises UsageError if it is none of Roster's."""
    try:
        with zipfile.ZipFile(file) as archive:
            metadata, scripts = (_text(archive, name) for name in ("METADATA", "entry_points.txt"))
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise _no_wheel(file) from error
    facts = Parser().parsestr(metadata, headersonly=True)
    entries = ConfigParser()
    try:
        entries.read_string(scripts)
        entry = entries["console_scripts"][SCRIPT]
    except (Error, KeyError) as error:
        raise _no_wheel(file) from error
    if facts["Name"] != DISTRIBUTION or not facts["Version"]:
        raise _no_wheel(file)
    return Wheel(file, facts["Version"], tuple(facts.get_all("Requires-Dist") or ()), entry)


def install(wheel: Wheel, folder: Path) -> None:
    """Put the wheel into an empty folder: alone if this Python has what it needs, else together with that.

    Raises TargetError if what it needs cannot be had.
    """
    if unmet(wheel.requires, _installed):
        _install_all(wheel, folder)
        return
    # A wheel of Python alone is a folder that was packed; unpacked, it is installed.
    with zipfile.ZipFile(wheel.file) as archive:
        archive.extractall(folder)


def _install_all(wheel: Wheel, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*command, "--target", folder, wheel.file], capture_output=True, text=True, check=False)
    if done.returncode:
        needed = ", ".join(unmet(wheel.requires, _installed))
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise TargetError(
            f"Roster {wheel.version} needs {needed}, which could not be installed: {reason}",
            "install it beside this Roster, and run it again",
        )


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _text(archive: zipfile.ZipFile, name: str) -> str:
    """A file of the wheel's metadata. Raises KeyError."""
    paths = [path for path in archive.namelist() if path.endswith(f".dist-info/{name}") and path.count("/") == 1]
    return archive.read(paths[0] if paths else name).decode("utf-8", "replace")


def _no_wheel(file: Path) -> UsageError:
    return UsageError(f"{file} is no wheel of Roster", f"get one with: pip download --no-deps {DISTRIBUTION}==VERSION")
