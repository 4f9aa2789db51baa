"""What `roster validate --fix` may write: the word that was meant, where that is certain, and no other byte."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.catalogue.example import example, fleet
from compiler.mending.edit import Edit
from compiler.mending.revise import revise
from compiler.pipeline import compile_environment
from compiler.reports.findings import Findings
from compiler.reports.gather import gather
from compiler.span import Span
from compiler.trees.folder import FolderTree
from compiler.trees.rewrite import Rewritten, rewrite

AGENT = "environments/base/support.yaml"
FILES = {path: file.content.decode() for path, file in fleet().items()}
SPEC = """\
apiVersion: roster.dev/v1alpha1   # the only one there is
kind: Agent
metadata: {name: support}

spec:
  framework: {type: "custom", image: 'example/agent:1'}
  prompts:   {pack: support,   version: 1.4.0}   # pinned
  models:
    default: {use: claude/sonnet-4, requires: [ tools ]}
  mode: daemon
  facades:
    "websocket": {port: 8080}   # größer als 1024 😀
  description: |
    mode: deamon
"""
"""An agent written as no formatter would write it."""


def write(root: Path, files: dict[str, str]) -> None:
    for path, content in {**FILES, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode())


def validated(root: Path, *environments: str) -> Findings:
    tree = FolderTree(root)
    return gather(compile_environment(tree, name) for name in environments or ("dev",))


def edits(findings: Findings) -> list[Edit]:
    return [item.fix for item in findings.diagnostics if item.fix is not None]


def mended(root: Path, *environments: str) -> int:
    """Mend as often as it takes; how many edits were made."""
    made = 0
    while done := rewrite(root, edits(validated(root, *environments))).made:
        made += len(done)
    return made


SLIPS = [
    ("a letter that is missing in a field", "facades:", "facade:"),
    ("letters of a field that are swapped", "prompts:", "promtps:"),
    ("a field inside of a map on one line", "version:", "vesrion:"),
    ("a field in quotes", '"websocket"', '"webscoket"'),
    ("a word of a list of words", "mode: daemon\n", "mode: deamon\n"),
    ("a word in quotes", '"custom"', '"custmo"'),
    ("a word in a list", "[ tools ]", "[ tolos ]"),
    ("a quoted number", "8080", '"8080"'),
    ("a number in single quotes", "8080", "'8080'"),
    ("the name of a spec", "claude/", "cluade/"),
    ("the entry of a spec", "sonnet-4,", "sonet-4,"),
]


@pytest.mark.parametrize(("old", "new"), [pair for _, *pair in SLIPS], ids=[name for name, *_ in SLIPS])
def test_a_slip_is_mended_and_every_other_byte_stays(tmp_path: Path, old: str, new: str) -> None:
    assert SPEC.count(old) == 1
    write(tmp_path, {AGENT: SPEC.replace(old, new)})
    assert validated(tmp_path).failed
    assert mended(tmp_path) == 1
    assert (tmp_path / AGENT).read_text() == SPEC
    assert validated(tmp_path).diagnostics == ()
    assert mended(tmp_path) == 0


APART = [slip for index, slip in enumerate(SLIPS) if slip[1] not in [other for _, other, _ in SLIPS[:index]]]
"""Slips at different places, which may be made together."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.sampled_from(APART), min_size=1), end=st.sampled_from(["\n", "\r\n"]))
def test_any_slips_together_are_mended_and_every_other_byte_stays(
    tmp_path: Path, chosen: set[tuple[str, str, str]], end: str
) -> None:
    text = SPEC
    for _, old, new in chosen:
        text = text.replace(old, new)
    write(tmp_path, {AGENT: text.replace("\n", end)})
    mended(tmp_path)
    assert (tmp_path / AGENT).read_bytes() == SPEC.replace("\n", end).encode()


def example_mended(root: Path, code: str) -> None:
    """Lay the example of a code over its fleet, mend it, and demand that it is what the catalogue calls mended."""
    shown = example(code)
    write(root, {path: file.content.decode() for path, file in shown.mistake.items()})
    assert code in [item.code for item in validated(root).diagnostics]
    assert mended(root) == 1
    for path, file in shown.mended.items():
        assert (root / path).read_bytes() == file.content


MENDED = [
    "R0202",
    "R0203",
    "R0204",
    "R0301",
    "R0302",
    "R0304",
    "R0406",
    "R0410",
    "R0412",
    "R0415",
    "R0528",
    "R0535",
    "R0705",
]
"""Codes whose examples are slips."""


@pytest.mark.parametrize("code", MENDED)
def test_an_example_that_is_a_slip_is_mended_as_the_catalogue_mends_it(code: str, tmp_path: Path) -> None:
    example_mended(tmp_path, code)


def test_another_version_of_the_api_is_mended(tmp_path: Path) -> None:
    write(tmp_path, {AGENT: SPEC.replace("v1alpha1 ", "v1beta1 ")})
    assert mended(tmp_path) == 1
    assert (tmp_path / AGENT).read_text() == SPEC


def test_slips_inside_of_an_override_are_mended(tmp_path: Path) -> None:
    path = "environments/dev/environment.yaml"
    override = "  overrides:\n  - match: {kind: Agent}\n    spec: {session: {%s: 2h}, runtime: {scale: {max: %s}}}\n"
    write(tmp_path, {path: FILES[path] + override % ("tlt", "'3'")})
    assert mended(tmp_path) == 2
    assert (tmp_path / path).read_text() == FILES[path] + override % ("ttl", "3")


def test_a_slip_is_not_mended_where_the_right_word_stands_beside_it(tmp_path: Path) -> None:
    overlay = "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: support}\nspec:\n  models: {defualt: {requires: [tools]}, default: {requires: [tools]}}\n"
    write(tmp_path, {"environments/dev/support.yaml": overlay})
    assert "R0406" in [item.code for item in validated(tmp_path).diagnostics]
    assert mended(tmp_path) == 0


UNQUOTED = "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: support}\nspec:\n  runtime:\n    env: {PORT: 80, ON: true, TOKEN: 12345}\n"


def test_a_number_becomes_text_where_only_text_is_taken_unless_it_looks_like_a_credential(tmp_path: Path) -> None:
    write(tmp_path, {"environments/dev/support.yaml": UNQUOTED})
    mended(tmp_path)
    assert (tmp_path / "environments/dev/support.yaml").read_text() == UNQUOTED.replace("80,", '"80",').replace(
        "true,", '"true",'
    )


DOUBTS = [
    ("another word", "mode: daemon\n", "mode: demon2\n"),
    ("a name in which a letter differs", "claude/", "claudi/"),
    ("a field that is there already", "  mode: daemon\n", "  mode: daemon\n  modes: daemon\n"),
    ("a value that does not fit the field either", "prompts:   {pack: support,   version: 1.4.0}", "promptss: 5"),
    ("a text that is no number", "8080", '"80a"'),
    ("a number that the field does not take", "8080", '"80800"'),
    ("a number that is written in its own way", "  mode: daemon\n", "  mode: daemon\n  framework: {version: 1.40}\n"),
]


@pytest.mark.parametrize(("old", "new"), [pair for _, *pair in DOUBTS], ids=[name for name, *_ in DOUBTS])
def test_what_is_not_certain_is_left_to_people(tmp_path: Path, old: str, new: str) -> None:
    text = SPEC.replace(old, new)
    assert text != SPEC
    write(tmp_path, {AGENT: text})
    assert validated(tmp_path).failed
    assert mended(tmp_path) == 0
    assert (tmp_path / AGENT).read_text() == text


def test_a_name_that_another_environment_has_is_not_mended_for_this_one(tmp_path: Path) -> None:
    prod = FILES["environments/dev/environment.yaml"].replace(": dev", ": prod")
    other = FILES["environments/base/claude.yaml"].replace("name: claude", "name: cluade")
    files = {"environments/prod/environment.yaml": prod, "environments/prod/cluade.yaml": other}
    write(tmp_path, {AGENT: SPEC.replace("claude/", "cluade/"), **files})
    assert len(edits(validated(tmp_path, "dev"))) == 1
    assert edits(validated(tmp_path, "dev", "prod")) == []


def test_what_a_dialect_made_is_not_mended(tmp_path: Path) -> None:
    omnia = "apiVersion: omnia.altairalabs.ai/v1alpha1\nkind: AgentRuntime\nmetadata: {name: chat}\nspec:\n  promptPackRef: {name: suport}\n  facades: [{type: websocket, port: '8080'}]\n"
    write(tmp_path, {"environments/dev/chat.yaml": omnia})
    mended(tmp_path)
    assert "port: '8080'" in (tmp_path / "environments/dev/chat.yaml").read_text()


# --- revise: the edits of one file


def edit(line: int, column: int, width: int, old: str, new: str, path: str = "a.yaml") -> Edit:
    return Edit(Span(path, line, column, width), old, new)


REVISED = [
    (b"a: b\n", [edit(1, 1, 1, "a", "long")], b"long: b\n"),
    (b"a: b\r\nc: d", [edit(2, 4, 1, "d", "e"), edit(1, 1, 1, "a", "x")], b"x: b\r\nc: e"),
    (b'a: "8"\n', [edit(1, 4, 3, "8", "8")], b"a: 8\n"),
    ("\ufeffä: b\n".encode(), [edit(1, 4, 1, "b", "c")], "\ufeffä: c\n".encode()),
    (b"a: b\n", [edit(1, 4, 1, "b", "c")] * 2, b"a: c\n"),
    (b"a: b\n", [edit(1, 4, 1, "x", "c")], None),
    (b"a: b\n", [edit(9, 4, 1, "b", "c")], None),
    (b"a: b\n", [edit(1, 4, 9, "b", "c")], None),
    (b"a: bcd\n", [edit(1, 4, 2, "bc", "x"), edit(1, 5, 2, "cd", "y")], None),
    (b"a: b\n", [edit(1, 4, 1, "b", "c"), edit(1, 4, 1, "b", "d")], None),
    (b"a: \xff\n", [edit(1, 1, 1, "a", "b")], None),
]


@pytest.mark.parametrize(("content", "made", "expected"), REVISED)
def test_a_file_is_revised_by_all_edits_or_by_none(content: bytes, made: list[Edit], expected: bytes | None) -> None:
    assert revise(content, made) == expected


# --- rewrite: the files


def test_files_are_replaced_whole_with_their_mode_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: b\n")
    (tmp_path / "a.yaml").chmod(0o640)
    (tmp_path / "b.yaml").write_text("a: b\n")
    good, bad = edit(1, 1, 1, "a", "x"), edit(1, 1, 1, "z", "x", "b.yaml")
    assert rewrite(tmp_path, [good, bad]) == Rewritten((good,), ("b.yaml",))
    assert (tmp_path / "a.yaml").read_text() == "x: b\n"
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.yaml"]


def test_nothing_is_written_outside_or_through_a_link(tmp_path: Path) -> None:
    root, outside = tmp_path / "fleet", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
        (folder / "a.yaml").write_text("a: b\n")
    (root / "link.yaml").symlink_to(root / "a.yaml")
    (root / "folder").symlink_to(outside)
    paths = ["link.yaml", "folder/a.yaml", "../outside/a.yaml", str(outside / "a.yaml"), "gone.yaml"]
    done = rewrite(root, [edit(1, 1, 1, "a", "x", path) for path in paths])
    assert done == Rewritten((), tuple(sorted(paths)))
    assert [(folder / "a.yaml").read_text() for folder in (root, outside)] == ["a: b\n"] * 2
