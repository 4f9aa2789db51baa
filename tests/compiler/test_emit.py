"""emit: what is written is what every YAML reader reads back, byte for byte the same each time."""

import io
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from compiler.emit import emit
from compiler.yaml_reader import load

AWKWARD = (
    *("", " ", "~", "null", "Null", "NULL", "true", "True", "yes", "NO", "on", "Off", "y", "N", "nan", ".nan", ".inf"),
    *(
        "1",
        "0644",
        "0o644",
        "0x1f",
        "0b11",
        "1e3",
        "1234e56",
        "12e03",
        "1_000",
        "22:22",
        "190:20:30",
        "1.0",
        ".5",
        "-1",
    ),
    *("2026-11-20", "2026-11-20T10:00:00Z", "=", "<<", "- a", "-", "--- ", "---", "...", "? a", ": b", "a: b", "a #b"),
    *(
        "#a",
        "a:",
        "!tag",
        "&a",
        "*a",
        "@a",
        "`a",
        "%a",
        "|",
        ">",
        "[a]",
        "{a}",
        "a, b",
        "'a'",
        '"a"',
        "a\\b",
        "\t",
        "\ta",
    ),
    *(
        "a\tb",
        " a",
        "a ",
        "a  b",
        "\n",
        "a\n",
        "a\n\n",
        "\na",
        " a\nb",
        "a\n b\n",
        "\ta\nb",
        "a\n\tb",
        "a \n",
        "a\n \n",
    ),
    *("a\r\nb", "\r", "a\rb", "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\xa0", "a\x85b\n", "\u2028", "a\u2028b\nc"),
    *(
        "\ufeff",
        "\ufeffa\nb",
        "ü",
        "日本",
        "😀",
        "a\n😀\n",
        "\ufffe",
        "e\u0301",
        "{{ name }}",
        "${var.x}",
        "%TAG ! x\n",
    ),
    *("long key " * 200, "\x00" * 300),
    *(
        "--- a\nb\n",
        "a\n---\nb\n",
        "a\n...\nb",
        "# comment\nx\n",
        "a b c",
        "a (b)",
        "a/b.c-d_e",
        "path: /x\n",
        "_",
        "/",
    ),
)

text = st.text() | st.sampled_from(AWKWARD) | st.lists(st.sampled_from(AWKWARD), max_size=5).map("\n".join)
text = text.filter(lambda value: not any(0xD800 <= ord(character) <= 0xDFFF for character in value))
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | text
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=20
)
objects = st.dictionaries(text, values, max_size=5)


def read_1_1(stream: str) -> list[Any]:
    return list(yaml.safe_load_all(stream))


def read_1_1_with_libyaml(stream: str) -> list[Any]:
    return list(yaml.load_all(stream, yaml.CSafeLoader))


def read_1_2(stream: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(io.StringIO(stream)))


def read_ours(stream: str) -> list[Any]:
    documents, problems = load(stream.encode())
    assert problems == ()
    return list(documents)


READERS = (read_1_1, read_1_1_with_libyaml, read_1_2, read_ours)


@pytest.mark.parametrize("read", READERS)
@given(item=objects)
@settings(max_examples=150, deadline=None)
def test_every_reader_reads_what_was_meant(read: Any, item: dict[str, Any]) -> None:
    assert read(emit([item])) == [item]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_text_stays_text(read: Any, value: str) -> None:
    item = {"plain": value, value: {"deep": [value, [value], {value: value}]}, "end": 1}
    assert read(emit([item, item])) == [item, item]


@given(item=objects)
@settings(max_examples=50, deadline=None)
def test_the_order_of_keys_in_memory_does_not_show(item: dict[str, Any]) -> None:
    assert emit([item]) == emit([dict(reversed(item.items()))])


def test_the_shape_is_what_people_write() -> None:
    deployment = {
        "spec": {
            "replicas": 1,
            "template": {"spec": {"containers": [{"name": "facade", "args": ["-v", "no"], "ports": []}]}},
        },
        "metadata": {"name": "support", "labels": {"team": "care", "roster.dev/name": "support"}},
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "data": {"system.md": "You help.\n\n  Be kind, {{name}}.\n", "empty": {}, "ratio": 0.5, "big": 1e30},
    }
    assert emit([deployment, {"kind": "Nothing"}]) == (
        "---\n"
        "apiVersion: apps/v1\n"
        "kind: Deployment\n"
        "metadata:\n"
        "  labels:\n"
        "    roster.dev/name: support\n"
        "    team: care\n"
        "  name: support\n"
        "data:\n"
        "  big: 1.0e+30\n"
        "  empty: {}\n"
        "  ratio: 0.5\n"
        "  system.md: |\n"
        "    You help.\n"
        "\n"
        "      Be kind, {{name}}.\n"
        "spec:\n"
        "  replicas: 1\n"
        "  template:\n"
        "    spec:\n"
        "      containers:\n"
        "      - args:\n"
        '        - "-v"\n'
        '        - "no"\n'
        "        name: facade\n"
        "        ports: []\n"
        "---\n"
        "kind: Nothing\n"
    )


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", float("nan"), float("inf"), "\ud800", object()])
def test_what_is_no_plain_data_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        emit([{"value": value}])


def test_an_object_costs_little() -> None:
    item = {"metadata": {"name": "x", "labels": {f"label-{n}": "value" for n in range(10)}}}
    item |= {"spec": {"containers": [{"name": f"c{n}", "env": [{"name": "A", "value": "1"}] * 4} for n in range(3)]}}
    started = time.perf_counter()
    emit([item] * 200)
    assert (time.perf_counter() - started) / 200 < 0.002
