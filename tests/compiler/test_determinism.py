"""Same input, same bytes: whatever the order of files, the hash seed, the locale, the commit or Roster's version."""

import os
import random
import subprocess
import sys
from pathlib import Path

from compiler.pipeline import compile_environment
from compiler.tree import Entry
from tests.benchmarks.fleets import fleet

FILES = {path: text.encode() for path, text in fleet(5).items()}


class Shuffled:
    """The same files in another order, as if another file system had listed them."""

    name = "shuffled"

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def entries(self, folder: str) -> tuple[Entry, ...]:
        found = [Entry(path, len(text)) for path, text in FILES.items() if path.startswith(f"{folder}/")]
        self.random.shuffle(found)
        return tuple(found)

    def read(self, path: str) -> bytes:
        return FILES[path]

    def identity(self, path: str) -> str:
        return path


def test_the_order_of_files_does_not_matter():
    digests = {compile_environment(Shuffled(seed), "prod").bundle.digest for seed in range(5)}
    assert len(digests) == 1


def test_hash_seed_and_locale_do_not_matter(tmp_path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text)
    program = (
        "import sys; from compiler.pipeline import compile_environment; from compiler.trees.folder import FolderTree; "
        "print(compile_environment(FolderTree(sys.argv[1]), 'prod').bundle.digest)"
    )
    root = str(Path(__file__).parents[2])
    digests = set()
    for seed, locale in (("1", "C"), ("2", "C.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": root, "TZ": "Asia/Tokyo"}
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], env=env, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_a_file_that_is_no_spec_changes_nothing(monkeypatch):
    before = compile_environment(Shuffled(0), "prod").bundle
    monkeypatch.setitem(FILES, "README.md", b"# A note\n")
    monkeypatch.setitem(FILES, "environments/prod/notes.md", b"more\n")
    assert compile_environment(Shuffled(0), "prod").bundle.digest == before.digest


def test_no_object_carries_a_revision_a_version_of_roster_or_a_time():
    bundle = compile_environment(Shuffled(0), "prod").bundle
    for item in bundle.objects:
        labels = item.data["metadata"]["labels"]
        assert {key for key in labels if "roster" in key} <= {
            "roster.dev/fleet",
            "roster.dev/environment",
            "roster.dev/kind",
            "roster.dev/name",
            "roster.dev/family",
        }
        assert "annotations" not in item.data["metadata"]


def test_selectors_are_kind_and_name_for_ever():
    bundle = compile_environment(Shuffled(0), "prod").bundle
    for item in bundle.objects:
        if item.key.kind == "Deployment":
            assert item.data["spec"]["selector"]["matchLabels"] == {
                "roster.dev/kind": "Agent",
                "roster.dev/name": item.key.name,
            }
