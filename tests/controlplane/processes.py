"""Runs programs under a supervisor process, so that they end with this one however it ends."""

import json
import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SUPERVISOR = Path(__file__).with_name("supervisor.py")
# Below the range that systems hand out for outgoing connections: while a server is stopped for an
# outage nobody is given its port by chance.
PORTS = range(20000, 30000)
LOG_TAIL = 3000


class StartFailed(RuntimeError):
    """A program of the control plane did not start; the message has the end of its log."""


class Processes:
    """Named programs, their logs and the temporary folder that they share."""

    def __init__(self) -> None:
        """Start the supervisor, which makes the folder."""
        self._turn = threading.Lock()
        # In a session of its own, for Ctrl-C at a terminal must not reach it.
        self._supervisor = subprocess.Popen(
            [sys.executable, "-I", str(SUPERVISOR), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.folder = Path(self._read()["folder"])

    def __enter__(self) -> Self:
        """Nothing more to do: the supervisor runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything."""
        self.close()

    @property
    def supervisor_pid(self) -> int:
        """The process id of the supervisor."""
        return self._supervisor.pid

    def start(self, name: str, argv: list[str]) -> None:
        """Start a program under a name; its log is appended to NAME.log in the folder."""
        self._ask(do="start", name=name, argv=argv)

    def stop(self, name: str) -> None:
        """Kill a program, as a crash or a lost machine would, and wait until it is gone."""
        self._ask(do="stop", name=name)

    def running(self) -> dict[str, int]:
        """The process ids of the programs that run."""
        pids: dict[str, int] = self._ask(do="look")["running"]
        return pids

    def check(self) -> None:
        """Raise StartFailed if a program ended by itself."""
        for name, code in self._ask(do="look")["ended"].items():
            raise StartFailed(f"{name} ended with status {code}:\n{self.log(name)}")

    def log(self, name: str) -> str:
        """The end of a program's log."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-LOG_TAIL:] if path.exists() else ""

    def logs(self) -> str:
        """The ends of all logs, for the report of a failure."""
        names = sorted(path.stem for path in self.folder.glob("*.log"))
        return "\n".join(f"--- {name}\n{self.log(name)}" for name in names)

    def close(self) -> None:
        """Kill all programs and remove the folder."""
        if self._supervisor.stdin and self._supervisor.stdout:
            self._supervisor.stdin.close()
            self._supervisor.wait()
            self._supervisor.stdout.close()

    def _ask(self, **command: object) -> dict[str, Any]:
        with self._turn:
            assert self._supervisor.stdin is not None
            self._supervisor.stdin.write(json.dumps(command).encode() + b"\n")
            self._supervisor.stdin.flush()
            reply = self._read()
        if "error" in reply:
            raise StartFailed(reply["error"])
        return reply

    def _read(self) -> dict[str, Any]:
        assert self._supervisor.stdout is not None
        line = self._supervisor.stdout.readline()
        if not line:
            raise StartFailed("the supervisor of the control plane is gone")
        reply: dict[str, Any] = json.loads(line)
        return reply


def free_ports(count: int) -> list[int]:
    """Some different loopback ports that nobody listens on now."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == count:
            return found
        if _is_free(port):
            found.append(port)
    raise StartFailed("there are no free loopback ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
