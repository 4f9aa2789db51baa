"""The command line with the embedded directory target: what people type, read, and get as an exit code."""

import json
import os
import pty
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.targets.directory import DirectoryTarget
from reconciler.unit import Unit
from tests.scenarios.fleet import agent

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  target: {directory: {path: dev}}
  namespace: agents
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
PLAIN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {text: hello}
"""
ROOT = Path(__file__).parents[2]
ROSTER = (sys.executable, "-m", "reconciler.cli")
Roster = Callable[..., "subprocess.CompletedProcess[str]"]


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(fleet: Path, path: str, text: str | None) -> None:
    place = fleet / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink() if text is None else place.write_text(text)
    git(fleet, "add", "-A")
    git(fleet, "commit", "-qm", f"change {path}")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    (folder / "environments/dev").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "environments/dev/environment.yaml").write_text(ENVIRONMENT)
    commit(folder, "environments/dev/providers/claude.yaml", PROVIDER)
    commit(folder, "environments/dev/objects/greeting.yaml", PLAIN)
    return folder


def run(fleet: Path, *words: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [*ROSTER, "-C", str(fleet), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def roster(fleet: Path) -> Roster:
    return lambda *words, **options: run(fleet, *words, **options)


@pytest.fixture
def greeting(fleet: Path) -> Path:
    return fleet / ".roster/dev/agents/configmap-greeting.yaml"


def test_help_imports_nothing_heavy() -> None:
    script = "import sys; sys.argv = ['roster', '--help']\nfrom reconciler.cli import main\n"
    script += "try: main()\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", script + "print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    heavy = {
        "pydantic",
        "git",
        "kubernetes",
        "rich",
        "yaml",
        "ruamel",
        "jinja2",
        "orjson",
        "rapidfuzz",
        "watchfiles",
        "prometheus_client",
    }
    assert not loaded & heavy
    told = re.findall(r"^(With\w* a target):|^  ([a-z]+)  ", done.stdout.partition("Options:")[2], re.MULTILINE)
    assert " ".join(title or name for title, name in told) == (
        "Without a target init validate compile diff why remap explain schema "
        "With a target plan sync run status install"
    )


@pytest.mark.parametrize(
    "command", ["validate", "compile", "diff", "explain", "plan", "sync", "run", "status", "install"]
)
def test_every_command_teaches(command: str) -> None:
    done = subprocess.run([*ROSTER, command, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Examples:" in done.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("roster", ("init", "validate", "status", "install")),
        ("roster sync", ("dev",)),
        ("roster -C big/teams validate", ("east", "west")),
        ("roster -C big/teams plan", ("east", "west")),
        ("roster -C big/teams schema pull", ("east", "west")),
    ],
)
def test_the_shell_completes_commands_and_the_environments_of_the_fleet(
    fleet: Path, line: str, offered: tuple[str, ...]
) -> None:
    for name in ("east", "west"):
        file = fleet / "big/teams/environments" / name / "environment.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(ENVIRONMENT.replace("dev", name))
    asked = {"_ROSTER_COMPLETE": "bash_complete", "COMP_WORDS": f"{line} ", "COMP_CWORD": str(len(line.split()))}
    done = subprocess.run(
        ROSTER,
        cwd=fleet,
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    words = [answer.removeprefix("plain,") for answer in done.stdout.splitlines()]
    assert [word for word in words if word in offered] == list(offered)
    assert set(words) == set(offered) or line == "roster"


def test_the_way_of_a_day(roster: Roster, fleet: Path, greeting: Path) -> None:
    planned = roster("plan", "dev")
    assert planned.returncode == 0, planned.stderr
    assert "+ ConfigMap/greeting" in planned.stdout
    assert "Plan: 3 to create, 0 to update, 0 to delete, 0 unchanged." in planned.stdout
    assert not (fleet / ".roster").exists()

    assert roster("status", "dev").returncode == 3

    synced = roster("sync", "dev")
    assert synced.returncode == 0, synced.stderr
    assert "  + ConfigMap/greeting created\n" in synced.stdout
    assert "Synced, Healthy   3 applied, 0 unchanged, 0 deleted   in " in synced.stdout
    assert "hello" in greeting.read_text()

    again = roster("sync", "dev")
    assert again.stdout.count("\n") == 1
    assert "0 applied, 3 unchanged, 0 deleted" in again.stdout

    told = roster("status")
    assert told.returncode == 0
    assert "Synced, Healthy" in told.stdout
    assert "claude" in told.stdout


def test_a_second_sync_writes_nothing(roster: Roster, fleet: Path) -> None:
    roster("sync", "dev")
    before = {path: path.stat().st_mtime_ns for path in (fleet / ".roster").rglob("*") if path.is_file()}
    roster("sync", "dev")
    after = {path: path.stat().st_mtime_ns for path in (fleet / ".roster").rglob("*") if path.is_file()}
    assert {path for path in before if before[path] != after[path]} <= {
        fleet / ".roster/dev/.roster-state/acme.dev.lock"
    }
    assert before.keys() == after.keys()


def test_a_change_is_shown_field_by_field_and_applied(roster: Roster, fleet: Path, greeting: Path) -> None:
    roster("sync", "dev")
    commit(fleet, "environments/dev/objects/greeting.yaml", PLAIN.replace("hello", "welcome"))
    planned = roster("plan", "dev", "--exit-code")
    assert planned.returncode == 1
    assert "~ data.text: hello -> welcome" in planned.stdout
    assert "1 to update" in planned.stdout
    assert roster("sync", "dev").returncode == 0
    assert "welcome" in greeting.read_text()
    assert roster("plan", "dev", "--exit-code").returncode == 0


def test_plan_and_diff_count_the_same_agents(roster: Roster, fleet: Path) -> None:
    for name in ("support", "triage"):
        for path, text in agent(name).items():
            commit(fleet, path.replace("/prod/", "/dev/"), text)
    assert roster("plan", "dev").stdout.endswith("   2 of 2 agents affected.\n")
    roster("sync", "dev")
    assert roster("plan", "dev").stdout.endswith("   0 of 2 agents affected.\n")
    commit(fleet, "environments/dev/prompts/support.md", "Be brief.\n")
    planned, compared = roster("plan", "dev").stdout, roster("diff", "HEAD~1..HEAD").stdout
    assert planned.endswith("   1 of 2 agents affected.\n")
    assert compared.endswith("   1 of 2 agents affected.\n")


def test_what_leaves_git_is_deleted_and_a_strangers_file_survives(roster: Roster, fleet: Path, greeting: Path) -> None:
    roster("sync", "dev")
    stranger = greeting.parent / "configmap-theirs.yaml"
    stranger.write_text(PLAIN.replace("greeting", "theirs"))
    commit(fleet, "environments/dev/objects/greeting.yaml", None)
    done = roster("sync", "dev")
    assert done.returncode == 0, done.stderr
    assert "- ConfigMap/greeting deleted" in done.stdout
    assert (greeting.exists(), stranger.exists()) == (False, True)


def test_a_strangers_object_of_the_same_name_is_held_until_adopted(roster: Roster, greeting: Path) -> None:
    greeting.parent.mkdir(parents=True)
    theirs = PLAIN.replace("hello", "theirs").replace("name: greeting", "name: greeting, namespace: agents")
    greeting.write_text(theirs)
    planned = roster("plan", "dev")
    assert planned.returncode == 3
    assert "exists, not ours: --adopt ConfigMap/greeting takes it" in planned.stdout
    held = roster("sync", "dev")
    assert held.returncode == 3
    assert "exists, not ours" in held.stderr
    assert greeting.read_text() == theirs
    for command in ("plan", "sync"):
        slip = roster(command, "dev", "-q", "--adopt", "configmap/greting", "--adopt", "ConfigMap/greeting")
        told = "error: --adopt configmap/greting names no object of dev\n  = help: did you mean ConfigMap/greeting?\n"
        assert (slip.returncode, slip.stdout, slip.stderr) == (2, "", told)
    assert "`roster plan dev` shows the names" in roster("sync", "dev", "--adopt", "Pod/x").stderr
    assert greeting.read_text() == theirs
    for _ in ("a stranger's", "ours by now"):
        assert roster("sync", "dev", "--adopt", "configmap/greeting").returncode == 0
        assert "hello" in greeting.read_text()


def test_drift_is_seen_and_corrected(roster: Roster, greeting: Path) -> None:
    roster("sync", "dev")
    right = greeting.read_text()
    greeting.write_text(right.replace("hello", "hijacked"))
    assert "~ data.text: hijacked -> hello" in roster("plan", "dev").stdout
    assert roster("sync", "dev").returncode == 0
    assert greeting.read_text() == right


def test_retired_config_maps_are_kept_newest_three(roster: Roster, fleet: Path, greeting: Path) -> None:
    for tokens in range(100, 106):
        commit(fleet, "environments/dev/providers/claude.yaml", PROVIDER + f"  defaults: {{maxTokens: {tokens}}}\n")
        assert roster("sync", "dev").returncode == 0
    kept = sorted(greeting.parent.glob("configmap-claude-*.yaml"), key=lambda path: path.stat().st_mtime_ns)
    numbers = [number for path in kept for number in range(100, 106) if f'"maxTokens": {number}' in path.read_text()]
    assert numbers == [102, 103, 104, 105]


def test_an_environment_that_became_empty_is_not_pruned_unasked(roster: Roster, fleet: Path, greeting: Path) -> None:
    roster("sync", "dev")
    commit(fleet, "environments/dev/providers/claude.yaml", None)
    commit(fleet, "environments/dev/objects/greeting.yaml", None)
    held = roster("sync", "dev")
    assert held.returncode == 3
    assert "--allow-empty" in held.stderr
    assert greeting.exists()
    assert roster("sync", "dev", "--allow-empty").returncode == 0
    assert not greeting.exists()


def test_only_committed_content_counts_and_the_rest_is_mentioned(roster: Roster, fleet: Path, greeting: Path) -> None:
    (fleet / "environments/dev/objects/greeting.yaml").write_text(PLAIN.replace("hello", "draft"))
    done = roster("sync", "dev")
    assert "note: environments/dev/objects/greeting.yaml is not committed, and not synced" in done.stderr
    assert "hello" in greeting.read_text()
    assert "not committed" not in roster("sync", "dev", "--quiet").stderr


def test_another_commit_can_be_named(roster: Roster, fleet: Path, greeting: Path) -> None:
    git(fleet, "tag", "v1")
    commit(fleet, "environments/dev/objects/greeting.yaml", PLAIN.replace("hello", "later"))
    assert roster("sync", "dev", "--ref", "v1").returncode == 0
    assert "hello" in greeting.read_text()


def test_a_remote_repository_needs_no_clone(fleet: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run(empty, "sync", "dev", "--source", fleet.as_uri(), "--ref", "main")
    assert done.returncode == 0, done.stderr
    assert (empty / ".roster/dev/agents/configmap-greeting.yaml").exists()
    assert (empty / ".roster/.gitignore").read_text() == "*\n"


def test_a_fleet_in_a_folder_of_its_repository(fleet: Path, tmp_path: Path) -> None:
    big = tmp_path / "big"
    (big / "teams").mkdir(parents=True)
    git(big, "init", "-q", "-b", "main")
    (fleet / "environments").rename(big / "teams/environments")
    git(big, "add", "-A")
    git(big, "commit", "-qm", "one")
    assert run(big / "teams", "sync", "dev").returncode == 0
    assert (big / "teams/.roster/dev/agents/configmap-greeting.yaml").exists()


def test_a_note_tells_how_the_commit_went(roster: Roster, fleet: Path) -> None:
    roster("sync", "dev")
    (mirror,) = (fleet / ".roster/mirrors").glob("*.git")
    note = git(mirror, "notes", "--ref=roster/dev", "show", git(fleet, "rev-parse", "HEAD"))
    assert note.startswith("Synced, Healthy\n3 applied, 0 unchanged, 0 deleted\n")
    roster("sync", "dev", "--push-notes")
    assert git(fleet, "for-each-ref", "refs/notes") == ""


def test_notes_are_pushed_where_asked(roster: Roster, fleet: Path) -> None:
    assert roster("sync", "dev", "--push-notes").returncode == 0
    assert git(fleet, "notes", "--ref=roster/dev", "show", "HEAD").startswith("Synced, Healthy")


def test_machines_get_json(roster: Roster) -> None:
    planned = json.loads(roster("plan", "dev", "--format", "json").stdout)
    assert {change["action"] for change in planned["changes"]} == {"create"}
    roster("sync", "dev")
    (told,) = json.loads(roster("status", "--format", "json").stdout)
    assert (told["environment"], told["health"], told["synced"], told["well"]) == ("dev", "Healthy", True, True)


@pytest.mark.parametrize("words", [("plan", "dev"), ("sync", "dev"), ("status",)])
def test_quiet_says_nothing_when_all_is_well_and_what_is_not_when_not(
    roster: Roster, fleet: Path, greeting: Path, words: tuple[str, ...]
) -> None:
    roster("sync", "dev")
    done = roster(*words, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    commit(fleet, "environments/dev/objects/theirs.yaml", PLAIN.replace("greeting", "theirs"))
    greeting.with_name("configmap-theirs.yaml").write_text(PLAIN.replace("greeting", "theirs"))
    roster("sync", "dev")
    held = roster(*words, "--quiet")
    assert held.returncode == 3
    assert "ConfigMap/theirs" in held.stdout + held.stderr


@pytest.mark.parametrize("words", [("run", "--quiet"), ("status", "--namespace", "agents")])
def test_a_flag_that_would_do_nothing_is_refused(roster: Roster, words: tuple[str, ...]) -> None:
    done = roster(*words)
    assert done.returncode == 2
    assert f"No such option '{words[1]}'" in done.stderr


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_errors_in_specs_are_shown_and_nothing_is_done(roster: Roster, fleet: Path, command: str) -> None:
    commit(fleet, "environments/dev/providers/claude.yaml", PROVIDER.replace("type: claude", "typo: claude"))
    done = roster(command, "dev")
    assert done.returncode == 2
    assert "environments/dev/providers/claude.yaml:5" in done.stderr
    assert not (fleet / ".roster/dev").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan", "prod"), "no environment named prod"),
        (("plan", "de"), "did you mean dev?"),
        (("plan", "dev", "--ref", "mian"), "did you mean main?"),
        (("plan", "dev", "--ref=--help"), "not the name of a revision"),
        (("sync", "dev", "--source", "ext::sh -c id"), "not read by ext"),
        (("plan",), "Missing argument"),
        (("plan", "dev", "--nonsense"), "No such option"),
        (("snyc", "dev"), "did you mean sync?"),
        (("install",), "name an environment with target.kubernetes, or a kubeconfig context with --context"),
        (("install", "dve"), "did you mean dev?"),
        (("install", "dev"), "environment dev is applied to no cluster"),
        (("schema", "pull", "dev"), "environment dev is applied to no cluster"),
        (("status", "nowhere"), "no environment named nowhere"),
        (("run", "nowhere"), "no environment named nowhere"),
    ],
)
def test_wrong_words_end_with_two_and_a_hint(roster: Roster, words: tuple[str, ...], told: str) -> None:
    done = roster(*words)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_repository_or_commits_is_said(tmp_path: Path) -> None:
    assert "is not a Git repository" in run(tmp_path, "sync", "dev").stderr
    git(tmp_path, "init", "-q")
    done = run(tmp_path, "sync", "dev")
    assert (done.returncode, "has no commits yet" in done.stderr) == (2, True)


def test_two_syncs_at_once_are_one_and_a_sentence(roster: Roster, fleet: Path) -> None:
    with DirectoryTarget(fleet / ".roster", "dev").lease(Unit("acme", "dev"), "sync by Ana"):
        done = roster("sync", "dev")
    assert done.returncode == 3
    assert "sync by Ana" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_target_path_that_is_a_link_is_refused(roster: Roster, fleet: Path, tmp_path: Path) -> None:
    (fleet / ".roster").mkdir()
    (fleet / ".roster/dev").symlink_to(tmp_path)
    done = roster("sync", "dev")
    assert done.returncode == 3
    assert "in the way" in done.stderr
    assert "Traceback" not in done.stderr


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))


def test_a_full_disk_is_one_message_and_no_half_written_file(roster: Roster, fleet: Path, greeting: Path) -> None:
    assert roster("sync", "dev").returncode == 0
    before = greeting.read_text()
    commit(fleet, "environments/dev/objects/greeting.yaml", PLAIN.replace("hello", "x" * 20_000))
    roster("plan", "dev", "--source", str(fleet))
    git(next((fleet / ".roster/mirrors").glob("*.git")), "fetch", "-q", str(fleet), "+refs/heads/*:refs/heads/*")
    done = roster("sync", "dev", preexec_fn=limited)
    assert done.returncode == 3
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert greeting.read_text() == before
    assert not list((fleet / ".roster").rglob(".tmp-*"))
    assert roster("sync", "dev").returncode == 0


def many(fleet: Path, numbers: range, text: str) -> None:
    """Commit exactly these greetings, each in a file of its own."""
    folder = fleet / "environments/dev/objects"
    for path in folder.glob("greeting-*.yaml"):
        path.unlink()
    for number in numbers:
        document = PLAIN.replace("name: greeting", f"name: greeting-{number}").replace("hello", text)
        (folder / f"greeting-{number}.yaml").write_text(document)
    git(fleet, "add", "-A")
    git(fleet, "commit", "-qm", text)


def test_killed_at_any_instant_the_next_sync_converges(roster: Roster, fleet: Path, greeting: Path) -> None:
    many(fleet, range(60), "first")
    roster("sync", "dev")
    greeting.with_name("configmap-theirs.yaml").write_text(PLAIN)
    killed = 0
    for turn in range(8):
        many(fleet, range(turn, 60 - turn), f"turn {turn}")
        command = [*ROSTER, "-C", str(fleet), "sync", "dev"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            for _ in range(turn * 7 + 1):
                process.stdout.readline()
            process.kill()
        killed += process.returncode == -9
    assert killed > 0
    many(fleet, range(20, 50), "last")
    assert roster("sync", "dev").returncode == 0
    there = {path.stem.removeprefix("configmap-") for path in greeting.parent.glob("configmap-greeting-*.yaml")}
    assert there == {f"greeting-{number}" for number in range(20, 50)}
    assert all("last" in path.read_text() for path in greeting.parent.glob("configmap-greeting-*.yaml"))
    assert greeting.with_name("configmap-theirs.yaml").exists()
    owned = DirectoryTarget(fleet / ".roster", "dev").load_inventory(Unit("acme", "dev")).by_key()
    assert {key.name for key in owned if key.name.startswith("greeting-")} == there


def test_sigterm_ends_a_sync_between_two_writes(fleet: Path, roster: Roster) -> None:
    many(fleet, range(400), "first")
    command = [*ROSTER, "-C", str(fleet), "sync", "dev"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        _, said = process.communicate(timeout=90)
    assert (process.returncode, "stopped on request" in said) == (3, True), said
    assert roster("sync", "dev").returncode == 0


def test_a_secret_in_a_url_is_never_printed(roster: Roster) -> None:
    done = roster("sync", "dev", "--source", "https://ana:hunter2@127.0.0.1:1/fleet.git")
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_an_unreachable_cluster_is_told_by_status(fleet: Path, roster: Roster, tmp_path: Path) -> None:
    commit(
        fleet,
        "environments/dev/environment.yaml",
        ENVIRONMENT.replace("{directory: {path: dev}}", "{kubernetes: {cluster: away}}"),
    )
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: other\n"
        "clusters: [{name: away, cluster: {server: 'https://127.0.0.1:1'}}]\n"
        "users: [{name: ana, user: {token: hunter2}}]\n"
        "contexts: [{name: away, context: {cluster: away, user: ana}}]\n"
    )
    done = roster("status", "dev", "--kubeconfig", str(kubeconfig))
    assert done.returncode == 3
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_error(fleet: Path) -> None:
    command = " ".join([*ROSTER, "-C", str(fleet), "compile", "dev", "| true"])
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_terminal_gets_colours_and_live_lines_and_no_color_takes_them_away(fleet: Path) -> None:
    assert "\x1b[" in on_a_terminal([*ROSTER, "-C", str(fleet), "plan", "dev"])
    assert "\x1b[3" not in on_a_terminal([*ROSTER, "--no-color", "-C", str(fleet), "plan", "dev"])
    text = on_a_terminal([*ROSTER, "-C", str(fleet), "sync", "dev"])
    assert "ConfigMap/greeting created" in text
    assert "Synced, Healthy" in text


def on_a_terminal(command: list[str]) -> str:
    """What a command prints on a pseudo-terminal."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm"}) as process:
        os.close(theirs)
        chunks = []
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                chunk = os.read(ours, 65536)
            except OSError:
                break
            chunks.append(chunk)
        process.wait(10)
    os.close(ours)
    return b"".join(chunks).decode()
