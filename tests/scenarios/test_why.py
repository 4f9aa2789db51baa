"""Twenty agents in three environments: what `roster why` prints is what the files say at the lines it names."""

import json
import re

import pytest

from tests.scenarios.repository import ROOT, Repository, make

HEAD = "apiVersion: roster.dev/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n"
BASE = {
    "environments/base/environment.yaml": HEAD % ("Environment", "base")
    + "  fleet: acme\n  abstract: true\n  variables: {tag: v1, region: none}\n",
    "environments/base/claude.yaml": HEAD % ("Provider", "claude")
    + "  type: claude\n  keyFrom: {secretKeyRef: {name: anthropic, key: api-key}}\n"
    + '  baseURL: "https://${var.region}.example.com"\n  models: {sonnet: {model: claude-sonnet-4}}\n',
    "environments/base/pack.yaml": HEAD % ("PromptPack", "support")
    + "  version: 1.0.0\n  prompts: {default: {system: Be kind.}}\n",
}
AGENT = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata:
  name: agent-NUMBER
  labels: {tier: TIER}
spec:
  framework:
    type: custom
    image: "example/agent:${var.tag}"
  prompts: {pack: support}
  models:
    default: {use: claude/sonnet}
  facades:
    websocket:
      port: 80NUMBER
  runtime:
    scale: {replicas: 2}
    env: {LOG: info}
    resources:
      requests: {cpu: 250m, memory: 256Mi}
"""
EU = {
    "environments/eu/overlay.yaml": "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: agent-11}\nspec:\n"
    "  runtime:\n    env: {LOG: debug}\n"
}


def environment(name: str, more: str = "") -> str:
    return (
        f"apiVersion: roster.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {name}}}\nspec:\n"
        f"  bases: [../base{', ../eu' if name != 'dev' else ''}]\n  target: {{directory: {{path: {name}}}}}\n"
        f"  namespace: agents-{name}\n" + more
    )


PROD = {
    "environments/dev/environment.yaml": environment("dev"),
    "environments/staging/environment.yaml": environment("staging", "  variables: {tag: v2}\n"),
    "environments/prod/environment.yaml": environment(
        "prod",
        "  variables:\n    region: eu-west-1\n  overrides:\n  - match: {kind: Agent, labels: {tier: gold}}\n"
        "    spec: {runtime: {resources: {requests: {cpu: 500m}}}}\n",
    ),
    "environments/prod/agent-12.yaml": "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: agent-12}\n"
    "spec:\n  runtime:\n    scale: {replicas: 5}\n",
}
TEMPLATE = "templates/agent/service.yaml"
FIELDS = [
    # environment, object, field, value, the lines in order
    ("prod", "deployment/agent-10", "spec.replicas", 2, ["base/agent-10.yaml replicas: 2"]),
    (
        "prod",
        "deployment/agent-12",
        "spec.replicas",
        5,
        ["prod/agent-12.yaml replicas: 5", "base/agent-12.yaml replicas: 2"],
    ),
    (
        "prod",
        "deployment/agent-20",
        "spec.template.spec.containers[runtime].resources.requests.cpu",
        "500m",
        ["prod/environment.yaml cpu: 500m", "base/agent-20.yaml cpu: 250m"],
    ),
    (
        "prod",
        "deployment/agent-11",
        "spec.template.spec.containers[runtime].resources.requests.cpu",
        "250m",
        ["base/agent-11.yaml cpu: 250m"],
    ),
    (
        "prod",
        "deployment/agent-11",
        "spec.template.spec.containers[runtime].env[LOG].value",
        "debug",
        ["eu/overlay.yaml LOG: debug", "base/agent-11.yaml LOG: info"],
    ),
    (
        "dev",
        "deployment/agent-11",
        "spec.template.spec.containers[runtime].env[LOG].value",
        "info",
        ["base/agent-11.yaml LOG: info"],
    ),
    (
        "staging",
        "deployment/agent-13",
        "spec.template.spec.containers[runtime].image",
        "example/agent:v2",
        ["base/agent-13.yaml image", "staging/environment.yaml tag: v2", "base/environment.yaml tag: v1"],
    ),
    (
        "dev",
        "deployment/agent-14",
        "spec.template.spec.containers[runtime].image",
        "example/agent:v1",
        ["base/agent-14.yaml image", "base/environment.yaml tag: v1"],
    ),
    ("prod", "service/agent-15", "spec.ports[0].port", 8015, ["base/agent-15.yaml port: 8015"]),
    ("prod", "serviceaccount/agent-16", "metadata.name", "agent-16", ["base/agent-16.yaml name: agent-16"]),
    ("prod", "service/agent-17", "metadata.annotations.team", "care", []),
    (
        "prod",
        "Provider/claude",
        "baseURL",
        "https://eu-west-1.example.com",
        ["base/claude.yaml baseURL", "prod/environment.yaml region", "base/environment.yaml region"],
    ),
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory) -> Repository:
    repository = make(tmp_path_factory.mktemp("why") / "fleet", {})
    agents = {
        f"environments/base/agent-{number}.yaml": AGENT.replace("NUMBER", str(number)).replace(
            "TIER", "gold" if number % 5 == 0 else "silver"
        )
        for number in range(10, 30)
    }
    repository.commit({**BASE, **agents}, "the fleet")
    shipped = (ROOT / TEMPLATE).read_text()
    template = re.sub(r"(?m)^(\s+)name: (.*)$", r"\1name: \2\n\1annotations: {team: care}", shipped, count=1)
    repository.write({**EU, **PROD, TEMPLATE: template})
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "environments", "--author", "Ben <ben@example.com>")
    return repository


def line_at(fleet: Repository, place: dict) -> str:
    return (fleet.path / place["file"]).read_text().split("\n")[place["line"] - 1]


@pytest.mark.parametrize(
    ("name", "thing", "field", "value", "lines"), FIELDS, ids=[f"{case[0]} {case[1]} {case[2]}" for case in FIELDS]
)
def test_why_prints_the_chain(fleet, name, thing, field, value, lines):
    (found,) = json.loads(fleet.roster("why", name, thing, field, "--format", "json"))["fields"]
    assert found["value"] == value
    links = [link for link in found["links"] if link["role"] != "template"]
    files = [link["place"]["file"].removeprefix("environments/") for link in links if link["place"]]
    assert [f"{file}" for file in files] == [line.split(" ")[0] for line in lines]
    for link, expected in zip(links, lines, strict=False):
        line, (_, _, text) = line_at(fleet, link["place"]), expected.partition(" ")
        assert text in line
        # The column is that of the value itself: what stands there is what the link says.
        assert line[link["place"]["column"] - 1 :].lstrip('"').startswith(str(link["value"]))
        assert (
            link["author"]["name"]
            == fleet.git("blame", "-p", f"-L{link['place']['line']},+1", link["place"]["file"])
            .split("author ")[1]
            .split("\n")[0]
        )


def test_a_template_of_the_fleet_is_named_with_its_line(fleet):
    (found,) = json.loads(
        fleet.roster("why", "prod", "service/agent-17", "metadata.annotations.team", "--format", "json")
    )["fields"]
    place = found["links"][0]["place"]
    assert place["file"] == TEMPLATE
    assert "team: care" in line_at(fleet, place)
