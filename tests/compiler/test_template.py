"""Templates: what a template and values become, with causes; and that nothing gets out of the sandbox."""

import pytest

from compiler.source import Cause, Derived, Source, cause_of
from compiler.spec_key import SpecKey
from compiler.template import Template, TemplateError

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
    ('version: "{{ agent.version }}"', {"version": "1.0"}),
    ("plain: 1.0", {"plain": 1.0}),
    ('quoted: "1.0"', {"quoted": "1.0"}),
    ('opaque: "{{ agent.text }}"', {"opaque": "{{ not ours }}"}),
    ('a: {b: "{{ agent.nothing | default(omit) }}"}', {}),
    ('a: {b: "{{ agent.nothing | default(omit) }}", c: 1}', {"a": {"c": 1}}),
    ('a: ["{{ agent.nothing | default(omit) }}", 2]', {"a": [2]}),
    ('a: {$if: "{{ agent.on }}", b: 1}', {}),
    ('a: {$if: "{{ not agent.on }}", b: 1}', {"a": {"b": 1}}),
    ('a: {b: 1, $merge: "{{ agent.env }}"}', {"a": {"b": 1, "B": "2", "A": "1"}}),
    ('a: [{$for: tag, $in: "{{ agent.tags }}", $do: {name: "{{ tag }}"}}]', {"a": [{"name": "a"}, {"name": "b"}]}),
    ('a: [{$for: "k, v", $in: "{{ agent.env }}", $do: "{{ k }}={{ v }}"}]', {"a": ["A=1", "B=2"]}),
    ("a: {}", {"a": {}}),
    ("a: []", {"a": []}),
    ('n: "{{ agent.tags | length + 1 }}"', {"n": 3}),
]

REFUSED = [
    ('a: "{{ agent.missing }}"', "agent.missing is not defined"),
    ('a: "{{ missing }}"', "missing is not defined"),
    ('a: "{{ agent.missing + 1 }}"', "missing"),
    ('a: "{{ agent.tags.append }}"', "is not defined"),
    ('a: "{{ agent.port.__class__ }}"', "is not defined"),
    ('a: "{{ (agent.port).__class__ or 1 }}"', "__class__"),
    ('a: "{{ agent.text.format(agent) }}"', "format"),
    ("a: \"{{ ''.__class__.__mro__ | list }}\"", "__class__"),
    ('a: "x{{ agent.tags }}"', "only text and numbers"),
    ('a: {B: 1, $merge: "{{ agent.env }}"}', "a second time"),
    ('a: "{{ 1 + }}"', "unexpected"),
    ('a: [{$for: x, $in: "{{ agent.tags }}"}]', "exactly"),
    ("a: {$do: 1}", "cannot stand here"),
    ("a: {{ agent.port }}", "a key must be literal"),
    ('a: "{{ agent.port // 0 + 1 }}"', "cannot be evaluated"),
]


@pytest.mark.parametrize(("text", "expected"), RENDERED)
def test_template_becomes(text, expected):
    data, _ = Template("x.yaml", text).render({"agent": AGENT})
    assert data == expected


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_template_is_refused_at_its_line(text, reason):
    with pytest.raises(TemplateError) as caught:
        Template("x.yaml", f"# a comment\n{text}").render({"agent": AGENT})
    assert str(caught.value).startswith("templates/x.yaml:2: ")
    assert reason in str(caught.value)


def test_every_field_knows_its_template_line_and_its_spec_fields():
    text = 'name: x\nspec:\n  port: "{{ agent.port }}"\n  env: "{{ agent.env }}"\n  sum: "{{ agent.port + 1 }}"\n'
    _, sources = Template("x.yaml", text).render({"agent": AGENT})
    field = Source(KEY, ("spec", "port"))
    assert cause_of(sources, ("name",)) == Cause("x.yaml", 1, ())
    assert cause_of(sources, ("spec", "port")) == Cause("x.yaml", 3, (field,), exact=True)
    assert cause_of(sources, ("spec", "env", "A")) == Cause(
        "x.yaml", 4, (Source(KEY, ("spec", "env", "A")),), exact=True
    )
    assert cause_of(sources, ("spec", "sum")) == Cause("x.yaml", 5, (field,))


def test_what_python_computed_knows_its_sources():
    source = Source(KEY, ("spec", "models"))
    values = {"env": [{"name": "KEY", "value": Derived("v", (source,))}]}
    data, sources = Template("x.yaml", 'env: "{{ env }}"').render(values)
    assert data == {"env": [{"name": "KEY", "value": "v"}]}
    assert cause_of(sources, ("env", 0, "value")) == Cause("x.yaml", 1, (source,))
