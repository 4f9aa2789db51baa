"""compile --output and --check: a folder holds exactly what the specs compile to, and nobody's own file is ever lost."""

import json
import os
import resource
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.compiled import Compiled
from compiler.emit import emit
from compiler.errors import RosterError, TargetError
from compiler.memo import Memo
from compiler.pipeline import compile_environment
from compiler.rendered.compare import compare
from compiler.rendered.layout import MANIFEST
from compiler.rendered.look import look
from compiler.rendered.manifest import decoded, encoded
from compiler.rendered.plan import plan
from compiler.rendered.render import Rendered, render
from compiler.rendered.text import mismatch
from compiler.rendered.write import write
from compiler.trees.folder import FolderTree

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  target: {directory: {path: dev}}
  namespace: agents
"""
PLAIN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME}
data:
  text: "yes"
  apiKey: sk-0123456789abcdefghij
"""
FLEET = {
    "environments/dev/environment.yaml": ENVIRONMENT,
    "environments/dev/objects/one.yaml": PLAIN.replace("NAME", "one"),
    "environments/dev/objects/two.yaml": PLAIN.replace("NAME", "two"),
}
ONE, TWO, THREE = (f"agents/configmap-{name}.yaml" for name in ("one", "two", "three"))
NAMESPACE = "namespace-agents.yaml"


class Place:
    """A fleet, and a folder beside it."""

    def __init__(self, root: Path) -> None:
        self.fleet, self.out = root / "fleet", root / "out"
        self.put(FLEET)

    def put(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            file = self.fleet / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink() if text is None else file.write_text(text)

    def compiled(self) -> Compiled:
        return compile_environment(FolderTree(self.fleet), "dev")

    def rendered(self) -> Rendered:
        return render(self.compiled(), Memo())

    def write(self) -> tuple[int, int, int]:
        """Compile to the folder; how many files were written, removed, left as they were."""
        rendered = self.rendered()
        planned = plan(rendered.manifest, *look(self.out, rendered.manifest))
        assert planned.in_the_way == ()
        write(self.out, planned, rendered.contents)
        return len(planned.writes), len(planned.deletes), planned.unchanged

    def check(self) -> str:
        """What differs; empty if nothing does."""
        compiled = self.compiled()
        rendered = render(compiled, Memo())
        found = compare(rendered, *look(self.out, rendered.manifest), compiled)
        return mismatch("dev", "out", found, "COMPILE") if found else ""

    def files(self) -> dict[str, str]:
        """Everything that lies in the folder."""
        return {
            path.relative_to(self.out).as_posix(): path.read_text()
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


# --- what is written


def test_a_file_holds_its_object_and_the_manifest_says_so(place: Place) -> None:
    assert place.write() == (3, 0, 0)
    bundle = place.compiled().bundle
    assert bundle
    files = place.files()
    manifest = json.loads(files.pop(MANIFEST))
    assert sorted(files.values()) == sorted(emit([item.data]) for item in bundle.objects)
    assert [yaml.safe_load(text)["kind"] for text in files.values()] == ["ConfigMap", "ConfigMap", "Namespace"]
    assert manifest.pop("files")[ONE] == {
        "object": {"group": "", "kind": "ConfigMap", "namespace": "agents", "name": "one"},
        "sha256": sha256(files[ONE].encode()).hexdigest(),
    }
    assert len(manifest.pop("specs")) == 64
    assert manifest == {"version": 1, "fleet": "acme", "environment": "dev", "digest": bundle.digest}


def test_the_same_specs_give_the_same_folder_anywhere(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "elsewhere")
    place.write()
    other.write()
    assert place.files() == other.files()


def test_a_manifest_reads_as_it_was_written(place: Place) -> None:
    manifest = place.rendered().manifest
    assert decoded(encoded(manifest), "out") == manifest


def test_what_is_as_it_should_be_is_not_touched(place: Place) -> None:
    place.write()
    for path in place.out.rglob("*"):
        os.utime(path, (1, 1))
    assert place.write() == (0, 0, 3)
    assert {path.stat().st_mtime for path in place.out.rglob("*")} == {1}
    place.put({"environments/dev/objects/one.yaml": PLAIN.replace("NAME", "one").replace("yes", "no")})
    assert place.write() == (1, 0, 2)
    assert {path.name for path in place.out.rglob("*.yaml") if path.stat().st_mtime == 1} == {
        "configmap-two.yaml",
        "namespace-agents.yaml",
    }


def test_what_did_not_change_is_not_written_out_again(place: Place) -> None:
    memory, memo, tree = Memo(), Memo(), FolderTree(place.fleet)

    def again() -> Rendered:
        return render(compile_environment(tree.again(), "dev", memo=memory), memo)

    before = again()
    place.put({"environments/dev/objects/one.yaml": PLAIN.replace("NAME", "one").replace("yes", "no")})
    after = again()
    assert {path for path, content in after.contents.items() if before.contents[path] is not content} == {ONE}
    assert (after.contents, after.manifest) == ((fresh := place.rendered()).contents, fresh.manifest)
    place.put(
        {"environments/dev/objects/one.yaml": None, "environments/dev/objects/two.yaml": PLAIN.replace("NAME", "three")}
    )
    after = again()
    assert list(after.contents) == [THREE, NAMESPACE]
    assert (after.contents, after.manifest) == ((fresh := place.rendered()).contents, fresh.manifest)


def test_a_comment_changes_no_file_not_even_the_manifest(place: Place) -> None:
    place.write()
    before = place.files()
    place.put({"environments/dev/environment.yaml": f"# a note\n{ENVIRONMENT}"})
    assert place.write() == (0, 0, 3)
    assert place.files() == before


def test_what_no_spec_makes_any_more_is_removed_with_its_folder(place: Place) -> None:
    place.write()
    place.put({"environments/dev/objects/one.yaml": None, "environments/dev/objects/two.yaml": None})
    assert place.write() == (0, 2, 1)
    assert sorted(place.files()) == [NAMESPACE, MANIFEST]
    assert not (place.out / "agents").exists()


def test_a_file_that_somebody_edited_is_left_and_told_until_it_has_gone(place: Place) -> None:
    place.write()
    (place.out / ONE).write_text("mine\n")
    place.put({"environments/dev/objects/one.yaml": None})
    for _ in range(2):
        rendered = place.rendered()
        planned = plan(rendered.manifest, *look(place.out, rendered.manifest))
        assert [(item.path, item.reason) for item in planned.left] == [(ONE, "was edited since Roster wrote it")]
        write(place.out, planned, rendered.contents)
        assert place.files()[ONE] == "mine\n"
        assert "no spec makes it any more, and it was edited" in place.check()
    (place.out / ONE).unlink()
    place.write()
    assert place.check() == ""


# --- what stands in the way


def link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def foreign(path: Path) -> None:
    path.write_text("mine\n")


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (foreign, "was not written by Roster"),
        (link, "cannot be used: a link is in the way"),
        (Path.mkdir, "cannot be used: a folder or a device is in the way"),
    ],
)
def test_nobodys_own_file_is_overwritten(place: Place, put: Callable[[Path], None], reason: str) -> None:
    (place.out / "agents").mkdir(parents=True)
    put(place.out / TWO)
    rendered = place.rendered()
    planned = plan(rendered.manifest, *look(place.out, rendered.manifest))
    assert [(item.path, item.reason) for item in planned.in_the_way] == [(TWO, reason)]


def test_a_file_that_is_already_right_is_taken_for_ours(place: Place) -> None:
    place.write()
    (place.out / MANIFEST).unlink()
    assert place.write() == (0, 0, 3)
    assert place.check() == ""


def test_a_link_on_the_way_is_followed_neither_in_nor_out(place: Place, tmp_path: Path) -> None:
    place.out.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (place.out / "agents").symlink_to(tmp_path / "elsewhere")
    rendered = place.rendered()
    planned = plan(rendered.manifest, *look(place.out, rendered.manifest))
    assert {item.path for item in planned.in_the_way} == {ONE, TWO}
    with pytest.raises(TargetError, match=r"agents/configmap-one\.yaml cannot be used"):
        write(place.out, planned, rendered.contents)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def edited(**changes: Any) -> bytes:
    manifest = {"version": 1, "fleet": "acme", "environment": "dev", "digest": "", "specs": "", "files": {}}
    return json.dumps({**manifest, **changes}).encode()


ENTRY = {"object": {"group": "", "kind": "ConfigMap", "namespace": "", "name": "x"}, "sha256": "0"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<<<<<<< HEAD\n", "is damaged"),
        (b"[]", "is damaged"),
        (edited(files=None), "is damaged"),
        (edited(files={"../escape.yaml": ENTRY}), "is damaged"),
        (edited(files={"/etc/escape.yaml": ENTRY}), "is damaged"),
        (edited(files={".git/config": ENTRY}), "is damaged"),
        (edited(files={"a/b/c.yaml": ENTRY}), "is damaged"),
        (edited(files={"a\0.yaml": ENTRY}), "is damaged"),
        (edited(files={"..\\a.yaml": ENTRY}), "is damaged"),
        (edited(files={"x.yaml": {**ENTRY, "sha256": 0}}), "is damaged"),
        (edited(version=2), "is of version 2, and this Roster knows 1"),
        (edited(environment="prod"), "holds the files of environment prod of fleet acme"),
        (edited(fleet="other"), "holds the files of environment dev of fleet other"),
    ],
)
def test_a_manifest_that_is_not_ours_stops_everything(place: Place, content: bytes, words: str) -> None:
    place.out.mkdir()
    (place.out / MANIFEST).write_bytes(content)
    with pytest.raises(RosterError) as caught:
        place.write()
    assert words in caught.value.message
    assert caught.value.help
    assert list(place.out.iterdir()) == [place.out / MANIFEST]


# --- killed, and other failures


CHANGED = {
    "environments/dev/objects/one.yaml": PLAIN.replace("NAME", "one").replace("yes", "no"),
    "environments/dev/objects/two.yaml": None,
    "environments/dev/objects/three.yaml": PLAIN.replace("NAME", "three"),
}


def killed_at(step: int, action: Callable[[], object]) -> bool:
    """Do something in a child that is killed when it touches the disk for the `step`th time; False if it came through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads: the child starts nothing
        child = os.fork()
    if child == 0:
        import sys

        seen = 0

        def watch(event: str, _arguments: object) -> None:
            nonlocal seen
            if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
                seen += 1
                if seen > step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        action()
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def test_killed_at_any_instant_the_next_run_converges_and_owns_exactly_its_files(tmp_path: Path) -> None:
    step, killed = 0, True
    while killed:
        place = Place(tmp_path / str(step))
        place.write()
        (place.out / "README.md").write_text("mine\n")
        before = place.files()
        place.put(CHANGED)
        rendered = place.rendered()
        planned = plan(rendered.manifest, *look(place.out, rendered.manifest))
        killed = killed_at(step, lambda: write(place.out, planned, rendered.contents))  # noqa: B023 -- it runs at once
        wanted = {path: content.decode() for path, content in rendered.contents.items()}
        for path, text in place.files().items():
            if path != MANIFEST and not path.rpartition("/")[2].startswith(".tmp-"):
                assert text in (before.get(path), wanted.get(path)), f"{path} is half written, killed at {step}"
        place.write()
        left = {path for path in place.files() if ".tmp-" not in path}
        assert left == {*wanted, MANIFEST, "README.md"}, f"killed at {step}"
        assert place.check() == "", f"killed at {step}"
        step += 1
    assert step > 10


def test_killed_on_the_way_to_one_state_it_goes_on_to_another(place: Place) -> None:
    """The files of three states may lie there then, and all of them are known for ours."""
    place.write()
    place.put({"environments/dev/objects/one.yaml": PLAIN.replace("NAME", "one").replace("yes", "no")})
    rendered = place.rendered()
    planned = plan(rendered.manifest, *look(place.out, rendered.manifest))
    assert killed_at(4, lambda: write(place.out, planned, rendered.contents))
    place.put({"environments/dev/objects/one.yaml": PLAIN.replace("NAME", "one").replace("yes", "maybe")})
    place.write()
    assert place.check() == ""


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 300 bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_is_told_and_leaves_every_file_whole(place: Place) -> None:
    place.write()
    before = place.files()
    place.put(CHANGED)
    rendered = place.rendered()
    planned = plan(rendered.manifest, *look(place.out, rendered.manifest))
    with full_disk(), pytest.raises(TargetError, match="the disk is full"):
        write(place.out, planned, rendered.contents)
    assert place.files() == before
    place.write()
    assert place.check() == ""


# --- --check


CASES: dict[str, tuple[Callable[[Place], object], str]] = {
    "an edit by hand": (
        lambda place: (place.out / ONE).write_text((place.out / ONE).read_text().replace('"yes"', "maybe")),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-one.yaml
      ~ data.text: maybe -> yes
    was edited since Roster wrote it
  = help: move what was edited into the specs, remove the file, then COMPILE
""",
    ),
    "a secret's value is in no report": (
        lambda place: (place.out / ONE).write_text((place.out / ONE).read_text().replace("-0123", "-9876")),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-one.yaml
      ~ data.apiKey: *** -> *** (not shown)
    was edited since Roster wrote it
  = help: move what was edited into the specs, remove the file, then COMPILE
""",
    ),
    "a spec that has changed": (
        lambda place: place.put(CHANGED),
        """\
out is not what dev compiles to: 3 files differ
  agents/configmap-one.yaml
      ~ data.text: yes -> no
    the specs have changed since Roster wrote it, see environments/dev/objects/one.yaml:5
  also agents/configmap-three.yaml, agents/configmap-two.yaml
  = help: COMPILE writes it anew
""",
    ),
    "a spec that is new": (
        lambda place: place.put({"environments/dev/objects/a.yaml": PLAIN.replace("NAME", "a")}),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-a.yaml
      + ConfigMap/a is missing
    the specs have changed since Roster wrote it, see environments/dev/objects/a.yaml:3
  = help: COMPILE writes it anew
""",
    ),
    "a spec that has gone": (
        lambda place: place.put({"environments/dev/objects/two.yaml": None}),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-two.yaml
      - ConfigMap/two is not compiled any more
    no spec makes it any more
  = help: COMPILE writes it anew
""",
    ),
    "a file that was removed": (
        lambda place: (place.out / TWO).unlink(),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-two.yaml
      + ConfigMap/two is missing
    was removed since Roster wrote it
  = help: COMPILE writes it anew
""",
    ),
    "line ends": (
        lambda place: (place.out / ONE).write_bytes((place.out / ONE).read_bytes().replace(b"\n", b"\r\n")),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-one.yaml
    has other line ends than Roster wrote
  = help: let Git leave line ends alone: write `* -text` to .gitattributes there, and check the files out anew
""",
    ),
    "no YAML": (
        lambda place: (place.out / ONE).write_text("<<<<<<< HEAD\n"),
        """\
out is not what dev compiles to: 1 file differs
  agents/configmap-one.yaml
    was edited since Roster wrote it
  = help: move what was edited into the specs, remove the file, then COMPILE
""",
    ),
    "a manifest that lies": (
        lambda place: (place.out / MANIFEST).write_text(
            (place.out / MANIFEST).read_text().replace('"digest": "', '"digest": "0')
        ),
        """\
out is not what dev compiles to: 1 file differs
  roster.manifest
    does not say what the specs compile to
  = help: COMPILE writes it anew
""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_check_names_the_first_difference_and_its_cause(place: Place, case: str) -> None:
    place.write()
    assert place.check() == ""
    change, expected = CASES[case]
    change(place)
    before = place.files()
    assert place.check() == expected
    assert place.files() == before


def test_check_of_a_folder_that_is_not_there_writes_nothing(place: Place) -> None:
    assert (
        place.check()
        == """\
out is not what dev compiles to: 3 files differ
  agents/configmap-one.yaml
      + ConfigMap/one is missing
    nothing was compiled to this folder yet
  also agents/configmap-two.yaml, namespace-agents.yaml
  = help: COMPILE writes it anew
"""
    )
    assert not place.out.exists()


def test_check_knows_another_roster_from_other_specs(place: Place) -> None:
    """An object that the same specs compiled to another text: as a Roster with another template would have written."""
    place.write()
    file = place.out / ONE
    manifest = place.out / MANIFEST
    before = file.read_text()
    file.write_text(before.replace("managed-by: roster", "managed-by: rooster"))
    old, new = (sha256(text.encode()).hexdigest() for text in (before, file.read_text()))
    manifest.write_text(manifest.read_text().replace(old, new))
    assert (
        place.check()
        == """\
out is not what dev compiles to: 1 file differs
  agents/configmap-one.yaml
      ~ metadata.labels["app.kubernetes.io/managed-by"]: rooster -> roster
    the specs are as they were: another version of Roster, or of its templates, wrote it
  = help: COMPILE writes it anew
"""
    )


def test_a_file_is_read_again_when_it_was_written_to(place: Place) -> None:
    place.write()
    manifest = place.rendered().manifest
    (place.out / "link").symlink_to(place.fleet)
    _, first = look(place.out, manifest)
    _, again = look(place.out, manifest, first)
    assert all(again.contents[path] is first.contents[path] for path in (ONE, TWO, NAMESPACE))
    known = (place.out / ONE).stat()
    (place.out / ONE).write_text((place.out / ONE).read_text().replace("yes", "not"))
    os.utime(place.out / ONE, ns=(known.st_atime_ns, known.st_mtime_ns))
    (place.out / TWO).unlink()
    _, after = look(place.out, manifest, again)
    _, fresh = look(place.out, manifest)
    assert (after.contents, after.digests) == (fresh.contents, fresh.digests)
    assert b"not" in after.contents[ONE]
    assert sorted(after.contents) == [ONE, NAMESPACE]
    assert after.contents[NAMESPACE] is first.contents[NAMESPACE]
