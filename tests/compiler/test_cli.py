"""The commands that need no target, as a person runs them: what they print, where, and with which exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.compiler.small_fleet import BROKEN, ENVIRONMENT, PROVIDER

ROOT = Path(__file__).parents[2]
FLEET = {
    "environments/base/environment.yaml": ENVIRONMENT.replace("NAME", "base") + "  abstract: true\n",
    "environments/dev/environment.yaml": ENVIRONMENT.replace("NAME", "dev"),
    "environments/dev/provider.yaml": PROVIDER,
    "environments/prod/environment.yaml": ENVIRONMENT.replace("NAME", "prod"),
}


LEAVES = "Namespace/agents leaves Git, and stays where it is: what it holds cannot be made again"


@dataclass(frozen=True)
class Fleet:
    """A fleet in a repository of its own."""

    place: Path

    def write(self, files: dict[str, str]) -> None:
        for path, content in files.items():
            file = self.place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.place), "-c", "user.name=Ana", "-c", "user.email=ana@example.com", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "--short=7", "HEAD")

    def roster(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """What `roster ARGUMENTS` prints on standard output and on standard error; its exit code must be this one."""
        command = [sys.executable, "-m", "reconciler.cli", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, check=False, cwd=self.place, capture_output=True, text=True, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    found = Fleet(tmp_path / "fleet")
    found.place.mkdir()
    found.git("init", "--quiet", "--initial-branch", "main")
    found.commit(FLEET)
    return found


# --- validate


def test_validate_checks_every_environment_but_the_abstract_ones(fleet: Fleet) -> None:
    assert fleet.roster("validate") == ("2 environments are valid: dev, prod\n", "")
    assert fleet.roster("validate", "prod") == ("1 environment is valid: prod\n", "")


def test_validate_reads_the_work_folder_unless_a_commit_is_named(fleet: Fleet) -> None:
    fleet.write({"environments/dev/provider.yaml": BROKEN})
    shown, _ = fleet.roster("validate", code=2)
    assert (
        shown
        == """\
error[R0301]: spec has no field typ
 --> environments/dev/provider.yaml:4:8
  |
4 | spec: {typ: mock, models: {any: {}}}
  |        ^^^
  |
  = help: did you mean type?

1 error in 1 of 2 environments. prod compiles. `roster explain R0301` says more.
"""
    )
    assert fleet.roster("validate", "--ref", "main") == ("2 environments are valid: dev, prod\n", "")


def test_fix_mends_the_files_says_what_it_did_and_validates_again(fleet: Fleet) -> None:
    path = "environments/dev/provider.yaml"
    sound = BROKEN.replace("typ:", "type:").replace("any: {}", "any: {model: any}")
    fleet.write({path: sound.replace("type:", "tpye:").replace("model:", "modle:")})
    shown, told = fleet.roster("validate", "--fix")
    assert shown == "2 environments are valid: dev, prod\n"
    assert told == (f"{path}:4:8: tpye -> type\n{path}:4:35: modle -> model\n2 mended in 1 file; nothing is left\n")
    assert (fleet.place / path).read_text() == sound
    fleet.write({path: BROKEN.replace("typ:", "xxx:")})
    shown, told = fleet.roster("validate", "--fix", "--format", "json", code=2)
    assert json.loads(shown)["summary"]["failed"] == ["dev"]
    assert told == "nothing could be mended; 2 are left\n"
    _, told = fleet.roster("validate", "--fix", "--ref", "main", code=2)
    assert told.startswith("error: a commit cannot be mended\n")


def test_validate_speaks_json_and_githubs_language(fleet: Fleet) -> None:
    fleet.write({"environments/dev/provider.yaml": BROKEN})
    shown, errors = fleet.roster("validate", "--format", "json", code=2)
    assert json.loads(shown)["summary"] == {
        "errors": 1,
        "warnings": 0,
        "allowed": 0,
        "environments": ["dev", "prod"],
        "failed": ["dev"],
    }
    assert errors == ""
    shown, _ = fleet.roster("validate", "--format", "github", code=2)
    assert shown.startswith("::error file=environments/dev/provider.yaml,line=4,col=8,endColumn=11,title=R0301%3A ")


@pytest.mark.parametrize(
    ("style", "begins"),
    [("sarif", '{\n  "$schema"'), ("gitlab", "[\n"), ("junit", "<?xml"), ("json", '{\n  "version": 1')],
)
def test_machines_get_their_format_alone_on_standard_output(fleet: Fleet, style: str, begins: str) -> None:
    fleet.write({"environments/dev/provider.yaml": BROKEN})
    shown, errors = fleet.roster("validate", "--format", style, code=2)
    assert shown.startswith(begins)
    assert "environments/dev/provider.yaml" in shown
    assert errors == ""
    if style != "junit":
        json.loads(shown)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("compile", "Error: Missing argument 'ENV'. There are: dev, prod\n"),
        ("diff", "Error: Missing argument 'BASE..HEAD'. \n\nExamples:\n  roster diff main..HEAD  "),
        ("validate --format jsn", "'junit'. did you mean json?\n"),
        ("validate --formta json", "Did you mean '--format'?"),
    ],
)
def test_a_wrong_command_line_is_told_with_what_could_stand_there(fleet: Fleet, words: str, told: str) -> None:
    _, errors = fleet.roster(*words.split(), code=2)
    assert told in errors


def test_explain_without_a_topic_lists_what_can_be_asked(fleet: Fleet) -> None:
    shown, _ = fleet.roster("explain")
    assert "\n  PromptPack    One version of a set of prompts.\n" in shown
    assert "\n  R0203  A spec refers to one that does not exist\n" in shown


def test_annotations_name_files_from_the_top_of_the_repository(tmp_path: Path) -> None:
    repository = Fleet(tmp_path / "mono")
    repository.place.mkdir()
    repository.git("init", "--quiet", "--initial-branch", "main")
    repository.commit({f"fleets/acme/{path}": content for path, content in FLEET.items()})
    repository.write({"fleets/acme/environments/dev/provider.yaml": BROKEN})
    shown, _ = repository.roster("-C", "fleets/acme", "validate", "--format", "github", code=2)
    assert shown.startswith("::error file=fleets/acme/environments/dev/provider.yaml,")
    assert repository.roster("-C", "fleets/acme", "validate", "--ref", "HEAD")[0].startswith("2 environments are valid")


def test_validate_needs_no_repository(tmp_path: Path) -> None:
    loose = Fleet(tmp_path)
    loose.write(FLEET)
    assert loose.roster("validate")[0] == "2 environments are valid: dev, prod\n"


# --- compile


def test_compile_prints_the_objects_and_nothing_else(fleet: Fleet) -> None:
    shown, errors = fleet.roster("compile", "dev")
    documents = list(yaml.safe_load_all(shown))
    assert [document["kind"] for document in documents] == ["ConfigMap", "Namespace"]
    assert errors == ""
    assert fleet.roster("compile", "dev", "--ref", "main") == (shown, "")


def test_compile_prints_no_object_if_there_is_an_error(fleet: Fleet) -> None:
    fleet.write({"environments/dev/provider.yaml": BROKEN})
    shown, errors = fleet.roster("compile", "dev", code=2)
    assert shown == ""
    assert errors.endswith("1 error in 1 environment. Nothing was compiled. `roster explain R0301` says more.\n")


def test_compile_writes_files_to_commit_and_proves_that_they_equal_the_specs(fleet: Fleet) -> None:
    assert fleet.roster("compile", "dev", "--output", "rendered/dev") == (
        "rendered/dev holds dev: 2 files written, 0 removed, 0 unchanged\n",
        "",
    )
    there = fleet.place / "rendered/dev"
    assert sorted(path.name for path in there.iterdir()) == ["agents", "namespace-agents.yaml", "roster.manifest"]
    assert fleet.roster("compile", "dev", "--output", "rendered/dev", "--check") == (
        "rendered/dev holds dev as its specs compile: 2 files\n",
        "",
    )
    (there / "namespace-agents.yaml").write_text("kind: Namespace\n")
    shown, errors = fleet.roster("compile", "dev", "--output", "rendered/dev", "--check", code=1)
    assert shown.startswith("rendered/dev is not what dev compiles to: 1 file differs\n  namespace-agents.yaml\n")
    assert shown.endswith("remove the file, then roster compile dev --output rendered/dev\n")
    assert errors == ""


def test_compile_leaves_files_in_the_way_and_writes_nothing_then(fleet: Fleet) -> None:
    fleet.write({"out/namespace-agents.yaml": "mine\n"})
    assert fleet.roster("compile", "dev", "--output", "out", code=3) == (
        "",
        """\
error: nothing was written to out: files in the way are not Roster's, or no longer
  namespace-agents.yaml was not written by Roster
  = help: move them away, and what was edited in them into the specs; then run it again
""",
    )
    assert [path.name for path in (fleet.place / "out").iterdir()] == ["namespace-agents.yaml"]


def test_compile_tells_what_no_spec_makes_any_more_and_somebody_has_edited(fleet: Fleet) -> None:
    fleet.roster("compile", "dev", "--output", "out")
    (file,) = (fleet.place / "out/agents").iterdir()
    file.write_text("mine\n")
    (fleet.place / "environments/dev/provider.yaml").unlink()
    shown, errors = fleet.roster("compile", "dev", "--output", "out", code=3)
    assert shown == "out holds dev: 0 files written, 0 removed, 1 unchanged\n"
    assert f"left in out\n  agents/{file.name} was edited since Roster wrote it\n" in errors
    assert file.read_text() == "mine\n"


# --- diff


def test_diff_shows_what_a_branch_changes_and_not_what_others_did_meanwhile(fleet: Fleet) -> None:
    base = fleet.git("rev-parse", "--short=7", "HEAD")
    fleet.git("checkout", "--quiet", "-b", "mine")
    file = "environments/dev/environment.yaml"
    head = fleet.commit({file: FLEET[file].replace("namespace: agents", "namespace: agents2")})
    fleet.git("checkout", "--quiet", "main")
    fleet.commit({"environments/prod/provider.yaml": PROVIDER})
    shown, _ = fleet.roster("diff", "main..mine")
    config_map = shown.partition("ConfigMap/")[2].split()[0]
    made = f"  + ConfigMap/{config_map}".ljust(56)
    assert (
        shown
        == f"""\
dev   {base} -> {head}

Environment dev                                         medium risk: {LEAVES}
  ~ spec.namespace: agents -> agents2                   environments/dev/environment.yaml:7
  - Namespace/agents                                    environments/dev/environment.yaml:7
  + Namespace/agents2                                   environments/dev/environment.yaml:7

Provider echo                                           low risk
  = ConfigMap/{config_map}                  no longer used; stays for a rollback
{made}environments/dev/environment.yaml:7

Diff: 2 to create, 0 to update, 1 to delete, 1 kept for a rollback, 0 unchanged.   0 of 0 agents affected.

Nothing changes in prod.
"""
    )


def test_diff_reads_commits_only_and_mentions_what_is_not_committed(fleet: Fleet) -> None:
    fleet.write({"environments/dev/provider.yaml": BROKEN})
    shown, errors = fleet.roster("diff", "main..HEAD")
    assert shown == "Nothing changes in dev, prod.\n"
    assert errors == "note: environments/dev/provider.yaml is not committed, and not compared\n"


def test_diff_tells_environments_that_are_new_or_gone(fleet: Fleet) -> None:
    base = fleet.git("rev-parse", "--short=7", "HEAD")
    fleet.git("rm", "-r", "--quiet", "environments/prod")
    fleet.commit({"environments/next/environment.yaml": ENVIRONMENT.replace("NAME", "next")})
    shown, _ = fleet.roster("diff", f"{base}..HEAD", "--format", "json")
    assert {item["name"]: item["action"] for item in json.loads(shown)["environments"]} == {
        "dev": "none",
        "next": "create",
        "prod": "delete",
    }
    assert fleet.roster("diff", f"{base}..HEAD", "dev")[0] == "Nothing changes in dev.\n"


def test_diff_ends_with_one_only_if_asked_to(fleet: Fleet) -> None:
    fleet.commit({"environments/prod/provider.yaml": PROVIDER})
    fleet.roster("diff", "HEAD~1..HEAD")
    fleet.roster("diff", "HEAD~1..HEAD", "--exit-code", code=1)
    fleet.roster("diff", "HEAD..HEAD", "--exit-code")


@pytest.mark.parametrize(
    ("style", "begins"),
    [
        ("text", "error[R0301]: spec has no field typ\n"),
        ("json", '{\n  "version": 1,\n  "diagnostics": ['),
        ("markdown", "<!-- roster-diff -->\n### Roster: 1 error in 1 of 2 environments\n\n```text\nerror[R0301]"),
    ],
)
def test_diff_of_a_head_with_errors_shows_them(fleet: Fleet, style: str, begins: str) -> None:
    fleet.commit({"environments/dev/provider.yaml": BROKEN})
    shown, _ = fleet.roster("diff", "HEAD~1..HEAD", "--format", style, code=2)
    assert shown.startswith(begins)


# --- explain and help


def test_explain_explains_codes_kinds_and_fields(fleet: Fleet) -> None:
    for topic in ("R0203", "Agent", "Agent.runtime.scale"):
        shown, errors = fleet.roster("explain", topic)
        assert len(shown.splitlines()) > 2
        assert errors == ""


def test_explain_explains_templates_and_knows_those_of_the_fleet(fleet: Fleet) -> None:
    shown, _ = fleet.roster("explain", "template")
    assert "\n  agent/deployment " in shown
    fleet.write({"templates/agent/extra/more.yaml": "# One more.\nkind: ConfigMap\n"})
    shown, _ = fleet.roster("explain", "template", "agent/extra/more")
    assert shown.startswith("agent/extra/more\nThe fleet's own. One more.\n")
    _, errors = fleet.roster("explain", "Agent", "Provider", code=2)
    assert errors.startswith("error: explain takes one topic, and Provider is a second one\n")


@pytest.mark.parametrize("command", ["validate", "compile", "diff", "explain"])
def test_help_teaches_by_examples(fleet: Fleet, command: str) -> None:
    shown, _ = fleet.roster(command, "--help")
    assert f"  Examples:\n    roster {command} " in shown


# --- what goes wrong


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "an environment that does not exist": (
        ("validate", "prdo"),
        "error: there is no environment named prdo\n  = help: did you mean prod?\n",
    ),
    "the same to compile": (
        ("compile", "prdo"),
        "error: there is no environment named prdo\n  = help: did you mean prod?\n",
    ),
    "the same to compare": (
        ("diff", "main..HEAD", "prdo"),
        "error: there is no environment named prdo\n  = help: did you mean prod?\n",
    ),
    "an abstract one": (
        ("compile", "base"),
        "error: environment base is abstract: a base of others, with no target of its own\n"
        "  = help: there are: dev, prod\n",
    ),
    "the same to compare with another": (
        ("diff", "main..HEAD", "base"),
        "error: environment base is abstract: a base of others, with no target of its own\n"
        "  = help: there are: dev, prod\n",
    ),
    "a folder that is no environment": (
        ("compile", "files"),
        "error: environments/files has no environment.yaml\n  = help: there are: dev, prod\n",
    ),
    "a ref that does not exist": (
        ("validate", "--ref", "mian"),
        "error: the ref mian does not exist in this repository\n  = help: did you mean main?\n",
    ),
    "a base that does not exist": (
        ("diff", "mian..HEAD"),
        "error: the ref mian does not exist in this repository\n  = help: did you mean main?\n",
    ),
    "two comparisons at once": (
        ("diff", "--environments", "dev", "prod", "--compiler", "other.whl"),
        "error: --environments and --compiler are two comparisons\n",
    ),
    "no base at all": (
        ("diff", "..HEAD"),
        "error: ..HEAD names no revision to compare with\n  = help: write BASE..HEAD, such as main..HEAD\n",
    ),
    "files to where specs are read from": (
        ("compile", "dev", "--output", "environments/dev/objects"),
        "error: environments/dev/objects lies in environments/, which the compiler reads\n  = help: name a folder of",
    ),
    "files to the fleet itself": (
        ("compile", "dev", "--output", "."),
        "error: . holds the fleet itself\n  = help: name a folder of its own, such as rendered/prod\n",
    ),
    "files to a file": (
        ("compile", "dev", "--output", "rendered/../notes"),
        "error: rendered/../notes is a file\n  = help: name a folder of its own",
    ),
    "files to Git's own folder": (
        ("compile", "dev", "--output", "environments/../../fleet/.git/objects"),
        "error: environments/../../fleet/.git/objects lies in .git/, which is Git's own\n  = help: name a folder of its",
    ),
    "files to the schemas": (
        ("compile", "dev", "--output", "schemas/cluster"),
        "error: schemas/cluster lies in schemas/, which the compiler and editors read\n  = help: name a folder of its",
    ),
    "a map among the objects": (
        ("compile", "dev", "--map", "-"),
        "Usage: roster compile [OPTIONS] ENV\n",
    ),
    "a map in the place of a spec": (
        ("compile", "dev", "--map", "environments/dev/environment.yaml"),
        "error: environments/dev/environment.yaml lies in environments/, which the compiler reads\n"
        "  = help: name a file elsewhere with --map\n",
    ),
    "a check of nothing": (
        ("compile", "dev", "--check"),
        "Usage: roster compile [OPTIONS] ENV\n",
    ),
    "a topic nobody knows": (("explain", "R9999"), "error: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_clear_message_and_exit_code_2(fleet: Fleet, mistake: str) -> None:
    arguments, message = MISTAKES[mistake]
    fleet.commit({"environments/files/system.md": "Be kind.", "notes": ""})
    shown, errors = fleet.roster(*arguments, code=2)
    assert shown == ""
    assert errors.startswith(message)


def outside(fleet: Fleet) -> Fleet:
    place = Fleet(fleet.place.parent / "outside")
    place.place.mkdir()
    return place


def unborn(fleet: Fleet) -> Fleet:
    place = outside(fleet)
    place.git("init", "--quiet", "--initial-branch", "main")
    return place


@pytest.mark.parametrize(
    ("where", "arguments", "words"),
    [
        (outside, ("validate",), "the work folder declares no environment"),
        (outside, ("diff", "main..HEAD"), "is not a Git repository"),
        (outside, ("validate", "--ref", "main"), "is not a Git repository"),
        (unborn, ("diff", "main..HEAD"), "has no commits yet"),
        (unborn, ("compile", "dev", "--ref", "HEAD"), "has no commits yet"),
    ],
)
def test_a_place_without_a_fleet_is_told(
    fleet: Fleet, where: Callable[[Fleet], Fleet], arguments: tuple[str, ...], words: str
) -> None:
    _, errors = where(fleet).roster(*arguments, code=2)
    assert words in errors
    assert "= help: " in errors


# --- the example fleet of this repository


def test_the_example_fleet_compiles_and_warns_of_nothing_but_what_omnias_images_read_elsewhere() -> None:
    shown, _ = Fleet(ROOT).roster("validate", "--format", "json")
    report = json.loads(shown)
    assert report["summary"]["environments"] == ["dev", "prod", "staging"]
    assert {item["code"] for item in report["diagnostics"]} <= {"R0536"}


# --- where its words go


@pytest.mark.parametrize(
    ("stdout", "code", "errors"),
    [
        (">&-", 0, ""),
        (">&- 2>&-", 0, ""),
        (
            ">/dev/full",
            3,
            "error: it cannot be written: No space left on device\n  = help: make room, and run it again\n",
        ),
        (">read", 141, ""),
    ],
)
@pytest.mark.parametrize("command", ["--help", "validate", "compile dev"])
def test_output_that_nobody_takes_is_no_fault(fleet: Fleet, command: str, stdout: str, code: int, errors: str) -> None:
    read, write = os.pipe()
    os.close(read)
    line = f'exec "{sys.executable}" -m reconciler.cli {command} {stdout.replace(">read", f">&{write}")}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", line],
        check=False,
        cwd=fleet.place,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        pass_fds=[write],
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (code, errors)
