"""Trees: a folder and a commit look the same, and neither lets a repository out of its bounds."""

import os
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from compiler.errors import RosterError, TargetError, UsageError
from compiler.tree import Entry, Tree
from compiler.trees.folder import FolderTree
from compiler.trees.git import GitTree, head, merge_base, resolve, top_and_folder, uncommitted

Git = Callable[..., str]


def run(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A repository without commits."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    run(folder, "init", "-q", "-b", "main")
    return folder


@pytest.fixture
def fleet(empty: Path) -> Path:
    """A repository with one commit: some files, one link, names that need care."""
    files = {
        "environments/prod/environment.yaml": "kind: Environment\n",
        "environments/prod/agents/support.yaml": "kind: Agent\n",
        "environments/prod.yaml": "beside the folder\n",
        "environments/prod/with space/ü\n:(glob)*.txt": "odd\r\nname",
        "README.md": "top\n",
    }
    for path, text in files.items():
        place = empty / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    (empty / "environments/link").symlink_to("/etc/passwd")
    (empty / "environments/folder-link").symlink_to("prod")
    run(empty, "add", "-A")
    run(empty, "commit", "-qm", "one")
    return empty


@pytest.fixture(params=["folder", "commit"])
def tree(request: pytest.FixtureRequest, fleet: Path) -> Tree:
    return FolderTree(fleet) if request.param == "folder" else GitTree(fleet, "main")


def test_a_folder_and_its_commit_are_the_same_tree(fleet: Path) -> None:
    folder, commit = FolderTree(fleet), GitTree(fleet, "HEAD")
    assert folder.entries("") == commit.entries("")
    files = [entry.path for entry in folder.entries("") if entry.link is None]
    assert [folder.read(path) for path in files] == [commit.read(path) for path in files]


def test_lists_files_below_a_folder_sorted_with_size_and_link(tree: Tree) -> None:
    assert tree.entries("environments") == (
        Entry("environments/folder-link", 0, link="prod"),
        Entry("environments/link", 0, link="/etc/passwd"),
        Entry("environments/prod.yaml", 18),
        Entry("environments/prod/agents/support.yaml", 12),
        Entry("environments/prod/environment.yaml", 18),
        Entry("environments/prod/with space/ü\n:(glob)*.txt", 9),
    )


@pytest.mark.parametrize(
    "folder", ["nowhere", "environments/folder-link", "..", "environments/..", "README.md", ".git"]
)
def test_no_such_folder_has_no_entries(tree: Tree, folder: str) -> None:
    assert tree.entries(folder) == ()


def test_reads_bytes_unchanged(tree: Tree) -> None:
    assert tree.read("environments/prod/with space/ü\n:(glob)*.txt") == b"odd\r\nname"


@pytest.mark.parametrize(
    "path",
    [
        *("environments/link", "environments/folder-link/environment.yaml", "environments/prod", "nothing", ""),
        *(
            "../fleet/README.md",
            "./README.md",
            "/etc/passwd",
            "environments/../README.md",
            ".git/config",
            "README.md/x",
        ),
    ],
)
def test_what_is_no_file_of_the_tree_cannot_be_read(tree: Tree, path: str) -> None:
    with pytest.raises(KeyError):
        tree.read(path)


def test_equal_bytes_have_one_identity_and_others_another(tree: Tree) -> None:
    by_identity: dict[str, set[bytes]] = {}
    files = [entry.path for entry in tree.entries("") if entry.link is None]
    for path in files:
        by_identity.setdefault(tree.identity(path), set()).add(tree.read(path))
    assert all(len(contents) == 1 for contents in by_identity.values())
    assert len(by_identity) == len({tree.read(path) for path in files}) > 1
    for path in ("no/such/file", ""):
        with pytest.raises(KeyError):
            tree.identity(path)


def test_a_folder_never_opens_pipes_and_devices(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    tree = FolderTree(tmp_path)
    assert [entry.path for entry in tree.entries("")] == ["file"]
    with pytest.raises(KeyError):
        tree.read("pipe")


def test_a_name_that_is_not_utf8_is_told_in_text_and_can_be_read(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main")
    Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.yaml")).write_text("x: 1")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-qm", "one")
    for tree in (FolderTree(tmp_path), GitTree(tmp_path, "HEAD")):
        (entry,) = tree.entries("")
        assert (entry.path, tree.read(entry.path)) == ("caf\\xe9.yaml", b"x: 1")


def test_a_big_file_costs_nothing_until_it_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 40)
    assert FolderTree(tmp_path).entries("") == (Entry("huge", 1 << 40),)


def test_a_second_look_reads_only_what_may_have_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def watched(path: Path, flags: int) -> int:
        opened.append(Path(path).name)
        return os.open(path, flags)

    monkeypatch.setattr("compiler.trees.folder.os", SimpleNamespace(**{**vars(os), "open": watched}))
    for name in ("same", "written", "replaced", "gone"):
        (tmp_path / name).write_text("before")

    def look(tree: FolderTree) -> dict[str, bytes]:
        opened.clear()
        return {entry.path: tree.read(entry.path) for entry in tree.entries("")}

    first = FolderTree(tmp_path)
    assert look(first) == dict.fromkeys(("gone", "replaced", "same", "written"), b"before")
    look(first.again())
    assert len(opened) == 4, "files that were written a moment ago may be written once more in the same tick"

    monkeypatch.setattr("compiler.trees.folder._SETTLED", 0)
    second = first.again()
    look(second)
    times = (tmp_path / "written").stat()
    (tmp_path / "written").write_text("after!")
    os.utime(tmp_path / "written", ns=(times.st_atime_ns, times.st_mtime_ns))
    (tmp_path / "beside").write_text("after!")
    (tmp_path / "beside").rename(tmp_path / "replaced")
    (tmp_path / "gone").unlink()
    third = second.again()
    assert look(third) == {"replaced": b"after!", "same": b"before", "written": b"after!"}
    assert sorted(opened) == ["replaced", "written"]
    look(third.again())
    assert opened == []


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        FolderTree(tmp_path / "nowhere")


def test_a_commit_stays_what_it_was(fleet: Path) -> None:
    tree = GitTree(fleet, "main")
    (fleet / "README.md").write_text("changed\n")
    run(fleet, "commit", "-qam", "two")
    assert tree.read("README.md") == b"top\n"
    assert GitTree(fleet, "main").read("README.md") == b"changed\n"


def test_a_part_of_a_commit_is_a_tree(fleet: Path) -> None:
    tree = GitTree(fleet, "main", "environments/prod")
    assert tree.read("environment.yaml") == b"kind: Environment\n"
    assert [entry.path for entry in tree.entries("agents")] == ["agents/support.yaml"]
    assert GitTree(fleet, "main", "nowhere").entries("") == ()


def test_a_commit_travels_to_another_process(fleet: Path) -> None:
    tree = GitTree(fleet, "main")
    tree.read("README.md")
    copy = pickle.loads(pickle.dumps(tree))
    assert (copy.name, copy.read("README.md")) == (tree.name, b"top\n")


def test_submodules_are_not_entered(fleet: Path, tmp_path: Path) -> None:
    run(fleet, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(fleet), "environments/sub")
    run(fleet, "commit", "-qm", "submodule")
    assert GitTree(fleet, "main").entries("environments/sub") == ()


def test_filters_hooks_and_replacements_of_a_repository_do_not_run(fleet: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    run(fleet, "config", "core.fsmonitor", f"touch {trap}; false")
    run(fleet, "config", "core.pager", f"touch {trap}")
    run(fleet, "config", "diff.trap.textconv", f"touch {trap}; cat")
    run(fleet, "config", "filter.trap.smudge", f"touch {trap}; cat")
    (fleet / ".gitattributes").write_text("* diff=trap filter=trap\n")
    before = run(fleet, "rev-parse", "HEAD:README.md")
    other = run(fleet, "rev-parse", "HEAD:environments/prod.yaml")
    run(fleet, "replace", before, other)
    trap.unlink(missing_ok=True)
    assert GitTree(fleet, "HEAD").read("README.md") == b"top\n"
    assert ".gitattributes" in uncommitted(fleet)
    assert not trap.exists()


def test_a_missing_object_is_no_download_and_no_crash(fleet: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    run(fleet, "config", "core.repositoryFormatVersion", "1")
    run(fleet, "config", "extensions.partialClone", "origin")
    run(fleet, "config", "remote.origin.url", f"ext::touch {trap}")
    run(fleet, "config", "remote.origin.promisor", "true")
    blob = run(fleet, "rev-parse", "HEAD:README.md")
    (fleet / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(RosterError, match=r"is missing|could not read"):
        GitTree(fleet, "HEAD").read("README.md")
    assert not trap.exists()


def test_a_hook_of_git_does_not_point_us_elsewhere(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    run(tmp_path, "init", "-q", str(other))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    assert GitTree(fleet, "main").read("README.md") == b"top\n"
    assert uncommitted(fleet) == ()


@pytest.mark.parametrize(
    ("ref", "message", "help"),
    [
        ("mian", "does not exist", "did you mean main?"),
        ("both", "is ambiguous", "refs/heads"),
        ("--output=x", "not the name of a revision", "branch"),
        ("", "not the name of a revision", "branch"),
        ("HEAD~9", "does not exist", "main"),
        ("HEAD:README.md", "does not exist", ""),
        ("main..HEAD", "does not exist", ""),
        ("main\n", "not the name of a revision", ""),
    ],
)
def test_a_ref_that_means_no_commit_is_said(fleet: Path, ref: str, message: str, help: str) -> None:
    run(fleet, "branch", "both")
    run(fleet, "tag", "both")
    with pytest.raises(UsageError) as raised:
        resolve(fleet, ref)
    assert message in raised.value.message
    assert help in raised.value.help


@pytest.mark.parametrize("ref", ["main", "HEAD", "v1", "refs/heads/main", "annotated"])
def test_every_name_of_a_commit_is_understood(fleet: Path, ref: str) -> None:
    run(fleet, "tag", "v1")
    run(fleet, "tag", "-a", "-m", "said", "annotated")
    assert resolve(fleet, ref) == head(fleet)
    assert resolve(fleet, head(fleet)[:8]) == head(fleet)


@pytest.mark.parametrize(
    ("here", "given", "named"),
    [
        (".", ".", "this repository"),
        ("..", "fleet", "the repository fleet"),
        ("../..", "TOP/fleet", "the repository TOP/fleet"),
        ("environments/dev", ".", "the repository ../.."),
        ("environments/dev", "../..", "the repository ../.."),
        ("../other", "../fleet", "the repository ../fleet"),
        ("/", "WHOLE", "the repository WHOLE"),
    ],
)
def test_a_repository_is_named_as_seen_from_here(
    fleet: Path, monkeypatch: pytest.MonkeyPatch, here: str, given: str, named: str
) -> None:
    words = {"TOP": fleet.parent.name, "WHOLE": str(fleet).removeprefix("/")}
    for word, meant in words.items():
        given, named = given.replace(word, meant), named.replace(word, meant)
    (fleet / here).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(fleet / here)
    with pytest.raises(UsageError) as raised:
        resolve(top_and_folder(given)[0], "nowhere")
    assert raised.value.message == f"the ref nowhere does not exist in {named}"


def test_a_place_far_away_is_named_in_full(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/usr/bin")
    with pytest.raises(UsageError, match=rf"^the ref nowhere does not exist in the repository {fleet}$"):
        resolve(fleet, "nowhere")


def test_a_folder_that_is_no_repository_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^this folder is not a Git repository$"):
        top_and_folder(".")


def test_a_repository_without_commits_is_said(empty: Path) -> None:
    with pytest.raises(UsageError, match="has no commits yet"):
        head(empty)


def test_a_folder_without_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a Git repository"):
        head(tmp_path)


def test_another_users_repository_is_said(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UsageError, match="belongs to another user") as raised:
        head(fleet)
    assert "safe.directory" in raised.value.help


def test_merge_base_is_where_two_revisions_parted(fleet: Path) -> None:
    parted = head(fleet)
    run(fleet, "switch", "-qc", "change")
    run(fleet, "commit", "-q", "--allow-empty", "-m", "on the branch")
    run(fleet, "switch", "-q", "main")
    run(fleet, "commit", "-q", "--allow-empty", "-m", "on main")
    assert merge_base(fleet, "main", "change") == parted


def test_a_shallow_clone_says_how_to_get_the_merge_base(fleet: Path, tmp_path: Path) -> None:
    for name in ("change", "main"):
        run(fleet, "switch", "-qC", name)
        run(fleet, "commit", "-q", "--allow-empty", "-m", name)
    run(fleet, "switch", "-qc", "lonely", "change")
    run(fleet, "commit", "-q", "--allow-empty", "-m", "lonely")
    run(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", fleet.as_uri(), "shallow")
    with pytest.raises(UsageError) as raised:
        merge_base(tmp_path / "shallow", "origin/main", "origin/lonely")
    assert "fetch-depth: 0" in raised.value.help


def test_uncommitted_changes_below_a_folder_are_named(fleet: Path) -> None:
    assert uncommitted(fleet) == ()
    (fleet / "README.md").write_text("changed")
    (fleet / "environments/new file").write_text("")
    assert uncommitted(fleet) == ("README.md", "environments/new file")
    assert uncommitted(fleet / "environments") == ("environments/new file",)


def test_top_and_folder_of_a_place_in_a_repository(fleet: Path) -> None:
    assert top_and_folder(fleet / "environments/prod") == (fleet.resolve(), "environments/prod")
    assert top_and_folder(fleet) == (fleet.resolve(), "")


def test_a_git_that_hangs_is_ended() -> None:
    from compiler.trees.git_command import run_git

    with pytest.raises(TargetError, match=r"within 0\.2 seconds"):
        run_git(Path("/"), "-c", "alias.wait=!sleep 60", "wait", timeout=0.2)


def test_a_file_that_goes_while_the_folder_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a")
    tree = FolderTree(tmp_path)
    assert tree.entries("") == (Entry("a.yaml", 1),)
    (tmp_path / "a.yaml").unlink()
    with pytest.raises(TargetError, match=r"^the file a\.yaml was listed and is gone now$"):
        tree.read("a.yaml")


def test_a_folder_that_is_gone_is_empty_when_it_is_looked_at_again(tmp_path: Path) -> None:
    folder = tmp_path / "fleet"
    folder.mkdir()
    (folder / "a.yaml").write_text("a")
    tree = FolderTree(folder)
    assert tree.entries("")
    folder.rename(tmp_path / "away")
    assert tree.again().entries("") == ()
    with pytest.raises(UsageError):
        FolderTree(folder)
    (tmp_path / "away").rename(folder)
    assert tree.again().again().read("a.yaml") == b"a"
