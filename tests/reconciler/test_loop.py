"""The loop: new commits are applied, drift is put right, silence writes nothing, and failure is waited out."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compiler.kube_object import ObjectKey
from reconciler.backoff import Backoff
from reconciler.picture import Picture

DEADLINE = 30.0
ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  target: {directory: {path: dev}}
  namespace: agents
  sync: {interval: 1s}
"""
PROVIDER = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: claude}
spec:
  type: claude
  keyFrom: {secretKeyRef: {name: anthropic, key: api-key}}
  models: {sonnet: {model: claude-sonnet-4}}
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(fleet: Path, path: str, text: str | None) -> None:
    place = fleet / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True) if text is None else place.write_text(text)
    git(fleet, "add", "-A")
    git(fleet, "commit", "-qm", f"change {path}")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "environments/dev").mkdir(parents=True)
    (folder / "environments/dev/environment.yaml").write_text(ENVIRONMENT)
    commit(folder, "environments/dev/providers/claude.yaml", PROVIDER)
    return folder


class Running:
    """A `roster run` in a process of its own."""

    def __init__(self, fleet: Path, root: Path, log: Path, *flags: str) -> None:
        self.log = log
        command = [sys.executable, "-m", "reconciler.cli", "-C", str(fleet), "run", "--root", str(root), *flags]
        with log.open("w") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self.log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)


Start = Callable[..., Running]


@pytest.fixture
def start(fleet: Path, tmp_path: Path) -> Iterator[Start]:
    running: list[Running] = []

    def make(*flags: str, root: Path = tmp_path / ".roster") -> Running:
        running.append(Running(fleet, root, tmp_path / f"log-{len(running)}", *flags))
        return running[-1]

    yield make
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    return tmp_path / ".roster/dev/agents"


def until(holds: Callable[[], bool], what: str, running: Running | None = None) -> None:
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, f"{what}\n{running.said if running else ''}"
        assert running is None or running.process.poll() is None, running.said if running else ""
        time.sleep(0.05)


def config_maps(objects: Path) -> list[Path]:
    return sorted(objects.glob("configmap-*.yaml"))


def snapshot(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_commit_is_applied_and_a_new_one_within_the_interval(fleet: Path, start: Start, objects: Path) -> None:
    running = start("dev")
    until(lambda: len(config_maps(objects)) == 1, "the first commit is applied", running)
    commit(fleet, "environments/dev/providers/gpt.yaml", PROVIDER.replace("claude}", "gpt}"))
    until(lambda: len(config_maps(objects)) == 2, "the second commit is applied", running)
    commit(fleet, "environments/dev/providers/gpt.yaml", None)
    until(lambda: "1 deleted" in running.said or "1 kept" in running.said, "what left Git goes or is retired", running)
    assert running.stop() == 0


def test_drift_is_put_right_within_seconds(start: Start, objects: Path) -> None:
    running = start("dev")
    until(lambda: "Synced" in running.said, "the first pass", running)
    (place,) = config_maps(objects)
    right = place.read_text()
    place.write_text(right.replace("claude", "hijacked"))
    until(lambda: place.read_text() == right, "an edit is undone", running)
    place.unlink()
    until(place.exists, "a deleted object is made again", running)
    assert running.stop() == 0


def test_silence_writes_nothing(start: Start, tmp_path: Path) -> None:
    running = start("dev")
    until(lambda: "Synced" in running.said, "the first pass", running)
    time.sleep(0.5)
    before, said = snapshot(tmp_path / ".roster"), running.said
    time.sleep(4)
    assert snapshot(tmp_path / ".roster") == before
    assert running.said == said
    assert running.stop(signal.SIGINT) == 0


def test_errors_in_specs_leave_the_target_as_it_is(fleet: Path, start: Start, objects: Path) -> None:
    running = start("dev")
    until(lambda: "Synced" in running.said, "the first pass", running)
    before = [path.read_text() for path in config_maps(objects)]
    commit(fleet, "environments/dev/providers/claude.yaml", PROVIDER.replace("type: claude", "typo: claude"))
    until(lambda: "have errors; the target stays as it is" in running.said, "the errors are told", running)
    assert "typo" in running.said
    assert [path.read_text() for path in config_maps(objects)] == before
    commit(fleet, "environments/dev/providers/claude.yaml", PROVIDER + "  defaults: {maxTokens: 100}\n")
    until(lambda: [path.read_text() for path in config_maps(objects)] != before, "the mended specs", running)
    assert running.stop() == 0


def test_a_repository_that_goes_away_is_waited_out_and_told(fleet: Path, start: Start, tmp_path: Path) -> None:
    running = start("dev", "--source", fleet.as_uri())
    until(lambda: "Synced" in running.said, "the first pass", running)
    root = tmp_path / ".roster"
    fleet.rename(tmp_path / "away")
    until(lambda: "trying again" in running.said, "the failure is said", running)
    asked = [sys.executable, "-m", "reconciler.cli", "-C", str(tmp_path / "away"), "status", "dev", "--root", str(root)]

    def status() -> subprocess.CompletedProcess[str]:
        return subprocess.run(asked, capture_output=True, text=True, check=False)

    until(lambda: status().returncode == 3, "the status tells it", running)
    assert "there is no repository" in status().stdout
    (tmp_path / "away").rename(fleet)
    until(lambda: "answers again" in running.said, "the recovery is said", running)
    asked[4] = str(fleet)
    until(lambda: status().returncode == 0, "the status is well again", running)
    assert running.stop() == 0


def test_two_loops_share_an_environment(fleet: Path, start: Start, objects: Path) -> None:
    first, second = start("dev"), start("dev")
    until(lambda: "Synced" in first.said + second.said, "one of them works", first)
    first.process.kill()
    first.process.wait()
    commit(fleet, "environments/dev/providers/gpt.yaml", PROVIDER.replace("claude}", "gpt}"))
    until(lambda: len(config_maps(objects)) == 2, "the other takes over", second)
    assert second.stop() == 0


def test_metrics_are_served_on_loopback_where_asked(start: Start) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = start("dev", "--metrics", f"127.0.0.1:{port}")
    until(lambda: "Synced" in running.said, "the first pass", running)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"http://127.0.0.1:{port}/metrics"
    ) as answer:
        text = answer.read().decode()
    assert 'roster_passes_total{environment="dev",result="synced"} 1.0' in text
    assert 'roster_healthy{environment="dev"} 1.0' in text
    assert running.stop() == 0


def children(pid: int) -> dict[int, str]:
    """The processes that a process has started, and their command lines."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, *_ = (place / "stat").read_text().rpartition(")")[2].split()
            if int(parent) == pid and state != "Z":
                found[int(place.name)] = (place / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def is_running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_one_child_compiles_commit_after_commit_and_none_is_left(
    fleet: Path, start: Start, objects: Path, number: int
) -> None:
    running = start("dev")

    def compilers() -> list[int]:
        return [pid for pid, command in children(running.process.pid).items() if "spawn_main" in command]

    until(lambda: len(config_maps(objects)) == 1, "the first commit is applied", running)
    first = compilers()
    commit(fleet, "environments/dev/providers/gpt.yaml", PROVIDER.replace("claude}", "gpt}"))
    until(lambda: len(config_maps(objects)) == 2, "the second commit is applied", running)
    assert len(first) == 1
    assert compilers() == first
    started = children(running.process.pid)
    running.stop(number)
    until(lambda: not any(is_running(pid) for pid in started), f"nothing is left of {started}")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("prod",), "no environment named prod"),
        (("--ref", "nowhere"), "the ref nowhere does not exist"),
        (("--source", "ext::sh"), "not read by ext"),
        (("--metrics", "0.0.0.0:80"), "no loopback address"),
    ],
)
def test_what_makes_no_sense_ends_at_once(start: Start, flags: tuple[str, ...], said: str) -> None:
    running = start(*flags)
    assert running.process.wait(DEADLINE) == 2
    assert said in running.said


def test_backoff_grows_to_a_limit_and_starts_again() -> None:
    backoff = Backoff(first=1.0, most=8.0)
    waits = [backoff.failed() for _ in range(6)]
    assert all(full / 2 <= wait <= full for wait, full in zip(waits, (1, 2, 4, 8, 8, 8), strict=True))
    backoff.succeeded()
    assert backoff.failed() <= 1.0


def deployment(version: str, image: str = "a", ready: int = 1) -> dict[str, object]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "support", "namespace": "n", "resourceVersion": version, "generation": 1},
        "spec": {"replicas": 1, "image": image},
        "status": {
            "observedGeneration": 1,
            **dict.fromkeys(("replicas", "readyReplicas", "updatedReplicas", "availableReplicas"), ready),
        },
    }


KEY = ObjectKey("apps", "Deployment", "n", "support")


@pytest.mark.parametrize(
    ("scene", "changed"),
    [
        ({KEY: deployment("1")}, ()),
        ({KEY: deployment("2")}, ()),
        ({KEY: deployment("2", image="b")}, (KEY,)),
        ({KEY: deployment("2", ready=0)}, (KEY,)),
        ({}, (KEY,)),
    ],
    ids=["same", "touched", "edited", "unwell", "gone"],
)
def test_a_picture_tells_what_matters_from_what_does_not(scene: dict[ObjectKey, object], changed: object) -> None:
    picture = Picture(runs_workloads=True)
    assert picture.changed({KEY: deployment("1")}) == ()
    assert picture.changed(scene) == changed  # type: ignore[arg-type]


def test_a_worker_that_died_ends_the_loop_instead_of_being_missed(fleet: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "reconciler.cli",
        "-C",
        str(fleet),
        "run",
        "--root",
        str(tmp_path / ".roster"),
        "dev",
    ]
    with (tmp_path / "errors").open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
    assert process.stdout is not None
    process.stdout.close()  # so that the worker's first word kills it, as `roster run | head` does
    try:
        code = process.wait(DEADLINE)
    finally:
        process.kill()
    # Who speaks first dies of it: the worker, which the loop tells of, or the loop itself, as any program in a pipe.
    assert code in (3, 141)
    assert code == 141 or "dev is no longer worked on" in (tmp_path / "errors").read_text()
