"""`--watch`: a real process that looks at real files, while they are edited, broken, mended, moved and removed."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from compiler.memo import Memo
from compiler.pipeline import compile_environment
from compiler.rendered.render import render
from compiler.trees.folder import FolderTree
from tests.compiler import edited_fleet
from tests.compiler.small_fleet import BROKEN, ENVIRONMENT
from tests.compiler.small_fleet import PROVIDER as ECHO
from tests.compiler.watching import ROOT, Watching, watching

OWN, PROVIDER = "environments/dev/environment.yaml", "environments/dev/provider.yaml"
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: pack}
spec: {version: 1.0.0, prompts: {default: {system: {file: ../../texts/hello.md}}}}
"""
OBJECT = "environments/dev/objects/greeting.yaml"
GREETING = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {text: Hello}
"""
VALID = "1 environment is valid: dev"
TELLS = f"""\
error[R0301]: spec has no field typ
 --> {PROVIDER}:4:8
  |
4 | spec: {{typ: mock, models: {{any: {{}}}}}}
  |        ^^^
  |
  = help: did you mean type?

1 error in 1 environment. Nothing was compiled. `roster explain R0301` says more."""


class Files:
    """A fleet that is written to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write(OWN, ENVIRONMENT.replace("NAME", "dev"))
        self.write(PROVIDER, ECHO)

    def write(self, path: str, text: str) -> None:
        """Write to the file itself."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def save(self, path: str, text: str) -> None:
        """Save as an editor does: under another name and in place of the file, with traces of its work for a while."""
        file = self.root / path
        swap, beside, probe = (
            file.with_name(f".{file.name}.swp"),
            file.with_name(f"{file.name}~"),
            file.with_name("4913"),
        )
        swap.write_text("what is being edited")
        probe.touch()
        probe.unlink()
        beside.write_text(text)
        beside.replace(file)
        swap.unlink()

    def rename(self, old: str, new: str) -> None:
        (self.root / old).rename(self.root / new)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "fleet")


@pytest.fixture
def validating(files: Files) -> Iterator[Watching]:
    with watching(files.root, "validate", "--watch") as running:
        running.shows(VALID)
        yield running


def test_mistakes_are_told_as_they_are_made_and_mended(files: Files, validating: Watching) -> None:
    files.write(PROVIDER, BROKEN)
    validating.shows(f"--- {PROVIDER}", TELLS)
    files.write(PROVIDER, BROKEN.replace("typ:", "type:"))
    validating.shows(f"--- {PROVIDER}", VALID)
    files.save(PROVIDER, BROKEN)
    validating.shows(f"--- {PROVIDER}", TELLS)
    files.save(PROVIDER, ECHO)
    validating.shows(f"--- {PROVIDER}", VALID)


def test_files_come_move_and_go(files: Files, validating: Watching) -> None:
    files.write("environments/dev/more/deep/broken.yaml", BROKEN.replace("echo", "deep"))
    validating.reaches("more/deep/broken.yaml:4:8")
    validating.reaches("says more.\n")
    files.rename("environments/dev/more", "environments/dev/other")
    assert "--- environments/dev/more/deep/broken.yaml, environments/dev/other/deep/broken.yaml\n" in (
        validating.reaches("says more.\n")
    )
    files.write("environments/dev/other/deep/broken.yaml", ECHO.replace("echo", "deep"))
    validating.shows("--- environments/dev/other/deep/broken.yaml", VALID)
    files.rename("environments/dev/other/deep/broken.yaml", "environments/dev/deep.yaml")
    validating.shows("--- environments/dev/deep.yaml, environments/dev/other/deep/broken.yaml", VALID)
    (files.root / "environments/dev/deep.yaml").unlink()
    validating.shows("--- environments/dev/deep.yaml", VALID)


def test_a_new_environment_is_checked_too(files: Files, validating: Watching) -> None:
    files.write("environments/prod/environment.yaml", ENVIRONMENT.replace("NAME", "prod"))
    validating.shows("--- environments/prod/environment.yaml", "2 environments are valid: dev, prod")
    shutil.rmtree(files.root / "environments/prod")
    validating.shows("--- environments/prod/environment.yaml", VALID)


def test_an_environment_that_is_broken_or_gone_is_told_until_it_is_mended(files: Files) -> None:
    with watching(files.root, "validate", "dev", "--watch") as validating:
        validating.shows(VALID)
        files.write(OWN, "kind: [")
        assert "error[R0103]" in validating.reaches("says more.\n")
        (files.root / OWN).unlink()
        validating.shows(f"--- {OWN}", "error: environments/dev has no environment.yaml")
        files.write(OWN, ENVIRONMENT.replace("NAME", "dev"))
        validating.shows(f"--- {OWN}", VALID)


@pytest.mark.parametrize("folder", ["environments", ""])
def test_a_folder_that_vanishes_may_come_back(files: Files, folder: str) -> None:
    with watching(files.root.parent, "-C", "fleet", "validate", "--watch") as validating:
        validating.shows(VALID)
        away = files.root.parent / "away"
        (files.root / folder).rename(away)
        validating.shows(
            f"--- {OWN}, {PROVIDER}",
            "error: the work folder declares no environment",
            "  = help: write environments/NAME/environment.yaml, or name another -C DIR",
        )
        away.rename(files.root / folder)
        validating.shows(f"--- {OWN}, {PROVIDER}", VALID)
        files.write(PROVIDER, BROKEN)
        validating.shows(f"--- {PROVIDER}", TELLS)


def test_what_no_spec_is_made_of_is_no_change(files: Files, validating: Watching) -> None:
    for path in ("README.md", ".git/HEAD", ".roster/dev/x.yaml", "environments/.git/x.yaml", f"{PROVIDER}~", "n/m/o"):
        files.write(path, "whatever")
    (files.root / PROVIDER).touch()
    files.write("environments/dev/.provider.yaml.swp", "whatever")
    files.write(PROVIDER, BROKEN)
    validating.shows(f"--- {PROVIDER}", TELLS)


def test_a_text_outside_of_the_environments_counts_if_a_spec_names_it(files: Files) -> None:
    files.write("environments/dev/pack.yaml", PACK)
    files.write("texts/hello.md", "Hello")
    files.write("texts/unread.md", "Hello")
    with watching(files.root, "validate", "--watch") as validating:
        validating.shows(VALID)
        files.write("texts/unread.md", "Goodbye")
        files.rename("texts/hello.md", "texts/goodbye.md")
        assert "--- texts/hello.md\n" in validating.reaches("says more.\n")
        files.rename("texts/goodbye.md", "texts/hello.md")
        validating.shows("--- texts/hello.md", VALID)


def test_links_are_not_followed(files: Files, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (files.root / "environments/dev/agents").symlink_to(outside)
    with watching(files.root, "validate", "--watch") as validating:
        validating.shows(VALID)
        (outside / "provider.yaml").write_text(BROKEN)
        files.write(PROVIDER, BROKEN)
        validating.shows(f"--- {PROVIDER}", TELLS)


def test_many_changes_at_once_are_one_round_and_few_names(files: Files, validating: Watching) -> None:
    for number in range(10):
        files.write(f"elsewhere/{number}.yaml", ECHO.replace("echo", f"echo-{number}"))
    files.rename("elsewhere", "environments/dev/more")
    named = ", ".join(f"environments/dev/more/{number}.yaml" for number in range(3))
    validating.shows(f"--- {named} and 7 more", VALID)


def test_it_works_where_the_system_tells_of_no_change(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "true")
    monkeypatch.setenv("WATCHFILES_POLL_DELAY_MS", "1000000")
    with watching(files.root, "validate", "--watch") as validating:
        validating.shows(VALID)
        files.write(PROVIDER, BROKEN)
        validating.shows(f"--- {PROVIDER}", TELLS)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_while_it_looks_the_last_report_is_of_the_last_state(tmp_path: Path, seed: int) -> None:
    files, draw = edited_fleet.start(), random.Random(seed)
    put(tmp_path, {}, files)
    with watching(tmp_path, "validate", "--watch") as validating:
        for name in draw.sample(sorted(edited_fleet.EDITS), 40):
            before, files = files, edited_fleet.edited(files, name, seed)
            put(tmp_path, before, files)
            time.sleep(draw.choice([0, 0, 0.02, 0.1]))
        command = [sys.executable, "-m", "reconciler.cli", "-C", str(tmp_path), "validate"]
        alone = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=ROOT
        )
        shown = validating.reaches(alone.stdout)
        # That may have been the report of an earlier state; whoever misses an event looks again by then.
        time.sleep(3)
        code, rest = validating.stop()
    assert (code, (shown + rest).endswith(f"{alone.stdout}\nstopped\n")) == (130, True), shown + rest
    assert "a fault in Roster" not in shown + rest


def put(root: Path, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Write what differs, as a checkout does: one file after the other."""
    for path in before.keys() - after.keys():
        (root / path).unlink()
    for path, text in after.items():
        if before.get(path) != text:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)


def test_ctrl_c_ends_it_as_it_ends_any_command(files: Files, validating: Watching) -> None:
    assert validating.stop() == (130, "\nstopped\n")


def test_a_terminal_shows_the_last_round_alone(files: Files) -> None:
    with watching(files.root, "--no-color", "validate", "--watch", terminal=True) as validating:
        shown = validating.reaches("Ctrl-C ends it.")
        assert shown.startswith(f"\x1b[2J\x1b[1;1H{VALID}\r\n\r\n")
        files.write(PROVIDER, BROKEN)
        shown = validating.reaches("Ctrl-C ends it.").lstrip()
        assert shown.startswith("\x1b[2J\x1b[1;1H" + TELLS.replace("\n", "\r\n"))
        assert f" after a change of {PROVIDER}. Waiting for changes" in shown


# --- compile --output DIR --watch


@pytest.fixture
def compiling(files: Files) -> Iterator[Watching]:
    """The example, compiled to a folder of the fleet itself."""
    files.write(OBJECT, GREETING)
    with watching(files.root, "compile", "dev", "--output", "rendered/dev", "--watch") as running:
        running.shows("rendered/dev holds dev: 3 files written, 0 removed, 0 unchanged")
        yield running


def rendered(files: Files) -> dict[str, str]:
    """The files of the folder, but the manifest."""
    folder = files.root / "rendered/dev"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.yaml"))}


def compiled(files: Files) -> dict[str, str]:
    """What they should be: what the specs of now compile to."""
    contents = render(compile_environment(FolderTree(files.root), "dev"), Memo()).contents
    return {path: content.decode() for path, content in contents.items()}


def test_the_files_follow_the_specs_while_these_have_no_errors(files: Files, compiling: Watching) -> None:
    assert rendered(files) == compiled(files)
    files.save(OBJECT, GREETING.replace("Hello", "Welcome"))
    compiling.shows(f"--- {OBJECT}", "rendered/dev holds dev: 1 file written, 0 removed, 2 unchanged")
    assert rendered(files) == (sound := compiled(files))
    files.write(PROVIDER, BROKEN)
    compiling.shows(f"--- {PROVIDER}", TELLS)
    assert rendered(files) == sound
    files.write(PROVIDER, ECHO.replace("any: {}", "any: {}, other: {}"))
    compiling.shows(f"--- {PROVIDER}", "rendered/dev holds dev: 1 file written, 1 removed, 2 unchanged")
    assert rendered(files) == compiled(files) != sound
    files.write("environments/dev/more.yaml", ECHO.replace("echo", "more"))
    compiling.shows("--- environments/dev/more.yaml", "rendered/dev holds dev: 1 file written, 0 removed, 3 unchanged")
    assert rendered(files) == compiled(files)
    (files.root / "environments/dev/more.yaml").unlink()
    compiling.shows("--- environments/dev/more.yaml", "rendered/dev holds dev: 0 files written, 1 removed, 3 unchanged")
    assert rendered(files) == compiled(files)
    assert compiling.stop() == (130, "\nstopped\n")


def test_what_is_done_to_the_files_meanwhile_is_seen_in_the_next_round(files: Files, compiling: Watching) -> None:
    path = "agents/configmap-greeting.yaml"
    assert path in rendered(files)
    shutil.rmtree(files.root / "rendered")
    files.write(OBJECT, f"# one\n{GREETING}")
    compiling.shows(f"--- {OBJECT}", "rendered/dev holds dev: 3 files written, 0 removed, 0 unchanged")
    files.write(f"rendered/dev/{path}", "edited: by hand")
    files.write(OBJECT, f"# two\n{GREETING}")
    compiling.shows(
        f"--- {OBJECT}",
        "error: nothing was written to rendered/dev: files in the way are not Roster's, or no longer",
        f"  {path} was edited since Roster wrote it",
        "  = help: move them away, and what was edited in them into the specs; then run it again",
    )
    (files.root / "rendered/dev" / path).unlink()
    files.write(OBJECT, GREETING)
    compiling.shows(f"--- {OBJECT}", "rendered/dev holds dev: 1 file written, 0 removed, 2 unchanged")
    assert rendered(files) == compiled(files)


def test_the_source_map_follows_too(files: Files) -> None:
    words = ("compile", "dev", "--output", "rendered/dev", "--map", "map.json", "--watch")
    with watching(files.root, *words) as compiling:
        compiling.shows("rendered/dev holds dev: 2 files written, 0 removed, 0 unchanged")
        before = (files.root / "map.json").read_text()
        files.write(PROVIDER, f"# a remark\n{ECHO}")
        compiling.shows(f"--- {PROVIDER}", "rendered/dev holds dev: 0 files written, 0 removed, 2 unchanged")
        assert (files.root / "map.json").read_text() not in ("", before)


# --- what makes no sense


def test_what_is_wrong_from_the_start_is_the_command_line(files: Files) -> None:
    with watching(files.root, "validate", "prod", "--watch") as validating:
        validating.shows("error: there is no environment named prod", "  = help: there are: dev")
        assert validating.process.wait(10) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            "validate --ref main",
            "a commit does not change\n  = help: leave out --ref: --watch follows the work folder\n",
        ),
        (
            "validate --fix",
            "--watch follows what is written, and --fix would write too\n  = help: run --fix on its own\n",
        ),
        (
            "validate --format json",
            "--watch is for people, and json for machines\n  = help: leave out --watch or --format\n",
        ),
        (
            "compile dev --output out --ref main",
            "a commit does not change\n  = help: leave out --ref: --watch follows the work folder\n",
        ),
    ],
)
def test_what_means_nothing_beside_it_is_refused(files: Files, options: str, told: str) -> None:
    with watching(files.root, *options.split(), "--watch") as refusing:
        refusing.shows(*f"error: {told}".splitlines())
        assert refusing.process.wait(10) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("dev", "--watch needs --output DIR, the folder that is to follow the specs"),
        ("dev --output out --check", "--watch writes to DIR, and --check writes nothing; leave out one of them"),
    ],
)
def test_a_compile_that_writes_no_files_cannot_be_watched(files: Files, options: str, told: str) -> None:
    with watching(files.root, "compile", *options.split(), "--watch") as refusing:
        assert refusing.reaches(f"Error: {told}\n").startswith("Usage: roster compile")
        assert refusing.process.wait(10) == 2
