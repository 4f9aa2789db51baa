"""What no template may do: reach out of its values, or keep whoever compiles it busy. Steps are counted, not seconds."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.source import Derived, Source
from compiler.spec_key import SpecKey
from compiler.templating.bad_expression import BadExpression
from compiler.templating.expression import compile_expression, compile_text
from compiler.templating.meter import WORK, Exhausted, Meter
from compiler.templating.template_compiler import compile_template
from compiler.templating.text_template import compile_text_template

MANY = 10_000
VALUES = {
    "agent": Derived(
        {"port": 8080, "tags": ["a", "b"], "text": "t", "long": "x" * 1_000_000, "env": {"A": "1"}, "off": False},
        (Source(SpecKey("Agent", "support"), ("spec",)),),
        exact=True,
    ),
    "many": list(range(MANY)),
    "word": "w",
}

CANNOT_BE_WRITTEN = [
    "f()",
    "range(10)",
    "agent.text.format(agent)",
    "agent.text.format_map(agent)",
    "'{0.__class__}'.format(1)",
    "self.__init__()",
    "lipsum()",
    "cycler(1)",
    "namespace()",
    "joiner()",
    "9**9**9",
    "agent | attr('x')",
    "'%s' | format(1)",
    "agent.tags | map('upper')",
    "agent.tags | select",
    "agent.tags | groupby('a')",
    "'a' | center(1000000000)",
    "[] | random",
    "agent | pprint",
    "'a' | wordwrap(1)",
    "1 | round(1000000000)",
    "agent.tags | batch(1000000000)",
    "agent.tags | slice(1000000000)",
    "1 is filter",
    "1 is sameas 1",
    "(1, 2)",
    "agent.tags | join(*agent.tags)",
    "agent.tags | join(**agent)",
    "(" * 40 + "1" + ")" * 40,
    "[" * 200 + "]" * 200,
    "-" * 1000 + "1",
    "not " * 300 + "1",
    "1 if " * 100 + "1",
    "1 + " * 500 + "1",
    "9" * 4500,
    "9" * 30,
    "1e999",
    "1 + " + "x" * 5000,
    "_('a')",
    "a b",
    "",
    "}",
    "#",
    "%}",
]
CANNOT_BE_EVALUATED = [
    ("''.__class__.__mro__", "R0802"),
    ("agent.__class__", "R0802"),
    ("agent['__class__']", "R0802"),
    ("agent.tags.__len__", "R0802"),
    ("agent.text.upper", "R0802"),
    ("agent.env.items", "R0802"),
    ("self", "R0802"),
    ("loop", "R0802"),
    ("context", "R0802"),
    ("environment", "R0802"),
    ("agent.text * 1000000000", "R0803"),
    ("'a' * 1000000000", "R0803"),
    ("[0] * 1000000000", "R0803"),
    ("'%1000000000d' % 1", "R0803"),
    ("4611686018427387904 * 4", "R0803"),
    ("9000000000000000000 + 9000000000000000000", "R0803"),
    ("1e308 * 1e308", "R0803"),
    ("1 / 0", "R0803"),
    ("'a' | indent(1000000000)", "R0803"),
    ("agent.tags | tojson(indent=1000000000)", "R0803"),
    ("agent.tags | join(agent.long)", "R0803"),
    ("agent.long | replace('x', agent.long)", "R0803"),
    ("agent.long | indent", None),
    ("agent.long ~ agent.long ~ agent.long ~ agent.long", "R0804"),
    ("agent.long in agent.long and agent.long == agent.long", "R0804"),
    ("[agent, agent, agent, agent, agent] | tojson", "R0804"),
    ("many + many + many + many + many + many", "R0804"),
    ("{1: 2}", "R0803"),
    ("'x' | int", "R0803"),
    ("agent.off.x", "R0802"),
    ("[1, 'a'] | sort", "R0803"),
    ("[[1]] | unique", "R0803"),
]


def outcome(text: str, meter: Meter) -> object:
    """What an expression yields, or why it yields nothing."""
    try:
        return compile_expression(text).evaluate(VALUES, meter).value
    except BadExpression as error:
        return error


@pytest.mark.parametrize("text", CANNOT_BE_WRITTEN, ids=lambda text: text[:30])
def test_cannot_be_written(text):
    with pytest.raises(BadExpression):
        compile_expression(text)


@pytest.mark.parametrize(("text", "code"), CANNOT_BE_EVALUATED, ids=lambda item: str(item)[:30])
def test_cannot_be_evaluated(text, code):
    meter = Meter()
    found = outcome(text, meter)
    assert (found.code if isinstance(found, BadExpression) else None) == code
    assert (meter.left < 0) == (code == "R0804")


TEXTS = [
    ("{% for a in many %}{% for b in many %}{{ a }}{% endfor %}{% endfor %}", "R0804"),
    ("{% for a in many %}" + "x" * 5000 + "{% endfor %}", "R0804"),
    ("{% for a in many %}{{ agent.long }}{% endfor %}", "R0804"),
    ("{% for a in many %}{% if agent.long == agent.long %}{% endif %}{% endfor %}", "R0804"),
    ("{{ agent.long }}" * 5, "R0804"),
    ("{{ agent }}", "R0803"),
    ("{{ loop }}", "R0802"),
    ("{% for a in agent.tags %}{{ loop.__class__ }}{% endfor %}", "R0802"),
    ("{% for a in agent.tags %}{{ loop.cycle }}{% endfor %}", "R0802"),
    ("{% for a in agent.tags %}{{ loop }}{% endfor %}", "R0803"),
    ("{% for a in agent.env %}{% endfor %}", "R0803"),
    ("{% for a, b in agent.tags %}{% endfor %}", "R0803"),
]
TEXTS_NOT_WRITTEN = [
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% macro f() %}{{ f() }}{% endmacro %}",
    "{% call f() %}{% endcall %}",
    "{% set x = 1 %}",
    "{% set x %}{% endset %}",
    "{% filter upper %}{% endfilter %}",
    "{% with x = 1 %}{% endwith %}",
    "{% do f() %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% for a in many recursive %}{{ loop(a) }}{% endfor %}",
    "{% for a in many %}" * 50 + "{% endfor %}" * 50,
    "{% if word %}" * 3000,
    "{{" * 20_000,
    "{% if %}",
]


@pytest.mark.parametrize(("text", "code"), TEXTS, ids=lambda item: str(item)[:40])
def test_a_text_cannot_be_filled_in(text, code):
    with pytest.raises(BadExpression) as caught:
        compile_text(text).evaluate(VALUES, Meter())
    assert caught.value.code == code


@pytest.mark.parametrize("text", TEXTS_NOT_WRITTEN, ids=lambda text: text[:40])
def test_a_text_cannot_be_written(text):
    with pytest.raises(BadExpression):
        compile_text(text)


LOOP = "- $for: a\n  $in: '{{ many }}'\n  $do:\n"
OBJECTS = [
    f"a:\n{LOOP}    b:\n" + "".join(f"    {line}\n" for line in LOOP.splitlines()) + "        c: 1\n",
    f"a:\n{LOOP}    {{b: 1, c: 2, d: 3, e: 4, f: 5}}\n",
    "a: '" + "{{ agent.long }}" * 5 + "'",
    "a:\n" + "".join(f"- '{{{{ agent.long ~ {number} }}}}'\n" for number in range(50)),
    "a:\n" + "".join("- {$text: agent/files/long}\n" for _ in range(5)),
]


@pytest.mark.parametrize("text", OBJECTS, ids=range(len(OBJECTS)))
def test_an_object_that_costs_too_much_is_given_up(text):
    long = compile_text_template("agent/files/long", "{{ agent.long }}")
    template = compile_template("agent/x.yaml", text.encode())
    assert template.problems == ()
    result = template.render(VALUES, lambda _: long)
    assert {mishap.problem.code for mishap in result.mishaps} == {"R0804"}


def test_aliases_and_depth_of_a_template_are_bounded():
    bomb = "a: &a [x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(9))
    assert [item.code for item in compile_template("x.yaml", bomb.encode()).problems] == ["R0106"]
    deep = "a: " + "[" * 500 + "]" * 500
    assert [item.code for item in compile_template("x.yaml", deep.encode()).problems] == ["R0106"]


# --- what holds of any expression: a value of plain data, or one sentence; and never more work than is allowed

NAMES = st.sampled_from(["agent", "agent.port", "agent.tags", "agent.env", "agent.long", "many", "word", "x", "omit"])
CONSTANTS = st.sampled_from(["1", "0", "-1", "1.5", "'a'", "''", "none", "true", "99999999999", "[]", "{}"])
FILTERS = st.sampled_from(["length", "first", "join('-')", "tojson", "items", "indent(9)", "sort", "default(1)", "sum"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "~", "**", "==", "<", "in", "and", "or", "is"])


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, FILTERS).map(lambda parts: f"({parts[0]} | {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"{parts[0]}[{parts[1]}]"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]"),
        inner.map(lambda part: f"(not {part})"),
        inner.map(lambda part: f"{part}.__class__"),
        inner.map(lambda part: f"{part}()"),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, CONSTANTS), combined, max_leaves=12)


def is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, str | int | float) or repr(value) == "omit"


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_yields_plain_data_or_a_sentence(text):
    meter = Meter()
    found = outcome(text, meter)
    assert isinstance(found, Exhausted) == (meter.left < 0)
    assert meter.left <= WORK
    if isinstance(found, BadExpression):
        assert found.message
        assert "\n" not in found.message
    else:
        assert is_plain(found)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}%# abc.|()[]'\"0123456789+-*/~_\n", max_size=60))
def test_any_text_is_compiled_or_refused_in_a_sentence(text):
    for source in (text, "{{ " + text + " }}", "{% for a in many %}" + text + "{% endfor %}"):
        with suppress(BadExpression):
            assert isinstance(compile_text(source).evaluate(VALUES, Meter()).value, str)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS)
def test_any_template_yields_an_object_or_sentences(first, second, third):
    lines = (
        "metadata:",
        f'  name: "{{{{ {first} }}}}"',
        "spec:",
        "- $for: item",
        f'  $in: "{{{{ {second} }}}}"',
        f'  $do: ["{{{{ item }}}}", "x{{{{ {third} }}}}"]',
    )
    template = compile_template("agent/x.yaml", "\n".join(lines).encode())
    if template.problems:
        return
    result = template.render(VALUES, lambda _: compile_text_template("x", ""))
    assert result.mishaps or result.data is None or is_plain(result.data)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_the_same_work_is_counted_every_time(text):
    first, second = Meter(), Meter()
    assert repr(outcome(text, first)) == repr(outcome(text, second))
    assert first.left == second.left
