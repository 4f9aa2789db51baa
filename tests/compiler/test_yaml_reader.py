"""Reading YAML: 1.2 core values, positions, and what is refused, as a table."""

import pytest

from compiler.problem import Place
from compiler.yaml_nodes import place_of
from compiler.yaml_reader import MAX_ALIASES, MAX_DEPTH, load

VALUES = [
    ("no", "no"),
    ("yes", "yes"),
    ("on", "on"),
    ("true", True),
    ("False", False),
    ("~", None),
    ("", None),
    ("12", 12),
    ("-3", -3),
    ("0o17", 15),
    ("0x1f", 31),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("1_000", "1_000"),
    ("22:22", "22:22"),
    ("2026-11-21", "2026-11-21"),
    ('"1.0"', "1.0"),
    ("1.0", 1.0),
    ("'true'", "true"),
    ("=", "="),
]

REFUSED = [
    ("a: 1\na: 2\n", "R0104", (2, 1)),
    ("a: {b: 1, b: 2}", "R0104", (1, 11)),
    ("a: 0644", "R0107", (1, 4)),
    ("a: .inf", "R0107", (1, 4)),
    ("a: 1e400", "R0107", (1, 4)),
    ("a: 9223372036854775808", "R0107", (1, 4)),
    (f"a: {'1' * 5000}", "R0107", (1, 4)),
    ("1: a", "R0105", (1, 1)),
    ("<<: {a: 1}", "R0105", (1, 1)),
    ("? [a]\n: 1", "R0105", (1, 3)),
    ("a: !!python/object:os.system x", "R0105", (1, 4)),
    ("a: !secret x", "R0105", (1, 4)),
    ("a: b: c", "R0103", (1, 5)),
    ("a: [1", "R0103", (2, 1)),
    ("\ta: 1", "R0103", (1, 1)),
    ("a: *nowhere", "R0103", (1, 4)),
]

REMEDIES = [
    ("a: b: c", "indent the line like its neighbours, or quote a text that has a colon in it"),
    ("a:\n  b: 1\n   c: 2", "indent the line like its neighbours, or quote a text that has a colon in it"),
    ("a:\n    b: 1\n  c: 2", "indent the line like its neighbours, or quote the whole text"),
    ("a: 'it's'", "indent the line like its neighbours, or quote the whole text"),
    ("a:\n  b: [1, 2", "close the bracket opened on line 2"),
    ("a:\n  b: {c: 1", "close the brace opened on line 2"),
    ('b: 1\na: "x\nc: 1', "close the quote opened on line 2"),
    ("a: |\n  text\nmore\n", "write a colon behind a key; indent a text further than its key"),
    ("a: *nowhere", "define the anchor above its alias"),
    ('a: "\\d"', "mend the syntax at this place"),
]


@pytest.mark.parametrize(("text", "help"), REMEDIES)
def test_what_is_no_yaml_is_told_with_its_remedy(text, help):
    _, problems = load(text.encode())
    assert [(problem.code, problem.help) for problem in problems] == [("R0103", help)]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_scalar_is_read_as_yaml_1_2_core(text, value):
    documents, problems = load(f"a: {text}\n".encode())
    assert not problems
    assert documents[0]["a"] == value
    assert type(documents[0]["a"]) is type(value)


@pytest.mark.parametrize(("text", "code", "place"), REFUSED)
def test_what_is_refused_is_told_with_its_place(text, code, place):
    _, problems = load(text.encode())
    assert [(problem.code, (problem.line, problem.column)) for problem in problems] == [(code, place)]


def test_all_mistakes_of_a_file_are_told_at_once():
    _, problems = load(b"a: 1\na: 2\nb: 0644\nc: !x 1\n")
    assert [problem.code for problem in problems] == ["R0104", "R0107", "R0105"]


def test_bytes_that_are_not_utf8_are_told():
    _, (problem,) = load(b"a: \xff\xfe\n")
    assert problem.code == "R0102"


def test_an_alias_bomb_is_refused_before_it_explodes():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    _, (problem,) = load("\n".join(lines).encode())
    assert problem.code == "R0106"


def test_aliases_within_bounds_are_followed():
    documents, problems = load(b"a: &x {b: 1}\nc: *x\n")
    assert not problems
    assert documents[0] == {"a": {"b": 1}, "c": {"b": 1}}
    _, (problem,) = load(("a: &x {b: 1}\nc: [" + ", ".join(["*x"] * (MAX_ALIASES + 1)) + "]").encode())
    assert problem.code == "R0106"


def test_depth_is_bounded():
    _, (problem,) = load(("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).encode())
    assert problem.code == "R0106"


TEXT = b"# head\na:\n  b: [x, yy]\n  c: {d: 12}\n---\ne: 1\n"

PLACES = [
    (0, ("a", "b", 1), False, Place(3, 10, 2)),
    (0, ("a", "c", "d"), True, Place(4, 7, 1)),
    (0, ("a", "c", "d"), False, Place(4, 10, 2)),
    (0, ("a", "missing"), False, Place(2, 1, 1)),
    (1, ("e",), False, Place(6, 4, 1)),
]


@pytest.mark.parametrize(("index", "path", "key", "place"), PLACES)
def test_a_field_knows_its_place_and_a_missing_one_its_parents(index, path, key, place):
    assert place_of(TEXT, index, path, key=key) == place


def test_many_documents_without_an_alias_have_none():
    documents, problems = load("---\n".join("a: {b: [1, 2], c: {d: 1}}\n" for _ in range(500)).encode())
    assert (len(documents), problems) == (500, ())
