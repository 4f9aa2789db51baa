"""Programs under a supervisor end with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controlplane.processes import Processes, StartFailed, free_ports

SLEEP = [sys.executable, "-c", "import time; print('started', flush=True); time.sleep(600)"]


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes() as started:
        yield started


def soon(holds: Callable[[], object]) -> bool:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.02)
    return False


def is_gone(pid: int) -> bool:
    try:
        # A killed process that its new parent has not collected yet counts as gone.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_program_runs_until_it_is_stopped(processes: Processes) -> None:
    processes.start("sleep", SLEEP)
    assert soon(lambda: "started" in processes.log("sleep"))
    assert "sleep" in processes.running()
    processes.stop("sleep")
    assert processes.running() == {}


def test_the_end_of_a_program_is_told_with_its_log(processes: Processes) -> None:
    processes.start("broken", [sys.executable, "-c", "raise SystemExit('no such luck')"])
    assert soon(lambda: not processes.running())
    with pytest.raises(StartFailed, match=r"broken ended with status 1:\nno such luck"):
        processes.check()


def test_a_program_that_is_not_there_is_an_error(processes: Processes) -> None:
    with pytest.raises(StartFailed, match="FileNotFoundError"):
        processes.start("missing", [str(processes.folder / "missing")])


def test_close_removes_the_folder(processes: Processes) -> None:
    processes.start("sleep", SLEEP)
    assert processes.folder.stat().st_mode & 0o077 == 0
    processes.close()
    assert not processes.folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a child can die with its parent")
def test_programs_die_with_a_killed_supervisor_and_its_folder_is_swept(
    processes: Processes,
) -> None:
    processes.start("sleep", SLEEP)
    pid = processes.running()["sleep"]
    os.kill(processes.supervisor_pid, signal.SIGKILL)
    assert soon(lambda: is_gone(pid))
    assert processes.folder.exists()
    processes.close()
    with Processes() as later:
        assert not processes.folder.exists()
        assert later.folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_programs_end_although_a_forked_process_holds_the_pipe_open() -> None:
    script = (
        "import os, time\n"
        "from tests.controlplane.processes import Processes\n"
        "held = Processes()\n"
        f"held.start('sleep', {SLEEP!r})\n"
        "child = os.fork() or time.sleep(8)\n"
        "print(child, held.folder, flush=True)\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        child, folder = holder.stdout.readline().split()
        holder.kill()
        assert not is_gone(int(child))
        assert soon(lambda: not Path(folder).exists())
        os.kill(int(child), signal.SIGKILL)


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
