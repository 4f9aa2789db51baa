"""Templates: what a template and values become, with causes, and what is wrong with one, at its line and column."""

import pytest

from compiler.problem import Problem
from compiler.source import Cause, Derived, Source, cause_of
from compiler.spec_key import SpecKey
from compiler.templating.template import Rendered
from compiler.templating.template_compiler import compile_template
from compiler.templating.text_template import TextTemplate, compile_text_template

KEY = SpecKey("Agent", "support")
AGENT = Derived(
    {
        "port": 8080,
        "tags": ["a", "b"],
        "text": "{{ not ours }}",
        "env": {"B": "2", "A": "1"},
        "on": False,
        "version": "1.0",
    },
    (Source(KEY, ("spec",)),),
    exact=True,
)

RENDERED = [
    ('port: "{{ agent.port }}"', {"port": 8080}),
    ('port: "p-{{ agent.port }}"', {"port": "p-8080"}),
    ("port: |\n  a {{ agent.port }}\n  b\n", {"port": "a 8080\nb\n"}),
    ('version: "{{ agent.version }}"', {"version": "1.0"}),
    ("plain: 1.0", {"plain": 1.0}),
    ('quoted: "1.0"', {"quoted": "1.0"}),
    ('opaque: "{{ agent.text }}"', {"opaque": "{{ not ours }}"}),
    ('opaque: "<{{ agent.text }}>"', {"opaque": "<{{ not ours }}>"}),
    ('a: {b: "{{ agent.nothing | default(omit) }}"}', {}),
    ('a: {b: "{{ agent.nothing | default(omit) }}", c: 1}', {"a": {"c": 1}}),
    ('a: ["{{ agent.nothing | default(omit) }}", 2]', {"a": [2]}),
    ('a: "{{ agent.nothing | default(agent.port) }}"', {"a": 8080}),
    ('a: {$if: "{{ agent.on }}", b: 1}', {}),
    ('a: {$if: "{{ not agent.on }}", b: 1}', {"a": {"b": 1}}),
    ("a: {$if: true, b: 1}", {"a": {"b": 1}}),
    ('$if: "{{ agent.on }}"\na: 1', None),
    ('a: {b: 1, $merge: "{{ agent.env }}"}', {"a": {"b": 1, "B": "2", "A": "1"}}),
    ('a: [{$for: tag, $in: "{{ agent.tags }}", $do: {name: "{{ tag }}"}}]', {"a": [{"name": "a"}, {"name": "b"}]}),
    ('a: [{$for: "k, v", $in: "{{ agent.env }}", $do: "{{ k }}={{ v }}"}]', {"a": ["A=1", "B=2"]}),
    ("a: {}", {"a": {}}),
    ("a: []", {"a": []}),
    ('n: "{{ agent.tags | length + 1 }}"', {"n": 3}),
    ("n: \"{{ agent.tags | join(', ') }}\"", {"n": "a, b"}),
    ('n: "{{ agent.env | tojson }}"', {"n": '{"A": "1", "B": "2"}'}),
    ('n: "{{ agent.env.A ~ agent.port }}"', {"n": "18080"}),
    ('n: "{{ agent.version[:1] }}"', {"n": "1"}),
    ("n: \"{{ 'on' if agent.on else 'off' }}\"", {"n": "off"}),
    ("n: \"{{ agent.port is number and 'a' in agent.tags }}\"", {"n": True}),
    ("n: {$text: agent/files/greeting}", {"n": "port 8080\n- a\n- b\n"}),
]
TEXTS = {"agent/files/greeting": "port {{ agent.port }}\n{% for tag in agent.tags %}\n- {{ tag }}\n{% endfor %}\n"}

OPTIONAL = "where not every spec sets it, write `| default(omit)` behind it"
PLACE = "`roster explain template` says what may stand in one"
RESERVED = "there are $if and $merge in a map, $for with $in and $do in a list, $text in place of a text"
HAS = "agent has env, on, port, tags, text, version;"
REFUSED = [
    ('a: "{{ agent.missing }}"', "R0802", 8, 13, "agent.missing is not defined", f"{HAS} {OPTIONAL}"),
    ('a: "{{ agent.prt }}"', "R0802", 8, 9, "agent.prt is not defined", f"did you mean agent.port? {OPTIONAL}"),
    ('a: "x-{{ agent.prt }}"', "R0802", 10, 9, "agent.prt is not defined", f"did you mean agent.port? {OPTIONAL}"),
    ('a: "{{ agnt }}"', "R0802", 8, 4, "agnt is not defined", "did you mean agent?"),
    ('a: "{{ agent.prt + 1 }}"', "R0802", 8, 13, "agent.prt is not defined", f"did you mean agent.port? {OPTIONAL}"),
    ('a: "{{ agent.tags.append }}"', "R0802", 8, 17, "agent.tags.append is not defined", None),
    ('a: "{{ agent.port.__class__ }}"', "R0802", 8, 20, "agent.port.__class__ is not defined", None),
    ('a: "{{ [agent.nothing] }}"', "R0802", 8, 15, "agent.nothing is not defined", None),
    ('a: "{{ agent.env[agent.tags | first] }}"', "R0802", 8, 29, "agent.env.a is not defined", None),
    (
        'a: "{{ agent.zz if agent.zz is defined else agent.prt }}"',
        "R0802",
        8,
        46,
        "agent.prt is not defined",
        f"did you mean agent.port? {OPTIONAL}",
    ),
    ('a: "x{{ agent.tags }}"', "R0803", 9, 10, "only text and numbers can stand inside a text", None),
    ('a: "x{{ agent.on }}"', "R0803", 9, 8, "only text and numbers can stand inside a text", None),
    ('a: {B: 1, $merge: "{{ agent.env }}"}', "R0803", 4, 33, "$merge would set B a second time", None),
    ('a: {B: 1, $merge: "{{ agent.tags }}"}', "R0803", 4, 34, "$merge needs a map", ""),
    (
        'a: [{$for: x, $in: "{{ agent.env }}", $do: 1}]',
        "R0803",
        24,
        9,
        "one name walks a list, two names walk a map",
        "",
    ),
    (
        'a: "{{ agent.port // 0 + 1 }}"',
        "R0803",
        8,
        19,
        "it cannot be evaluated: integer division or modulo by zero",
        "",
    ),
    ('a: "{{ agent.port + agent.version }}"', "R0803", 8, 26, None, ""),
    ('a: "{{ 1 + }}"', "R0801", 8, 3, None, ""),
    ('a: "{{ agent.port"', "R0801", 4, 15, "{{ without }}", "close the expression"),
    ("a: x-{{ agent.port }}", "R0801", 4, 18, "an expression stands in quotes", 'write "{{ x }}"'),
    ('a: [{$for: x, $in: "{{ agent.tags }}"}]', "R0801", 5, 34, "a loop has exactly $for, $in and $do", RESERVED),
    ("a: {$do: 1}", "R0801", 4, 8, "$do cannot stand here", RESERVED),
    ("a: {$els: 1}", "R0801", 4, 9, "$els cannot stand here", RESERVED),
    ("a: {{ agent.port }}", "R0801", 5, 14, "a key must be literal", None),
    ('"{{ agent.port }}": 1', "R0801", 1, 18, "a key must be literal", None),
    ("a: {$text: x, b: 1}", "R0801", 4, 16, "$text stands alone and names a file", "$text: agent/files/nginx.conf"),
    ("a: 1\na: 2", "R0104", 1, 1, "a is given twice", "it is first given on line 1; keep one"),
    ("- a", "R0801", 1, 1, "a template is one YAML document, a map", "write one Kubernetes object"),
    ("a: [", "R0103", 1, 1, None, None),
]


def texts(name: str) -> TextTemplate:
    return compile_text_template(name, TEXTS[name])


def rendered(text: str) -> Rendered:
    template = compile_template("agent/x.yaml", text.encode())
    assert template.problems == ()
    return template.render({"agent": AGENT}, texts)


def problems(text: str) -> tuple[Problem, ...]:
    template = compile_template("agent/x.yaml", text.encode())
    mishaps = template.render({"agent": AGENT}, texts).mishaps if not template.problems else ()
    return (*template.problems, *(mishap.problem for mishap in mishaps))


@pytest.mark.parametrize(("text", "expected"), RENDERED)
def test_template_becomes(text, expected):
    result = rendered(text)
    assert (result.data, result.mishaps) == (expected, ())


@pytest.mark.parametrize(("text", "code", "column", "width", "message", "help"), REFUSED)
def test_template_is_refused_at_its_place(text, code, column, width, message, help):
    (found,) = problems(text)
    assert (found.code, found.column, found.width) == (code, column, width)
    assert message in (None, found.message)
    assert help in (None, found.help)


def test_all_that_is_wrong_with_a_template_is_told_at_once():
    text = 'a: "{{ agent.prt }}"\nb: ["{{ agent.txt }}", "{{ agent.port }}"]\nc:\n  d: "x{{ agent.env }}"\n'
    assert [(item.code, item.line, item.column) for item in problems(text)] == [
        ("R0802", 1, 8),
        ("R0802", 2, 9),
        ("R0803", 4, 11),
    ]
    text = 'a: "{{ 1 + }}"\n$b: 1\nc: {{ x }}\nd: "{{ f() }}"\n'
    assert [(item.line, item.column) for item in problems(text)] == [(1, 1), (3, 5)]


def test_in_a_literal_block_it_is_told_at_the_line_of_the_block():
    text = "a: |\n  {{ agent.port }} one\n\n   two {{ agent.prt }}\nb: >\n  {{ agent.prt }}\n"
    assert [(item.line, item.column, item.width) for item in problems(text)] == [(4, 11, 9), (5, 4, 1)]
    assert [(item.line, item.column) for item in problems("a: |\n\n  x {{ 1 + }}\n")] == [(3, 8)]


def test_a_text_is_told_at_its_own_line():
    text = compile_text_template("agent/files/x", "one\n  two {{ agent.prt }}\n")
    template = compile_template("agent/x.yaml", b"a: {$text: agent/files/x}")
    (mishap,) = template.render({"agent": AGENT}, lambda _: text).mishaps
    assert (mishap.template, mishap.problem.line, mishap.problem.column, mishap.problem.width) == (
        "agent/files/x",
        2,
        10,
        9,
    )
    assert mishap.sources == (Source(KEY, ("spec",)),)


def test_every_field_knows_its_template_line_and_its_spec_fields():
    text = 'name: x\nspec:\n  port: "{{ agent.port }}"\n  env: "{{ agent.env }}"\n  sum: "{{ agent.port + 1 }}"\n'
    sources = rendered(text + "  text: {$text: agent/files/greeting}\n").sources
    port, tags = Source(KEY, ("spec", "port")), Source(KEY, ("spec", "tags"))
    assert cause_of(sources, ("name",)) == Cause("agent/x.yaml", 1, ())
    assert cause_of(sources, ("spec", "port")) == Cause("agent/x.yaml", 3, (port,), exact=True)
    assert cause_of(sources, ("spec", "env", "A")) == Cause(
        "agent/x.yaml", 4, (Source(KEY, ("spec", "env", "A")),), exact=True
    )
    assert cause_of(sources, ("spec", "sum")) == Cause("agent/x.yaml", 5, (port,))
    assert cause_of(sources, ("spec", "text")) == Cause("agent/files/greeting", 1, (port, tags))


def test_what_python_computed_knows_its_sources():
    source = Source(KEY, ("spec", "models"))
    values = {"env": [{"name": "KEY", "value": Derived("v", (source,))}]}
    result = compile_template("x.yaml", b'env: "{{ env }}"').render(values, texts)
    assert result.data == {"env": [{"name": "KEY", "value": "v"}]}
    assert cause_of(result.sources, ("env", 0, "value")) == Cause("x.yaml", 1, (source,))
