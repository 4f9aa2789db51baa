"""roster init, as a person runs it: the fleet it makes is right, and nothing that was there is touched."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from compiler.starter import TYPES, Beginning, Place, ignoring, starter
from compiler.yaml_reader import load

ROOT = Path(__file__).parents[2]
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.com",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.com",
}
VARIABLES = {**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
COMMAND = (sys.executable, "-m", "reconciler.cli")
BEGUN = """\
  + environments/base/environment.yaml
  + environments/base/providers/claude.yaml
  + environments/base/prompts/assistant/1.0.0/pack.yaml
  + environments/base/prompts/assistant/1.0.0/system.md
  + environments/base/agents/assistant.yaml
  + environments/dev/environment.yaml
  + .vscode/settings.json
  + .vscode/extensions.json
  + .gitignore
  + schemas/  12 files, for editors
"""


@dataclass(frozen=True)
class Person:
    """Somebody in a folder."""

    place: Path

    def roster(self, *arguments: str, code: int = 0) -> str:
        """What the command prints; its exit code must be this one."""
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=self.place, env=VARIABLES, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def git(self, *arguments: str) -> str:
        """What git prints."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.place, env=VARIABLES, capture_output=True, text=True, check=True
        )
        return done.stdout

    def files(self) -> dict[str, bytes]:
        """Every file but git's own, by path."""
        found = (path for path in self.place.rglob("*") if path.is_file())
        paths = {path.relative_to(self.place).as_posix(): path for path in found}
        return {name: path.read_bytes() for name, path in paths.items() if not name.startswith(".git/")}


@pytest.fixture
def person(tmp_path: Path) -> Person:
    (tmp_path / "Acme Fleet").mkdir()
    return Person(tmp_path / "Acme Fleet")


def test_in_an_empty_folder_it_makes_a_fleet_that_validates_and_syncs(person: Person) -> None:
    said = person.roster("init")
    assert said == BEGUN + (
        "\nNext:\n  git add --all && git commit -m 'Begin the fleet'\n  roster sync dev && roster status dev\n"
    )
    assert person.roster("validate") == "1 environment is valid: dev\n"
    person.git("add", "--all")
    person.git("commit", "--quiet", "--message", "Begin the fleet")
    assert "dev @ " in person.roster("sync", "dev")
    assert "assistant" in person.roster("status", "dev")
    assert person.git("status", "--porcelain") == ""


def test_a_dry_run_writes_nothing(person: Person) -> None:
    assert person.roster("init", "--dry-run") == BEGUN + "Nothing was written: --dry-run.\n"
    assert list(person.place.iterdir()) == []


def test_a_new_folder_is_made_and_becomes_a_repository(person: Person) -> None:
    said = person.roster("init", "deep/acme", "--yes", "--ci", "github")
    assert "\nNext:\n  cd deep/acme\n" in said
    made = Person(person.place / "deep" / "acme")
    assert made.git("rev-parse", "--show-toplevel").strip() == str(made.place.resolve())
    workflow = (ROOT / ".github/workflows/fleet.yml").read_text()
    assert (made.place / ".github/workflows/fleet.yml").read_text() == workflow
    assert b"fleet: acme\n" in made.files()["environments/base/environment.yaml"]


def test_in_an_existing_repository_nothing_that_is_there_is_touched(person: Person) -> None:
    person.git("init", "--quiet")
    theirs = {".gitignore": b"*.pyc", ".vscode/settings.json": b"{}", "README.md": b"ours\n"}
    for name, content in theirs.items():
        (person.place / name).parent.mkdir(exist_ok=True)
        (person.place / name).write_bytes(content)
    said = person.roster("init", "--fleet", "acme")
    assert "  = .vscode/settings.json  is there, and is left as it is\n" in said
    assert "  ~ .gitignore  one line more: .roster/\n" in said
    files = person.files()
    assert files[".gitignore"] == b"*.pyc\n.roster/\n"
    assert {name: files[name] for name in (".vscode/settings.json", "README.md")} == {
        name: theirs[name] for name in (".vscode/settings.json", "README.md")
    }


def test_a_second_time_it_only_adds_the_environments_that_are_asked_for(person: Person) -> None:
    person.roster("init", "--fleet", "acme")
    before = person.files()
    said = person.roster("init")
    assert said == ("    15 files are there as they should be\n\nNext:\n  roster sync dev && roster status dev\n")
    assert person.files() == before
    said = person.roster("init", "--environment", "prod", "--target", "kubernetes", "--cluster", "prod-eu")
    assert said == (
        "  + environments/prod/environment.yaml\n"
        "    14 files are there as they should be\n"
        "\nNext:\n"
        "  git add --all && git commit -m 'Add prod'\n"
        "  roster install prod && roster plan prod\n"
        "  roster sync prod && roster status prod\n"
    )
    assert person.files().keys() - before.keys() == {"environments/prod/environment.yaml"}
    assert b"namespace: acme-prod" in person.files()["environments/prod/environment.yaml"]
    assert person.roster("validate") == "2 environments are valid: dev, prod\n"


def test_for_a_cluster_it_says_when_to_make_the_secret_of_the_key(person: Person) -> None:
    said = person.roster("init", "--fleet", "acme", "--target", "kubernetes", "--cluster", "my cluster")
    assert said.partition("Next:\n")[2] == (
        "  git add --all && git commit -m 'Begin the fleet'\n"
        "  roster install dev && roster plan dev\n"
        "  roster sync dev --no-wait\n"
        "  kubectl --context 'my cluster' -n acme-dev create secret generic claude --from-file=api-key=FILE\n"
        "  roster sync dev && roster status dev\n"
    )


def test_what_the_fleet_has_wrong_already_is_told(person: Person) -> None:
    person.roster("init")
    agent = person.place / "environments/base/agents/assistant.yaml"
    agent.write_text(agent.read_text().replace("facades:", "facade:"))
    assert "did you mean facades?" in person.roster("init", "--environment", "prod", code=2)


WRONG = {
    "a fleet's name that is none": (["--fleet", "A B"], "'A B' is no name for --fleet"),
    "an environment's name that is none": (["--environment", "../x"], "'../x' is no name for --environment"),
    "an agent's name that is too long": (["--agent", "a" * 64], "is no name for --agent"),
    "a namespace that is none": (["--namespace", "a\nb: c"], "is no name for --namespace"),
    "an environment in the base's place": (["--environment", "base"], "base is where all environments' specs lie"),
    "a model without its provider": (["--model", "gpt-5"], "types: claude, openai, gemini, ollama, vllm, mock"),
    "a cluster that is not named": (["--target", "kubernetes"], "--cluster CONTEXT"),
    "a cluster that is not wanted": (["--cluster", "a"], "add --target kubernetes"),
    "a target of no kind": (["--target", "git"], "'git' is not one of 'directory', 'kubernetes'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_flag_is_told_and_nothing_is_written(name: str, person: Person) -> None:
    flags, words = WRONG[name]
    assert words in person.roster("init", *flags, code=2)
    assert list(person.place.iterdir()) == []


def test_what_stands_in_the_way_is_told(person: Person) -> None:
    (person.place / "environments").write_text("")
    assert "is a file, and a folder is needed there" in person.roster("init", code=2)
    (person.place / "environments").unlink()
    (person.place / ".gitignore").mkdir()
    assert ".gitignore is a folder, and a file is needed there" in person.roster("init", code=2)
    (person.place / ".gitignore").rmdir()
    (person.place / ".gitignore").symlink_to("nothing")
    assert ".gitignore is a link to nothing, and a file is needed there" in person.roster("init", code=2)
    assert [path.name for path in person.place.iterdir()] == [".gitignore"]
    (person.place / "environments/dev").mkdir(parents=True)
    (person.place / "environments/dev/environment.yaml").write_text("")
    assert "this fleet has no environments/base" in person.roster("init", code=2)


def test_a_name_that_yaml_takes_for_something_else_is_quoted(person: Person) -> None:
    flags = ("--fleet", "null", "--environment", "123", "--agent", "true", "--namespace", "1e3")
    person.roster("init", *flags)
    assert person.roster("validate") == "1 environment is valid: 123\n"
    assert "namespace: '1e3'" in person.roster("compile", "123").replace('"', "'")


@pytest.mark.parametrize("before", [b"\xff\xfe\n", b"a\r\nb\r\n"])
def test_every_byte_of_an_ignore_file_stays(before: bytes, person: Person) -> None:
    (person.place / ".gitignore").write_bytes(before)
    person.roster("init")
    assert person.files()[".gitignore"] == before + (b".roster/\r\n" if b"\r" in before else b".roster/\n")


def test_a_fleet_whose_name_is_no_text_gets_that_told(person: Person) -> None:
    person.roster("init", "--fleet", "acme")
    base = person.place / "environments/base/environment.yaml"
    base.write_text(base.read_text().replace("fleet: acme", "fleet: 12"))
    assert "error[R0302]: fleet: it must be text" in person.roster("init", "--environment", "prod", code=2)


def test_a_workflow_belongs_at_the_top_of_a_repository(person: Person) -> None:
    person.git("init", "--quiet")
    assert "workflows lie at the top of a repository" in person.roster("init", "agents", "--ci", "github", code=2)
    assert not (person.place / "agents").exists()
    person.roster("init", "agents")
    assert not (person.place / "agents" / ".git").exists()


def test_on_a_terminal_it_asks_for_what_no_flag_says(person: Person) -> None:
    ours, theirs = pty.openpty()
    answers = ("No Name", "acme", "base", "dev", "kubernetes", "", "kind-a", "", "helper", "any", "mock/any", "", "")
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    done = subprocess.run(
        [*COMMAND, "init"], cwd=person.place, env=VARIABLES, stdin=theirs, capture_output=True, text=True, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Error: write lower-case letters, digits and -" in done.stdout + done.stderr
    assert "Error: choose another name" in done.stdout + done.stderr
    assert "Error: write TYPE/MODEL; types: claude" in done.stdout + done.stderr
    assert b'cluster: "kind-a"' in person.files()["environments/dev/environment.yaml"]
    assert {"environments/base/agents/helper.yaml", "environments/base/providers/mock.yaml"} <= person.files().keys()
    assert person.roster("validate") == "1 environment is valid: dev\n"


@pytest.mark.parametrize("provider", TYPES)
@pytest.mark.parametrize("cluster", ["", 'odd "name": x # y'])
def test_every_beginning_fits_the_schema_that_each_file_names(provider: str, cluster: str) -> None:
    beginning = Beginning("assistant", provider, "a:b", "registry/a:1")
    files = starter("acme", (Place("dev", "acme-dev", cluster),), beginning)
    for path, text in files.items():
        if path.endswith(".yaml"):
            ((data,), problems) = load(text.encode())
            assert not problems
            _, _, name = text.partition("\n")[0].partition("$schema=")
            schema = (ROOT / path).parent / name
            assert Draft202012Validator(json.loads(schema.resolve().read_text())).is_valid(data), path


IGNORED = {
    "": ".roster/\n",
    "*.pyc": "*.pyc\n.roster/\n",
    "*.pyc\n": "*.pyc\n.roster/\n",
    ".roster/\n*.pyc\n": ".roster/\n*.pyc\n",
    "/.roster\n": "/.roster\n",
    "my.roster/\n": "my.roster/\n.roster/\n",
}


@pytest.mark.parametrize(("before", "after"), IGNORED.items())
def test_what_roster_keeps_beside_the_fleet_is_ignored_once(before: str, after: str) -> None:
    assert ignoring(before) == after
    assert ignoring(after) == after


def test_the_schemas_are_written_anew_after_an_upgrade(person: Person) -> None:
    assert person.roster("schema", "export") == "schemas: 12 of 12 schemas written, the others are as they should be\n"
    (person.place / "schemas/agent.json").write_text("{}")
    (person.place / "schemas/ours.json").write_text("{}")
    assert person.roster("schema", "export") == "schemas: 1 of 12 schemas written, the others are as they should be\n"
    assert person.files()["schemas/agent.json"] == (ROOT / "schemas/agent.json").read_bytes()
    assert person.files()["schemas/ours.json"] == b"{}"
