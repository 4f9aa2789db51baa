"""diff --compiler: what another Roster would change on one tree; and what a new version of the same code changes: nothing."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from compiler import __version__
from compiler.elsewhere.wheel import Wheel, opened
from compiler.errors import UsageError
from compiler.requirement import unmet
from tests.scenarios.fleet import PROVIDER, agent
from tests.scenarios.repository import ROOT, Repository, make

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: NAME}
spec:
  fleet: acme
  namespace: agents
  target: {directory: {path: NAME}}
  compiler: "<0.2"
"""
FLEET = {
    "environments/dev/environment.yaml": ENVIRONMENT.replace("NAME", "dev"),
    "environments/dev/claude.yaml": PROVIDER,
    **{path.replace("prod", "dev"): text for path, text in agent("support").items()},
}


def build(place: Path, version: str, edits: Mapping[str, tuple[str, str]]) -> Path:
    """The wheel of this project, called another version, with edits: file -> a text in it and what takes its place."""
    for name in ("compiler", "reconciler", "schemas", "templates", ".github", "README.md", "pyproject.toml"):
        source, copy = ROOT / name, place / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    for path, (old, new) in {"compiler/__init__.py": (f'"{__version__}"', f'"{version}"'), **edits}.items():
        text = (place / path).read_text()
        assert old in text, path
        (place / path).write_text(text.replace(old, new))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "dist")]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    (wheel,) = (place / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("unchanged"), "0.2.0", {})


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Roster that gives pods more time to end."""
    edits = {
        "templates/agent/deployment.yaml": (
            'terminationGracePeriodSeconds: "{{ grace }}"',
            "terminationGracePeriodSeconds: 900",
        )
    }
    return build(tmp_path_factory.mktemp("changed"), "0.3.0", edits)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = make(tmp_path_factory.mktemp("fleet"), {})
    repository.commit(FLEET)
    return repository


def roster(fleet: Repository, *arguments: str, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-m", "reconciler.cli", *arguments]
    done = subprocess.run(
        command,
        check=False,
        cwd=fleet.path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the promise


def test_a_new_version_rolls_no_pod_for_unchanged_input(fleet: Repository, unchanged: Path, tmp_path: Path) -> None:
    """Every byte of every object, and the bundle's digest, are what they were."""
    with zipfile.ZipFile(unchanged) as archive:
        archive.extractall(tmp_path / "0.2.0")
    outputs = {}
    for version, place in ((__version__, ROOT), ("0.2.0", tmp_path / "0.2.0")):
        run = [sys.executable, "-m", "reconciler.cli"]
        env = {**os.environ, "PYTHONPATH": str(place)}
        said = subprocess.run([*run, "--version"], cwd=tmp_path, env=env, check=True, capture_output=True, text=True)
        assert said.stdout == f"roster {version}\n"
        output = tmp_path / f"rendered-{version}"
        compiling = [*run, "-C", str(fleet.path), "compile", "dev", "--unpinned", "--output", str(output)]
        subprocess.run(compiling, cwd=tmp_path, env=env, check=True, capture_output=True)
        outputs[version] = files(output)
    assert outputs[__version__] == outputs["0.2.0"]
    assert len(outputs["0.2.0"]) > 5
    assert b"0.2.0" not in b"".join(outputs["0.2.0"].values())


def test_diff_with_the_same_code_finds_nothing_although_the_pin_refuses_it(fleet: Repository, unchanged: Path) -> None:
    assert roster(fleet, "diff", "--compiler", str(unchanged)) == ("Nothing changes in dev.\n", "")
    assert roster(fleet, "diff", "--compiler", str(unchanged), "dev", "--ref", "HEAD", "--exit-code")[0].startswith(
        "Nothing"
    )


# --- what another Roster would change


def test_diff_shows_what_another_roster_would_change_field_by_field(fleet: Repository, changed: Path) -> None:
    commit = fleet.git("rev-parse", "--short=7", "HEAD")
    assert roster(fleet, "diff", "--compiler", str(changed), "--exit-code", code=1) == (
        f"""\
dev @ {commit}   Roster {__version__} -> Roster 0.3.0

Agent support                                           medium risk: restarts 2 pods
  ~ Deployment/support                                  restarts 2 pods
      ~ spec.template.spec.terminationGracePeriodSeconds: 60 -> 900

Diff: 0 to create, 1 to update, 0 to delete, 8 unchanged.   1 of 1 agent affected.
""",
        "",
    )


def test_diff_with_another_roster_speaks_json_and_markdown(fleet: Repository, changed: Path) -> None:
    commit = fleet.git("rev-parse", "--short=7", "HEAD")
    document = json.loads(roster(fleet, "diff", "--compiler", str(changed), "--format", "json")[0])
    assert [document[key] for key in ("base", "head", "commit")] == [f"Roster {__version__}", "Roster 0.3.0", commit]
    assert [spec["name"] for spec in document["environments"][0]["specs"]] == ["support"]
    shown, _ = roster(fleet, "diff", "--compiler", str(changed), "--format", "markdown")
    assert f"Roster 0.3.0 compared with Roster {__version__}, both at `{commit}`.\n" in shown


def test_another_roster_that_does_not_compile_is_a_note(fleet: Repository, tmp_path: Path) -> None:
    wheel = build(tmp_path, "0.4.0", {"compiler/kinds/provider/spec.py": ('    "claude",\n', "")})
    assert roster(fleet, "diff", "--compiler", str(wheel), "--exit-code", code=1)[0].startswith(
        "note: dev cannot be compared: Roster 0.4.0 does not compile it ("
    )


# --- what it needs


def needing(place: Path, needed: str) -> Path:
    """A Roster that needs one package more, and uses it; all else that it needs is here."""
    project = (ROOT / "pyproject.toml").read_text()
    before, _, behind = project.partition("\ndependencies = [")
    dependencies, _, _ = behind.partition("\n]")
    edits = {
        "pyproject.toml": (f"dependencies = [{dependencies}\n]", f'dependencies = ["{needed}"]'),
        "reconciler/cli.py": ("import gc\n", "import gc\nimport roster_trial\n"),
    }
    assert before
    return build(place, "0.5.0", edits)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes packages from, and no other place."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "roster_trial-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("roster_trial.py", "")
        metadata = "Metadata-Version: 2.1\nName: roster-trial\nVersion: 1.0\n"
        archive.writestr("roster_trial-1.0.dist-info/METADATA", metadata)
        archive.writestr("roster_trial-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("roster_trial-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.mark.usefixtures("index")
def test_what_another_roster_needs_is_installed_beside_it(fleet: Repository, tmp_path: Path) -> None:
    wheel = needing(tmp_path / "build", "roster-trial>=1")
    assert roster(fleet, "diff", "--compiler", str(wheel), "dev") == ("Nothing changes in dev.\n", "")


@pytest.mark.usefixtures("index")
def test_what_cannot_be_installed_is_told(fleet: Repository, tmp_path: Path) -> None:
    wheel = needing(tmp_path / "build", "roster-trial>=2")
    _, errors = roster(fleet, "diff", "--compiler", str(wheel), "dev", code=3)
    assert errors.replace(" (from agent-roster)", "") == (  # a newer pip says that too
        "error: Roster 0.5.0 needs roster-trial>=2, which could not be installed: "
        "ERROR: No matching distribution found for roster-trial>=2\n"
        "  = help: install it beside this Roster, and run it again\n"
    )


def test_specs_that_this_roster_does_not_compile_are_told_first(tmp_path: Path, unchanged: Path) -> None:
    broken = make(tmp_path / "broken", {})
    broken.commit({**FLEET, "environments/dev/claude.yaml": PROVIDER.replace("type:", "typ:")})
    shown, _ = roster(broken, "diff", "--compiler", str(unchanged), code=2)
    assert shown.startswith("error[R0301]: spec has no field typ")


# --- what is no wheel


def zipped(file: Path, **contents: str) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in contents.items():
            archive.writestr(f"x-1.dist-info/{name.replace('_txt', '.txt')}", text)
    return file


SCRIPTS = "[console_scripts]\nroster = reconciler.cli:main\n"


@pytest.mark.parametrize(
    "contents",
    [
        {},
        {"METADATA": "Name: agent-roster\nVersion: 1\n"},
        {"METADATA": "Name: requests\nVersion: 1\n", "entry_points_txt": SCRIPTS},
        {"METADATA": "Name: agent-roster\n", "entry_points_txt": SCRIPTS},
        {"METADATA": "Name: agent-roster\nVersion: 1\n", "entry_points_txt": "[gui_scripts]\n"},
        {"METADATA": "Name: agent-roster\nVersion: 1\n", "entry_points_txt": "nonsense"},
    ],
)
def test_a_file_that_is_no_wheel_of_roster_is_refused(tmp_path: Path, contents: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="is no wheel of Roster"):
        opened(zipped(tmp_path / "x.whl", **contents))


def test_a_wheel_that_is_not_there_or_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.whl").write_text("mine\n")
    for name in ("nowhere.whl", "text.whl"):
        with pytest.raises(UsageError, match="is no wheel of Roster"):
            opened(tmp_path / name)


def test_a_wheel_says_what_it_is(unchanged: Path) -> None:
    wheel = opened(unchanged)
    assert wheel == Wheel(unchanged, "0.2.0", wheel.requires, "reconciler.cli:main")
    assert any(item.startswith("click") for item in wheel.requires)


@pytest.mark.parametrize(
    ("requirement", "missing"),
    [
        ("click>=8.2", ()),
        ("click>=9", ("click>=9",)),
        ("nowhere", ("nowhere",)),
        ("nowhere; extra == 'test'", ()),
        ("nowhere; python_version < '3'", ()),
    ],
)
def test_what_a_wheel_needs_is_compared_with_what_is_here(requirement: str, missing: tuple[str, ...]) -> None:
    assert unmet([requirement], {"click": "8.5.1"}.get) == missing
