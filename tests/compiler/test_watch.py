"""`--watch`: a real process that looks at real files, while they are edited, broken, mended, moved and removed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compiler.watching import Watching, watching

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: NAME}
spec:
  fleet: acme
  target: {directory: {path: NAME}}
  namespace: agents
"""
ECHO = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: echo}
spec: {type: mock, models: {any: {}}}
"""
BROKEN = ECHO.replace("type: mock", "typ: mock")
OWN, PROVIDER = "environments/dev/environment.yaml", "environments/dev/provider.yaml"
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: pack}
spec: {version: 1.0.0, prompts: {default: {system: {file: ../../texts/hello.md}}}}
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
        """Save as an editor does: beside it, then in its place, with traces left for a while."""
        file = self.root / path
        swap, beside, probe = (
            file.with_name(f".{file.name}.swp"),
            file.with_name(f"{file.name}~"),
            file.with_name("4913"),
        )
        swap.write_text("what is being edited")
        probe.touch()
        probe.unlink()
        file.rename(beside)
        file.write_text(text)
        beside.unlink()
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
        files.write(f"environments/dev/{number}.yaml", ECHO.replace("echo", f"echo-{number}"))
    named = ", ".join(f"environments/dev/{number}.yaml" for number in range(3))
    validating.shows(f"--- {named} and 7 more", VALID)


def test_it_works_where_the_system_tells_of_no_change(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "true")
    monkeypatch.setenv("WATCHFILES_POLL_DELAY_MS", "1000000")
    with watching(files.root, "validate", "--watch") as validating:
        validating.shows(VALID)
        files.write(PROVIDER, BROKEN)
        validating.shows(f"--- {PROVIDER}", TELLS)


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


def test_what_is_wrong_from_the_start_is_the_command_line(files: Files) -> None:
    with watching(files.root, "validate", "prod", "--watch") as validating:
        validating.shows("error: there is no environment named prod", "  = help: there are: dev")
        assert validating.process.wait(10) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--ref main", "a commit does not change\n  = help: leave out --ref: --watch follows the work folder\n"),
        ("--fix", "--watch follows what is written, and --fix would write too\n  = help: run --fix on its own\n"),
        ("--format json", "--watch is for people, and json for machines\n  = help: leave out --watch or --format\n"),
    ],
)
def test_what_means_nothing_beside_it_is_refused(files: Files, options: str, told: str) -> None:
    with watching(files.root, "validate", "--watch", *options.split()) as validating:
        validating.shows(*f"error: {told}".splitlines())
        assert validating.process.wait(10) == 2
