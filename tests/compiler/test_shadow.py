"""Templates that a fleet wrote, through the whole compiler: what they make, and what is told of those that are wrong."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from compiler.assets import PackageAssets
from compiler.commands.why import why
from compiler.compiled import Compiled
from compiler.source import Cause, Source, cause_of
from compiler.spec_key import SpecKey
from tests.compiler.template_fleet import AGENT, FLEET, compiled, printed

SHIPPED = {path: PackageAssets().read(path) for path in PackageAssets().names()}
DEPLOYMENT = SHIPPED["agent/deployment.yaml"]
ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: "{{ name }}"
"""
MONITOR = """\
# Has the agent scraped.
apiVersion: v1
kind: ConfigMap
metadata:
  name: "{{ name }}-scrape"
  labels: {team: care}
data:
  scrape.conf: {$text: agent/files/scrape.conf}
  $merge: "{{ agent.runtime.env }}"
"""
SCRAPE = """\
job {{ name }} in {{ namespace }}
{% for port in ports %}
target {{ name }}.{{ namespace }}:{{ port.port }}
{% endfor %}
"""
SCRAPED = "job support in agents\ntarget support.agents:8080\n"
CONTRACT = """\
# The runtime that we wrote.
system: Ours
runtime:
  image: example.com/ours
  tag: "3"
  health: {port: 9090, readiness: /ready, liveness: /alive}
  ports: {health: 9090}
  requests: {cpu: 10m}
  constants: {MODE: plain}
  env: {AGENT: agentName}
pack: /ours/pack
tools: {folder: /ours/tools}
sessionsQuery: sum(x)
"""


def shadowed(path: str, *changes: tuple[str, str]) -> dict[str, str]:
    """A file of the fleet's that is Roster's own with changes."""
    text = SHIPPED[path]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return {f"templates/{path}": text}


def objects(result: Compiled) -> Mapping[str, Any]:
    assert result.diagnostics == ()
    assert result.bundle is not None
    return {str(item.key): item.data for item in result.bundle.objects}


def test_a_file_of_the_fleet_is_used_in_place_of_the_shipped_one():
    before = objects(compiled({}))
    change = ("replicas:", "revisionHistoryLimit: 3\n  replicas:")
    after = objects(compiled(shadowed("agent/deployment.yaml", change)))
    before["Deployment/support"]["spec"]["revisionHistoryLimit"] = 3
    assert after == before


def test_the_same_file_as_the_shipped_one_is_no_shadow():
    assert compiled({f"templates/{path}": text for path, text in SHIPPED.items()}).bundle == compiled({}).bundle


def test_a_link_to_a_file_of_the_repository_is_followed():
    files = {"shapes/account.yaml": ACCOUNT + "imagePullSecrets: [{name: registry}]\n"}
    result = compiled(files, {"templates/agent/service_account.yaml": "../../shapes/account.yaml"})
    assert objects(result)["ServiceAccount/support"]["imagePullSecrets"] == [{"name": "registry"}]


def test_an_object_can_be_left_out():
    with_policy = set(objects(compiled({})))
    change = ("apiVersion:", '$if: "{{ false }}"\napiVersion:')
    assert with_policy - set(objects(compiled(shadowed("agent/network_policy.yaml", change)))) == {
        "NetworkPolicy/support"
    }


EXTRA = {"templates/agent/extra/scrape.yaml": MONITOR, "templates/agent/files/scrape.conf": SCRAPE}


def test_one_more_object_is_made_for_every_agent_labelled_and_owned_like_ours():
    second = AGENT.replace("support}", "triage}", 1)
    made = objects(compiled({**EXTRA, "environments/dev/triage.yaml": second}))
    assert {name for name in made if name.startswith("ConfigMap") and name.endswith("-scrape")} == {
        "ConfigMap/support-scrape",
        "ConfigMap/triage-scrape",
    }
    assert made["ConfigMap/support-scrape"] == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "support-scrape",
            "namespace": "agents",
            "labels": {
                "team": "care",
                "app.kubernetes.io/managed-by": "roster",
                "app.kubernetes.io/name": "support",
                "app.kubernetes.io/part-of": "acme",
                "roster.dev/fleet": "acme",
                "roster.dev/environment": "dev",
                "roster.dev/kind": "Agent",
                "roster.dev/name": "support",
            },
        },
        "data": {"scrape.conf": SCRAPED, "LEVEL": "info"},
    }


def test_every_field_of_one_more_object_knows_the_lines_it_came_from():
    bundle = compiled(EXTRA).bundle
    assert bundle is not None
    (key,) = (item.key for item in bundle.objects if item.key.name == "support-scrape")
    agent, environment = SpecKey("Agent", "support"), SpecKey("Environment", "dev")
    sources = bundle.source_maps[key]
    name = Source(agent, ("metadata", "name"))
    namespace = Source(environment, ("spec", "namespace"))
    port = Source(agent, ("spec", "facades", "websocket", "port"))
    found = cause_of(sources, ("data", "scrape.conf"))
    assert found is not None
    assert (found.template, found.line) == ("agent/files/scrape.conf", 1)
    assert {name, namespace} <= set(found.sources)
    assert cause_of(sources, ("metadata", "labels", "team")) == Cause("agent/extra/scrape.yaml", 6, ())
    assert port.spec == agent


def test_why_shows_the_line_of_the_fleets_template(tmp_path):
    for path, text in {**FLEET, **EXTRA}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    command = ["dev", "configmap/support-scrape"]
    shown = CliRunner().invoke(why, [*command, "data.LEVEL"], obj=tmp_path).output
    assert [line.split() for line in shown.splitlines()] == [
        ["info"],
        ["templates/agent/extra/scrape.yaml:9", "$merge:", '"{{', "agent.runtime.env", '}}"'],
        ["environments/dev/support.yaml:11:18"],
    ]
    shown = CliRunner().invoke(why, [*command, "data[scrape.conf]"], obj=tmp_path).output
    assert "templates/agent/files/scrape.conf:1" in shown


def test_extra_objects_of_other_kinds_see_the_values_of_their_first_template():
    text = ACCOUNT.replace("{{ name }}", "{{ config.name }}")
    made = objects(compiled({"templates/prompt_pack/extra/account.yaml": text}))
    (account,) = (name for name in made if name.startswith("ServiceAccount/support-pack-"))
    assert made[account]["metadata"]["labels"]["roster.dev/kind"] == "PromptPack"


def test_a_prompt_is_never_filled_in():
    made = objects(compiled(EXTRA))
    (pack,) = (item["data"]["pack.json"] for name, item in made.items() if name.startswith("ConfigMap/support-pack-"))
    assert "Speak with {{customer}}, and never say {% raw %}." in pack


def test_a_fleet_adds_a_runtime():
    agent = AGENT.replace("{type: custom, image: example/agent:1}", "{type: ours}")
    files = {"templates/runtimes/ours.yaml": CONTRACT, "environments/dev/support.yaml": agent}
    (container,) = objects(compiled(files))["Deployment/support"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "example.com/ours:3"
    assert container["env"][:2] == [{"name": "MODE", "value": "plain"}, {"name": "AGENT", "value": "support"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 9090}
    wrong = {**files, "environments/dev/support.yaml": agent.replace("type: ours", "type: ous")}
    (found,) = compiled(wrong).diagnostics
    assert (found.code, found.message, found.help) == ("R0808", "there is no runtime ous", "did you mean ours?")


def test_what_a_runtime_brings_an_agent_need_not_and_cannot():
    agent = AGENT.replace("{type: custom, image: example/agent:1}", "{type: ours, health: {path: /x}}")
    files = {"templates/runtimes/ours.yaml": CONTRACT, "environments/dev/support.yaml": agent}
    assert [(item.code, item.message) for item in compiled(files).diagnostics] == [
        ("R0534", "the health check of ours is its own")
    ]
    without = {**files, "templates/runtimes/ours.yaml": CONTRACT.replace("  image: example.com/ours\n", "")}
    assert ("R0534", "the ours runtime has no image") in [
        (item.code, item.message) for item in compiled(without).diagnostics
    ]


def test_the_order_of_files_changes_nothing():
    files = {**EXTRA, "templates/agent/extra/account.yaml": ACCOUNT.replace("name }}", "name }}-b")}
    backwards = dict(reversed(files.items()))
    assert compiled(files).bundle == compiled(backwards).bundle


# --- what is told of those that are wrong


def summary(code: str, errors: str = "1 error") -> str:
    return f"\n{errors} in 1 environment. Nothing was compiled. `roster explain {code}` says more.\n"


TOLD: dict[str, tuple[dict[str, str | bytes], str]] = {
    "a name that no spec has, in a field of the spec": (
        shadowed("agent/deployment.yaml", ("priorityClass | default(omit)", "nodeSelectr")),
        """\
error[R0802]: agent.runtime.nodeSelectr is not defined
  --> templates/agent/deployment.yaml:28:30
   |
28 |       priorityClassName: "{{ agent.runtime.nodeSelectr }}"
   |                              ^^^^^^^^^^^^^^^^^^^^^^^^^ in the Deployment of Agent support, \
from spec.runtime (environments/dev/support.yaml:10:3)
   |
   = help: did you mean agent.runtime.nodeSelector? where not every spec sets it, write `| default(omit)` behind it
"""
        + summary("R0802"),
    ),
    "names that nothing has, and no YAML": (
        {
            **shadowed("agent/deployment.yaml", ("{{ grace }}", "{{ grce }}"), ("runtime.image", "runtime.imge")),
            "templates/agent/service.yaml": "kind: {{ name }}\n",
        },
        """\
error[R0802]: grce is not defined
  --> templates/agent/deployment.yaml:26:42
   |
26 |       terminationGracePeriodSeconds: "{{ grce }}"
   |                                          ^^^^
   |
   = help: did you mean grace?

error[R0802]: runtime.imge is not defined
  --> templates/agent/deployment.yaml:66:20
   |
66 |         image: "{{ runtime.imge }}"
   |                    ^^^^^^^^^^^^
   |
   = help: did you mean image?

error[R0801]: a key must be literal
 --> templates/agent/service.yaml:1:8
  |
1 | kind: {{ name }}
  |        ^^^^^^^^
  |
  = help: an expression stands in quotes, "{{ x }}", behind a key
"""
        + summary("R0802", "3 errors"),
    ),
    "a value that does not fit, met by two agents": (
        {
            **shadowed("agent/deployment.yaml", ('"{{ runtime.image }}"', '"x:{{ agent.facades }}"')),
            "environments/dev/triage.yaml": AGENT.replace("support}", "triage}", 1),
        },
        """\
error[R0803]: only text and numbers can stand inside a text
  --> templates/agent/deployment.yaml:66:22
   |
66 |         image: "x:{{ agent.facades }}"
   |                      ^^^^^^^^^^^^^ in the Deployment of Agent support, \
from spec.facades (environments/dev/support.yaml:8:3), and of 1 more
   |
   = help: write `| tojson` behind anything else
"""
        + summary("R0803"),
    ),
    "a text with a wrong name in it": (
        {**EXTRA, "templates/agent/files/scrape.conf": "one\n  {{ agent.runtme.env }}\n"},
        """\
error[R0802]: agent.runtme is not defined
 --> templates/agent/files/scrape.conf:2:6
  |
2 |   {{ agent.runtme.env }}
  |      ^^^^^^^^^^^^ in the ConfigMap of Agent support, from spec (environments/dev/support.yaml:4:1)
  |
  = help: did you mean agent.runtime? where not every spec sets it, write `| default(omit)` behind it
"""
        + summary("R0802"),
    ),
    "a text with two wrong names in it: the one that was met, where it was met": (
        {**EXTRA, "templates/agent/files/scrape.conf": "one\n{{ nam }}\n{{ agent.runtme.env }}\n"},
        """\
error[R0802]: nam is not defined
 --> templates/agent/files/scrape.conf:2:4
  |
2 | {{ nam }}
  |    ^^^ in the ConfigMap of Agent support, from spec (environments/dev/support.yaml:4:1)
  |
  = help: did you mean name?
"""
        + summary("R0802"),
    ),
    "a text that is no text: not that it is not there": (
        {**EXTRA, "templates/agent/files/scrape.conf": b"\xff"},
        """\
error[R0102]: the file is not UTF-8 at byte 0
 --> templates/agent/files/scrape.conf:1:1
  = help: save the file as UTF-8
"""
        + summary("R0102"),
    ),
    "an object more in a folder too deep": (
        {"templates/agent/extra/more/monitor.yaml": ACCOUNT},
        """\
warning[R0806]: no template of Roster has this name: the file does nothing
 --> templates/agent/extra/more/monitor.yaml:1:1
  |
1 | apiVersion: v1
  | ^
  |
  = help: more objects are KIND/extra/NAME.yaml, texts KIND/files/NAME; KIND is one of agent, environment, prompt_pack, provider, tool_registry

1 warning in 1 environment. Everything compiles. `roster explain R0806` says more.
""",
    ),
    "a field that no object has, made for two agents": (
        {
            "templates/agent/extra/account.yaml": ACCOUNT.replace("name }}", "name }}-b") + "status: {}\n",
            "environments/dev/triage.yaml": AGENT.replace("support}", "triage}", 1),
        },
        """\
error[R0601]: ServiceAccount support-b: status is not a field
 --> templates/agent/extra/account.yaml:5:1
  |
5 | status: {}
  | ^^^^^^
  |
  = help: it may have apiVersion, automountServiceAccountToken, imagePullSecrets, kind, metadata, secrets
  = also in: 1 more object
"""
        + summary("R0601"),
    ),
    "a text that is not there": (
        {"templates/agent/extra/scrape.yaml": MONITOR, "templates/agent/files/scrap.conf": "x"},
        """\
error[R0802]: there is no text templates/agent/files/scrape.conf
 --> templates/agent/extra/scrape.yaml:8:24
  |
8 |   scrape.conf: {$text: agent/files/scrape.conf}
  |                        ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean agent/files/scrap.conf?

warning[R0806]: no template names this text: it does nothing
 --> templates/agent/files/scrap.conf:1:1
  |
1 | x
  | ^
  |
  = help: name it in a template: $text: agent/files/scrap.conf
"""
        + summary("R0802", "1 error and 1 warning"),
    ),
    "a Secret": (
        {"templates/agent/extra/token.yaml": ACCOUNT.replace("ServiceAccount", "Secret")},
        """\
error[R0805]: a template may not make a Secret
 --> templates/agent/extra/token.yaml:2:7
  |
2 | kind: Secret
  |       ^^^^^^ in the Secret of Agent support (environments/dev/support.yaml:3:18)
  |
  = help: Roster never holds a secret; name one that exists
"""
        + summary("R0805"),
    ),
    "another name, namespace and selector": (
        {
            "templates/agent/service.yaml": dedent(
                """\
                apiVersion: v1
                kind: Service
                metadata: {name: "x-{{ name }}", namespace: other}
                spec: {selector: {app: x}}
                """
            )
        },
        """\
error[R0805]: metadata.name is x-support, and Roster's own template makes support
 --> templates/agent/service.yaml:3:18
  |
3 | metadata: {name: "x-{{ name }}", namespace: other}
  |                  ^^^^^^^^^^^^^^ in the Service of Agent support (environments/dev/support.yaml:3:18)
  |
  = help: keep it; another object belongs in a file of its own, in templates/KIND/extra/

error[R0805]: the object is in namespace other, and its environment is agents
 --> templates/agent/service.yaml:3:45
  |
3 | metadata: {name: "x-{{ name }}", namespace: other}
  |                                             ^^^^^ in the Service of Agent support (environments/dev/support.yaml:3:18)
  |
  = help: remove the namespace

error[R0805]: spec.selector must hold the labels that select the pods
 --> templates/agent/service.yaml:4:8
  |
4 | spec: {selector: {app: x}}
  |        ^^^^^^^^ in the Service of Agent support (environments/dev/support.yaml:3:18)
  |
  = help: write "{{ selector }}", or $merge it
"""
        + summary("R0805", "3 errors"),
    ),
    "pods that nothing selects": (
        shadowed("agent/deployment.yaml", ('        $merge: "{{ podLabels }}"\n', "")),
        """\
error[R0805]: spec.template.metadata.labels must hold the labels that select the pods
  --> templates/agent/deployment.yaml:12:7
   |
12 |       labels:
   |       ^^^^^^ in the Deployment of Agent support (environments/dev/support.yaml:3:18)
   |
   = help: write "{{ selector }}", or $merge it
"""
        + summary("R0805"),
    ),
    "a selector that is another": (
        shadowed("agent/deployment.yaml", ('"{{ selector }}"', '{$merge: "{{ selector }}", app: x}')),
        """\
error[R0805]: spec.selector.matchLabels must be the labels that select the pods
 --> templates/agent/deployment.yaml:9:5
  |
9 |     matchLabels: {$merge: "{{ selector }}", app: x}
  |     ^^^^^^^^^^^ in the Deployment of Agent support (environments/dev/support.yaml:3:18)
  |
  = help: write "{{ selector }}", or $merge it
"""
        + summary("R0805"),
    ),
    "no kind and no name": (
        {"templates/agent/extra/x.yaml": "apiVersion: v1\nmetadata: {labels: [a]}\n"},
        """\
error[R0805]: the object has no kind
 --> templates/agent/extra/x.yaml:1:1
  |
1 | apiVersion: v1
  | ^ made for Agent support (environments/dev/support.yaml:3:18)
  |
  = help: every Kubernetes object has one, a text

error[R0805]: the object has no metadata.name
 --> templates/agent/extra/x.yaml:2:1
  |
2 | metadata: {labels: [a]}
  | ^^^^^^^^ made for Agent support (environments/dev/support.yaml:3:18)
  |
  = help: every Kubernetes object has one, a text

error[R0805]: metadata.labels is no map
 --> templates/agent/extra/x.yaml:2:12
  |
2 | metadata: {labels: [a]}
  |            ^^^^^^ made for Agent support (environments/dev/support.yaml:3:18)
  |
  = help: write names and values
"""
        + summary("R0805", "3 errors"),
    ),
    "more data in a ConfigMap that is named by its data": (
        shadowed("prompt_pack/config_map.yaml", ("immutable: true\ndata:\n", "immutable: true\ndata:\n  more: x\n")),
        """\
error[R0805]: the data are not those that the ConfigMap is named by
 --> templates/prompt_pack/config_map.yaml:7:1
  |
7 | data:
  | ^^^^ in the ConfigMap of PromptPack support (environments/dev/pack.yaml:3:18)
  |
  = help: leave data as they are; more of them belong in a ConfigMap in templates/KIND/extra/
"""
        + summary("R0805"),
    ),
    "a field that its kind does not have": (
        {"templates/agent/service_account.yaml": ACCOUNT + "automountServiceAccountTokn: false\n"},
        """\
error[R0601]: ServiceAccount support: automountServiceAccountTokn is not a field
 --> templates/agent/service_account.yaml:5:1
  |
5 | automountServiceAccountTokn: false
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ from templates/agent/service_account.yaml:5
  |
  = help: did you mean automountServiceAccountToken?
"""
        + summary("R0601"),
    ),
    "a field that is missing": (
        shadowed("agent/horizontal_pod_autoscaler.yaml", ('  maxReplicas: "{{ max }}"\n', ""))
        | {"environments/dev/support.yaml": AGENT.replace("    env:", "    scale: {max: 3}\n    env:")},
        """\
error[R0603]: HorizontalPodAutoscaler support: spec lacks maxReplicas
 --> templates/agent/horizontal_pod_autoscaler.yaml:6:1
  |
6 | spec:
  | ^^^^
  |
  = help: maxReplicas is required
"""
        + summary("R0603"),
    ),
    "a field whose value is a spec's": (
        {
            "templates/agent/service_account.yaml": ACCOUNT
            + 'automountServiceAccountToken: "{{ agent.runtime.env.LEVEL }}"\n'
        },
        """\
error[R0602]: ServiceAccount support: automountServiceAccountToken must be true or false, not text
  --> environments/dev/support.yaml:11:18
   |
11 |     env: {LEVEL: info}
   |                  ^^^^ from templates/agent/service_account.yaml:5
"""
        + summary("R0602"),
    ),
    "files that do nothing": (
        {
            "templates/agent/deploymnet.yaml": DEPLOYMENT,
            "templates/agnt/extra/x.yaml": ACCOUNT,
            "templates/README.md": "Ours.",
            "templates/.editorconfig": "x",
        },
        """\
warning[R0806]: no template of Roster has this name: the file does nothing
 --> templates/agent/deploymnet.yaml:1:1
  |
1 | # The pods of an agent. `facade` speaks with clients where the runtime's contract has such a container.
  | ^
  |
  = help: did you mean agent/deployment.yaml?

warning[R0806]: no template of Roster has this name: the file does nothing
 --> templates/agnt/extra/x.yaml:1:1
  |
1 | apiVersion: v1
  | ^
  |
  = help: did you mean agent/extra/x.yaml?

2 warnings in 1 environment. Everything compiles. `roster explain R0806` says more.
""",
    ),
    "a contract": (
        {"templates/runtimes/ours.yaml": CONTRACT.replace("pack:", "pck:").replace('"3"', "3")},
        """\
error[R0302]: tag: it must be text; quote the value
 --> templates/runtimes/ours.yaml:5:8
  |
5 |   tag: 3
  |        ^

error[R0301]: the contract has no field pck
  --> templates/runtimes/ours.yaml:11:1
   |
11 | pck: /ours/pack
   | ^^^
   |
   = help: did you mean pack?
"""
        + summary("R0302", "2 errors"),
    ),
    "a contract that asks for what is not known": (
        {"templates/runtimes/ours.yaml": CONTRACT.replace("agentName", "agentNmae")},
        """\
error[R0807]: nothing is known as agentNmae
  --> templates/runtimes/ours.yaml:10:16
   |
10 |   env: {AGENT: agentNmae}
   |                ^^^^^^^^^
   |
   = help: did you mean agentName?
"""
        + summary("R0807"),
    ),
    "no text": (
        {"templates/agent/service.yaml": b"\xff"},
        """\
error[R0102]: the file is not UTF-8 at byte 0
 --> templates/agent/service.yaml:1:1
  = help: save the file as UTF-8
"""
        + summary("R0102"),
    ),
    "an empty file": (
        {"templates/agent/service.yaml": ""},
        """\
error[R0801]: a template is one YAML document, a map
 --> templates/agent/service.yaml:1:1
  = help: write one Kubernetes object
"""
        + summary("R0801"),
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_is_told(name):
    files, expected = TOLD[name]
    assert printed(files) == expected


def test_a_link_out_of_the_repository_is_told():
    assert (
        printed({}, {"templates/agent/service.yaml": "../../../etc/passwd"})
        == """\
error[R0108]: the link points to ../../../etc/passwd, which is not a file of the repository
 --> templates/agent/service.yaml:1:1
  = help: replace the link by the file itself
"""
        + summary("R0108")
    )


def test_a_template_that_does_too_much_is_told_once_and_not_filled_in_again():
    body = "".join(f"{{% for x{number} in agent | items %}}" for number in range(7)) + "x" + "{% endfor %}" * 7
    agents = {f"environments/dev/a{number}.yaml": AGENT.replace("support}", f"a{number}}}", 1) for number in range(50)}
    (found,) = compiled({**EXTRA, **agents, "templates/agent/files/scrape.conf": body}).diagnostics
    assert (found.code, str(found.span)) == ("R0804", "templates/agent/files/scrape.conf:1:1")
    assert found.label == "made for Agent a0, from spec (environments/dev/a0.yaml:4:1)"


def test_the_templates_of_a_fleet_are_bounded_together():
    files = {f"templates/agent/extra/x{number}.yaml": ACCOUNT + "#" * 60_000 for number in range(5)}
    (found,) = compiled(files).diagnostics
    assert (found.code, found.message) == ("R0101", "the templates of the fleet have 300,335 bytes together")


def test_what_they_do_with_one_spec_is_bounded_together():
    loops = "".join(f"{{% for x{number} in {[1] * 13} %}}" for number in range(3)) + "{% endfor %}" * 3
    agents = {f"environments/dev/a{number}.yaml": AGENT.replace("support}", f"a{number}}}", 1) for number in range(9)}
    files = {**agents, "templates/agent/files/scrape.conf": loops}
    for name in "ab":
        files[f"templates/agent/extra/{name}.yaml"] = MONITOR.replace("{{ name }}", f"{{{{ name }}}}-{name}")
    assert compiled(files).diagnostics == ()
    for name in "cd":
        files[f"templates/agent/extra/{name}.yaml"] = MONITOR.replace("{{ name }}", f"{{{{ name }}}}-{name}")
    found = compiled(files).diagnostics
    assert [(item.code, str(item.span), item.label) for item in found] == [
        ("R0804", "templates/agent/extra/d.yaml:1:1", "made for Agent a0 (environments/dev/a0.yaml:3:18)"),
        ("R0804", "templates/agent/files/scrape.conf:1:1", "made for Agent a0 (environments/dev/a0.yaml:3:18)"),
    ]


def test_a_custom_resource_of_the_fleets_is_not_judged_by_what_roster_itself_emits():
    change = ("backendRefs:", "timeouts: {request: 10s}\n    backendRefs:")
    environment = FLEET["environments/dev/environment.yaml"] + (
        "  capabilities: [gatewayAPI]\n  gateway: {name: public, namespace: infra, domain: example.com}\n"
    )
    files = {
        **shadowed("agent/http_route.yaml", change),
        "environments/dev/environment.yaml": environment,
        "environments/dev/support.yaml": AGENT.replace("{port: 8080}", "{port: 8080, expose: {}}"),
    }
    found = compiled(files)
    assert [item.code for item in found.diagnostics] == ["R0606"]
    assert found.bundle is not None
