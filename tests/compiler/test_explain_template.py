"""What `roster explain template` says: of all templates, of one, and of one that a fleet wrote."""

import pytest

from compiler.assets import PackageAssets
from compiler.errors import UsageError
from compiler.explaining.explain_template import explain_template, explain_templates
from compiler.templating.filters import FILTERS
from tests.compiler.template_fleet import tree

OURS = {
    "templates/agent/service.yaml": "# A Service as we like it.\n" + PackageAssets().read("agent/service.yaml"),
    "templates/agent/extra/scrape.yaml": "# Has the agent\n# scraped.\nkind: ConfigMap\n",
}


def test_one_template():
    assert explain_template(tree({}), "agent/service").startswith(
        """\
agent/service
Where an agent is reached inside the cluster: one port a facade.

It is templates/agent/service.yaml of Roster. A file of this path in the fleet's repository is used
in its place.

What it may use:
  name         the name of the spec that the object serves
  namespace    the namespace of the environment
  environment  the environment's spec: `roster explain Environment`
  agent        the agent's spec, defaults filled in: `roster explain Agent`
  selector     the labels that select the agent's pods; they never change
  ports        the facades' ports: each a name and a port

How templates are written:
  "{{ agent.runtime.env }}"  in quotes: the value itself, of whatever type
"""
    )


SAID = {
    "agent/deployment.yaml": ["agent/deployment\nThe pods of an agent.", "  runtime.resources  ", "; not always there"],
    "templates/agent/deployment": ["agent/deployment\n"],
    "agent/scaled_object": ["  triggers     what KEDA measures"],
    "prompt_pack/config_map": ["  config.name  what the ConfigMap must be called"],
    "runtimes/custom": ["Those of facade and of runtime:", "  agentName            the agent's name", "required, map"],
}


@pytest.mark.parametrize(("name", "parts"), SAID.items(), ids=SAID)
def test_says(name, parts):
    said = explain_template(tree({}), name)
    assert [part for part in parts if part not in said] == [], said


def test_what_a_fleet_wrote_is_marked():
    said = explain_template(tree(OURS), "agent/service")
    assert "The fleet's own. A Service as we like it. Where an agent" in said
    assert "It is templates/agent/service.yaml of this fleet, used in place of Roster's own." in said
    said = explain_template(tree(OURS), "agent/extra/scrape")
    assert "The fleet's own. Has the agent scraped.\n\nIt is templates/agent/extra/scrape.yaml of this fleet." in said
    assert "What it may use, as agent/deployment does:" in said
    assert "  podLabels  " in said


def test_all_templates_and_how_they_are_written():
    said = explain_templates(tree(OURS))
    names = {path.removesuffix(".yaml") for path in PackageAssets().names()} | {"agent/extra/scrape"}
    assert [name for name in names if f"  {name}" not in said] == []
    assert [name for name in FILTERS if f"\n  {name} " not in said] == []
    assert all(
        part in said for part in ("$if:", "$for:", "$merge:", "$text:", "| default(omit)", "KIND/extra/NAME.yaml")
    )
    assert max(map(len, said.splitlines())) <= 100


def test_an_unknown_one():
    with pytest.raises(UsageError) as caught:
        explain_template(tree({}), "agent/deploymnet")
    assert (caught.value.message, caught.value.help) == (
        "there is no template agent/deploymnet",
        "did you mean agent/deployment?",
    )


def test_no_template_needs_a_fleet():
    empty = tree({})
    assert explain_templates(type(empty)({})).startswith("Templates:\n")
