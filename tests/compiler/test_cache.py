"""The cache: what is remembered is what a fresh compile would give, whatever was edited, damaged or done at once."""

import os
import random
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.caching import disk_cache
from compiler.caching.cache import Cache, Forgetful, Memory, remembered
from compiler.caching.disk_cache import DiskCache, folder_for
from compiler.caching.identity import LIBRARIES, compiler_identity
from compiler.compile_each import Terms, compile_each
from compiler.compiled import Compiled
from compiler.errors import UsageError
from compiler.kube_object import canonical
from compiler.memo import Memo
from compiler.pipeline import compile_environment
from compiler.tree import Tree
from compiler.trees.folder import FolderTree
from reconciler.cli import roster
from tests.architecture.source_files import modules
from tests.benchmarks.fleets import fleet
from tests.compiler.facts import Files, facts

QUESTION = ("prod",)
FILED = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: filed}
spec:
  version: 1.0.0
  prompts:
    default: {system: {file: ../texts/system.md}}
"""
OVERLAY = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata: {name: agent-0}
spec: {runtime: {scale: {max: 7}}}
"""


def start() -> dict[str, str]:
    """Two agents in a base, and an environment above it with a pack whose text lies in a file."""
    files = {path.replace("environments/prod/", "environments/base/"): text for path, text in fleet(2).items()}
    environment = files.pop("environments/base/environment.yaml")
    return {
        **files,
        "environments/prod/environment.yaml": environment.replace("spec:\n", "spec:\n  bases: [../base]\n", 1),
        "environments/prod/prompts/filed.yaml": FILED,
        "environments/prod/texts/system.md": "Be brief.\n",
    }


def fresh(tree: Tree) -> Compiled:
    return compile_environment(tree, "prod")


def anew(tree: Tree, memo: Memo) -> Compiled:
    return compile_environment(tree, "prod", memo=memo)


def edit(files: dict[str, str], seed: int) -> dict[str, str]:
    """The files after one edit, as a person or a merge might make it; some are mistakes."""
    draw = random.Random(seed)
    path = draw.choice(sorted(files))
    agents = sorted(name for name in files if "/agents/" in name)
    edits = [
        {path: files[path].replace("max: 20", f"max: {draw.randint(3, 50)}")},
        {path: files[path] + "# a remark\n"},
        {path: files[path].replace("claude/sonnet", "claude/sonet")},
        {path: files[path].replace("description:", "desciption:")},
        {path: files[path][: draw.randint(0, len(files[path]))]},
        {"environments/prod/texts/system.md": f"Be brief, {draw.randint(0, 3)}.\n"},
        {"environments/prod/agents/agent-0.yaml": OVERLAY.replace("7", str(draw.randint(1, 9)))},
        {f"environments/base/agents/new-{draw.randint(0, 2)}.yaml": files[draw.choice(agents)] if agents else ""},
        {
            f"environments/prod/objects/map-{draw.randint(0, 2)}.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n"
        },
        {"environments/prod/environment.yaml": files["environments/prod/environment.yaml"].replace("acme", "umbrella")},
        {
            "environments/prod/environment.yaml": files["environments/prod/environment.yaml"].replace(
                "keda", "gatewayAPI"
            )
        },
        {"templates/agent/service.yaml": 'apiVersion: v1\nkind: Service\nmetadata:\n  name: "{{ name }}"\n'},
    ]
    removed = {name: text for name, text in files.items() if name != path or name.endswith("environment.yaml")}
    renamed = {**removed, path.replace(".yaml", f"-{draw.randint(0, 2)}.yaml"): files[path]}
    chosen = draw.randrange(len(edits) + 4)
    return {**files, **edits[chosen]} if chosen < len(edits) else renamed if chosen % 2 else removed


@pytest.fixture(params=["memory", "disk"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Cache:
    return Memory() if request.param == "memory" else DiskCache(tmp_path / "cache", "this")


@given(seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_whatever_is_edited_what_is_remembered_is_what_a_fresh_compile_gives(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int]
) -> None:
    caches: list[Cache] = [Memory(), DiskCache(tmp_path_factory.mktemp("cache"), "this")]
    history = [start()]
    for seed in seeds:
        history.append(edit(history[-1], seed))
    for files in (*history, *reversed(history)):
        expected = facts(fresh(Files(files)))
        assert [facts(remembered(cache, QUESTION, Files(files), anew)) for cache in caches] == [expected, expected]


def test_what_was_worked_out_once_is_not_worked_out_again(cache: Cache) -> None:
    asked: list[Tree] = []

    def work(tree: Tree, _memo: Memo) -> Compiled:
        asked.append(tree)
        return fresh(tree)

    first = remembered(cache, QUESTION, Files(start()), work)
    again = remembered(cache, QUESTION, Files(start()), work)
    assert len(asked) == 1
    assert again.bundle is not None
    assert first.bundle is not None
    assert again.bundle.objects == first.bundle.objects
    elsewhere = {**start(), "docs/notes.md": "Nobody reads this.\n"}
    remembered(cache, QUESTION, Files(elsewhere), work)
    assert len(asked) == 1


def test_a_look_up_that_found_nothing_is_part_of_what_was_read(cache: Cache) -> None:
    files = start()
    text = files.pop("environments/prod/texts/system.md")
    lacking = remembered(cache, QUESTION, Files(files), anew)
    assert [item.code for item in lacking.diagnostics] == ["R0206"]
    whole = remembered(cache, QUESTION, Files({**files, "environments/prod/texts/system.md": text}), anew)
    assert whole.diagnostics == ()
    assert remembered(cache, QUESTION, Files(files), anew).diagnostics == lacking.diagnostics


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*/*") if path.is_file())


def kept(folder: Path, compiler: str = "this") -> Path:
    """The one entry of a cache in a folder."""
    remembered(DiskCache(folder, compiler), QUESTION, Files(start()), anew)
    (entry,) = entries(folder)
    return entry


def recalled(folder: Path, compiler: str = "this", question: tuple[str, ...] = QUESTION) -> Compiled | None:
    return DiskCache(folder, compiler).recall(question, Files(start()), lambda: fresh(Files(start())))


def test_a_damaged_entry_is_no_entry(tmp_path: Path) -> None:
    entry = kept(tmp_path)
    whole = entry.read_bytes()
    draw = random.Random(7)
    damaged = [
        b"",
        b"\n\n",
        whole[:10],
        whole[:200],
        whole[:-1],
        whole + b" ",
        b"\xff" * len(whole),
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in draw.sample(range(len(whole)), 60)),
    ]
    for text in damaged:
        entry.write_bytes(text)
        assert recalled(tmp_path) is None
        assert not entry.exists()
    entry.write_bytes(whole)
    assert recalled(tmp_path) is not None


def test_an_entry_under_a_false_name_is_no_entry(tmp_path: Path) -> None:
    entry = kept(tmp_path)
    for compiler, question in (("another", QUESTION), ("this", ("staging",))):
        place = DiskCache(tmp_path, compiler)._place(question)
        place.mkdir()
        (place / entry.name).write_bytes(entry.read_bytes())
        assert recalled(tmp_path, compiler, question) is None
        assert not (place / entry.name).exists()


def test_nobody_elses_folder_is_believed(tmp_path: Path) -> None:
    kept(tmp_path)
    assert recalled(tmp_path) is not None
    tmp_path.chmod(0o777)
    assert recalled(tmp_path) is None


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("no folder")
    expected = fresh(Files(start()))
    for folder in (place / "cache", place):
        assert remembered(DiskCache(folder, "this"), QUESTION, Files(start()), anew).bundle == expected.bundle


def test_what_lies_in_the_folder_and_is_not_ours_is_no_error(tmp_path: Path) -> None:
    entry = kept(tmp_path)
    (tmp_path / "note").write_text("somebody's")
    assert recalled(tmp_path) is not None
    for path in entry.parent.iterdir():
        path.unlink()
    entry.parent.rmdir()
    entry.parent.write_text("a file where a question has its folder")
    assert recalled(tmp_path) is None


def test_the_size_is_bounded_and_what_was_used_last_stays(tmp_path: Path) -> None:
    size = kept(tmp_path / "one").stat().st_size
    cache = DiskCache(tmp_path / "many", "this", limit=4 * size)
    oldest = entries_of(cache, tmp_path / "many", 0)
    for number in range(1, 8):
        entries_of(cache, tmp_path / "many", number)
        os.utime(oldest)
        assert sum(path.stat().st_size for path in entries(tmp_path / "many")) <= 4 * size
    assert oldest in entries(tmp_path / "many")


def entries_of(cache: Cache, folder: Path, number: int) -> Path:
    """The entry that one more state of the fleet adds."""
    before = set(entries(folder))
    files = {**start(), "environments/prod/texts/system.md": f"Be brief, {number}.\n"}
    remembered(cache, QUESTION, Files(files), anew)
    (new,) = set(entries(folder)) - before
    os.utime(new, (number + 1, number + 1))
    return new


PROGRAM = """
import sys
from pathlib import Path
from compiler.caching.cache import remembered
from compiler.caching.disk_cache import DiskCache
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
cache = DiskCache(Path(sys.argv[2]), "this", limit=int(sys.argv[3]))
for _ in range(8):
    for root in sorted(Path(sys.argv[1]).iterdir()):
        found = remembered(cache, ("prod",), FolderTree(root), lambda tree, memo: compile_environment(tree, "prod"))
        print(root.name, found.bundle.digest)
"""


def written(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_processes_may_share_a_folder_even_a_small_one(tmp_path: Path) -> None:
    states = [{**start(), "environments/prod/texts/system.md": f"Be brief, {number}.\n"} for number in range(4)]
    roots = [written(tmp_path / "fleets" / str(number), files) for number, files in enumerate(states)]
    expected = {f"{root.name} {fresh(FolderTree(root)).bundle.digest}" for root in roots}  # type: ignore[union-attr]
    limit = 3 * kept(tmp_path / "one").stat().st_size
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "fleets"), str(tmp_path / "cache"), str(limit)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) for _ in "ab"
    ]
    for process in running:
        told, _ = process.communicate()
        assert process.returncode == 0
        assert set(told.splitlines()) == expected
    assert sum(path.stat().st_size for path in entries(tmp_path / "cache")) <= limit
    assert list((tmp_path / "cache").glob(f"*/{disk_cache._BEGUN}*")) == []


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ROSTER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    return tmp_path / "user" / "roster" / "compiled"


def test_the_cache_lies_with_the_user_and_never_in_the_fleets_repository(
    user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet_folder = tmp_path / "repository" / "fleet"
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    fleet_folder.mkdir()
    told = {"": user, "off": None, "relative": None, str(fleet_folder): None, str(tmp_path / "mine"): tmp_path / "mine"}
    told[str(tmp_path / "repository" / "cache")] = None
    (tmp_path / "link").symlink_to(tmp_path / "repository")
    told[str(tmp_path / "link")] = None
    for name, expected in told.items():
        monkeypatch.setenv("ROSTER_CACHE", name)
        assert folder_for(fleet_folder) == expected


def test_commands_say_the_same_with_and_without_it(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = [start(), {**start(), "environments/prod/agents/agent-0.yaml": OVERLAY}]
    states.append({**states[0], "environments/prod/agents/agent-0.yaml": OVERLAY.replace("max", "mox")})

    def said(files: dict[str, str]) -> list[tuple[int, str]]:
        root = tmp_path / "fleet"
        for path in root.rglob("*.yaml"):
            path.unlink()
        written(root, files)
        runs = [CliRunner().invoke(roster, ["-C", str(root), *words]) for words in (["validate"], ["compile", "prod"])]
        return [(run.exit_code, run.output) for run in runs]

    with_it = [said(files) for _ in range(2) for files in states]
    assert len(entries(user)) == len(states)
    monkeypatch.setenv("ROSTER_CACHE", "off")
    assert with_it == [said(files) for _ in range(2) for files in states]


def committed(root: Path, states: list[dict[str, str]]) -> list[str]:
    """The commits of a repository with these states, one after the other."""
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    root.mkdir()

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(root), *identity, *words], check=True, capture_output=True, text=True
        ).stdout

    git("init", "-q", "-b", "main")
    commits = []
    for files in states:
        git("rm", "-qr", "--ignore-unmatch", ".")
        written(root, files)
        git("add", "-A")
        git("commit", "-qm", "change")
        commits.append(git("rev-parse", "HEAD").strip())
    return commits


WORDS = (
    *(["plan", "prod"], ["plan", "prod", "--format", "json"], ["sync", "prod", "--quiet"], ["plan", "prod"]),
    *(["plan", "prod", "--adopt", "ConfigMap/nothing"], ["sync", "prod"]),
)
OF_ONE_TARGET = re.compile(r"""[0-9.]+ ?m?s\b|plan [0-9a-f]{6}|"digest": "[0-9a-f]{64}\"""")
"""Times, and digests that cover what lies on the target: there each file that was made has an identity of its own."""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\ndata: {a: aHVudGVy}\n"


def test_plan_and_sync_say_the_same_with_and_without_it(
    user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [start(), {**start(), "environments/prod/agents/agent-0.yaml": OVERLAY}]
    states.append({**states[0], "environments/prod/agents/agent-0.yaml": OVERLAY.replace("max", "mox")})
    states.append({**states[0], "environments/prod/objects/key.yaml": SECRET})
    commits = committed(tmp_path / "fleet", states)

    def said(commit: str, root: Path) -> list[tuple[int, str]]:
        common = ["--ref", commit, "--root", str(root)]
        runs = [CliRunner().invoke(roster, ["-C", str(tmp_path / "fleet"), *words, *common]) for words in WORDS]
        return [(run.exit_code, OF_ONE_TARGET.sub("", run.output)) for run in runs]

    with_it = [[said(commit, tmp_path / f"cached-{turn}" / "targets") for commit in commits] for turn in range(2)]
    assert len(entries(user)) == len(states)
    monkeypatch.setenv("ROSTER_CACHE", "off")
    without = [said(commit, tmp_path / "fresh" / "targets") for commit in commits]
    assert with_it == [without, without]
    assert {code for told in without for code, _ in told} == {0, 2}

    plan = [
        "-C",
        str(tmp_path / "fleet"),
        "plan",
        "prod",
        "--ref",
        commits[1],
        "--root",
        str(tmp_path / "fresh/targets"),
    ]
    to_the_digest = CliRunner().invoke(roster, plan).output
    monkeypatch.delenv("ROSTER_CACHE")
    assert CliRunner().invoke(roster, plan).output == to_the_digest


def test_what_a_compile_says_of_its_environment_is_kept(tmp_path: Path) -> None:
    first, again = (remembered(DiskCache(tmp_path, "this"), QUESTION, Files(start()), anew) for _ in range(2))
    assert again.environment["target"] == {"directory": {"path": "prod"}}
    assert canonical(again.environment) == canonical(first.environment)


def test_every_library_that_the_compiler_uses_is_part_of_its_identity() -> None:
    commands = ("compiler.cli", "compiler.commands", "compiler.trees", "compiler.explaining.explain", "compiler.schema")
    used = {
        item.library
        for module in modules()
        if module.name.startswith("compiler") and not module.name.startswith(commands)
        for item in module.imports
        if item.library not in {*sys.stdlib_module_names, "compiler"}
    }
    found = {name.lower().replace("_", "-") for library in used for name in packages_distributions()[library]}
    assert {name.lower() for name in found} - {name.lower() for name in LIBRARIES} == set()
    assert len(compiler_identity()) == 64


def test_a_template_in_another_folder_is_another_compiler(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    for name in ("compiler", "templates", "schemas"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    ask = "from compiler.caching.identity import compiler_identity; print(compiler_identity())"

    def identity() -> str:
        environment = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", ask], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        return done.stdout

    before = identity()
    assert len(before.strip()) == 64
    assert identity() == before
    (tmp_path / "templates/agent").rename(tmp_path / "templates/agent0")
    assert len(identity().strip()) == 64
    assert identity() != before


@pytest.mark.parametrize("text", ["Agent/support:runtime.x=\udcff"])
def test_a_setting_that_is_no_unicode_is_an_error_and_not_remembered(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        compile_each(Files(start()), ["prod"], DiskCache(tmp_path, "this"), Terms((text,)))
    assert not list(tmp_path.rglob("*"))


def test_who_remembers_nothing_compiles_each_time() -> None:
    asked: list[Tree] = []

    def work(tree: Tree, _memo: Memo) -> Compiled:
        asked.append(tree)
        return fresh(tree)

    for _ in range(2):
        remembered(Forgetful(), QUESTION, Files(start()), work)
    assert len(asked) == 2
