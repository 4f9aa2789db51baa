"""What a change of specs does to an environment: which fields, which objects, by which line, how dangerous."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from compiler.kube_object import ObjectKey
from compiler.review import json as json_review
from compiler.review import markdown, text
from compiler.review.change_lines import change_lines
from compiler.review.compare import compare
from compiler.review.effect import Action, Comparison, FieldEffect, ObjectEffect, Reason, Review, Risk, SpecEffect
from compiler.review.fields import ABSENT, FieldChange, changes, opened
from compiler.review.judge import judge
from compiler.review.restarts import restarts
from compiler.spec_key import SpecKey
from compiler.trees.folder import FolderTree
from tests.compiler.small_fleet import ENVIRONMENT

# --- fields


def told(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    return [(change.path, change.before, change.after) for change in changes({"f": before}, {"f": after})]


CONTAINERS = [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 1, []),
        (1, 2, [("f", 1, 2)]),
        (1, "1", [("f", 1, "1")]),
        (1, True, [("f", 1, True)]),
        (1, 1.0, [("f", 1, 1.0)]),
        ({"a": 1}, {"a": 1, "b": 2}, [("f.b", ABSENT, 2)]),
        ({"a": 1, "b": 2}, {"a": 1}, [("f.b", 2, ABSENT)]),
        ({"a": None}, {"b": 1}, [("f.a", None, ABSENT), ("f.b", ABSENT, 1)]),
        ({"a": 1}, {}, [("f", {"a": 1}, {})]),
        ({"a.b/c": 1}, {"a.b/c": 2}, [('f["a.b/c"]', 1, 2)]),
        ({"a": 1}, [1], [("f", {"a": 1}, [1])]),
        (["x", "y"], ["x", "z"], [("f", ["x", "y"], ["x", "z"])]),
        (CONTAINERS, [{"name": "a", "image": "a:2"}, CONTAINERS[1]], [("f[a].image", "a:1", "a:2")]),
        (CONTAINERS, [CONTAINERS[1]], [("f[a]", CONTAINERS[0], ABSENT)]),
        ([CONTAINERS[1]], CONTAINERS, [("f[a]", ABSENT, CONTAINERS[0])]),
        (CONTAINERS, CONTAINERS[::-1], [("f", ("a", "b"), ("b", "a"))]),
        (
            [{"port": 80}, {"port": 81}],
            [{"port": 80}, {"port": 82}],
            [
                ("f[82]", ABSENT, {"port": 82}),
                ("f[81]", {"port": 81}, ABSENT),
            ],
        ),
        (
            [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}],
            [{"name": "v", "mountPath": "/a"}, {"name": "w", "mountPath": "/b"}],
            [("f[/b].name", "v", "w")],
        ),
        ([{"from": [1]}], [{"from": [1]}, {"from": [2]}], [("f[1]", ABSENT, {"from": [2]})]),
        ([{"a": 1}, {"a": 1}], [{"a": 1}, {"a": 2}], [("f[1].a", 1, 2)]),
    ],
)
def test_fields_are_matched_by_what_names_them_and_nothing_is_ignored(before: Any, after: Any, expected: Any) -> None:
    assert repr(told(before, after)) == repr(expected)


def test_a_change_of_order_says_that_it_is_one() -> None:
    (change,) = changes({"f": CONTAINERS}, {"f": CONTAINERS[::-1]})
    assert change.is_order
    assert change_lines(change) == ("~ f: order a, b -> b, a",)


def test_the_place_of_a_field_leads_to_it_in_the_object() -> None:
    after = {"f": [CONTAINERS[1], {"name": "a", "image": "a:2"}]}
    change, _ = changes({"f": CONTAINERS}, after)
    assert change.place == ("f", 1, "image")


def test_a_text_that_is_json_is_compared_inside() -> None:
    (change,) = changes({"pack.json": '{"p": {"text": "a"}, "n": 1}'}, {"pack.json": '{"n": 1, "p": {"text": "b"}}'})
    (inner,) = opened(change)
    assert (inner.path, inner.before, inner.after, inner.place) == ('["pack.json"].p.text', "a", "b", ("pack.json",))


@pytest.mark.parametrize("text", ["plain", "{broken", "[1, 2]", '{"a": 1 }'])
def test_a_text_that_holds_no_other_json_map_is_one_field(text: str) -> None:
    (change,) = changes({"f": '{"a": 1}'}, {"f": text})
    assert opened(change) == (change,)


# --- lines


def field(
    before: Any, after: Any, path: str = "spec.field", place: tuple[str | int, ...] = ("spec", "field")
) -> FieldChange:
    return FieldChange(path, before, after, place)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (field(1, 2), ("~ spec.field: 1 -> 2",)),
        (field("a", "b"), ("~ spec.field: a -> b",)),
        (field("1", 1), ("~ spec.field: 1 -> 1 (str -> int)",)),
        (field("", " a"), ('~ spec.field: "" -> " a"',)),
        (field(ABSENT, {"a": [1]}), ('+ spec.field: {"a":[1]}',)),
        (field(None, ABSENT), ("- spec.field: null",)),
        (field(["x" * 80], [1]), ('~ spec.field: ["' + "x" * 57 + "… -> [1]",)),
        (field("a\nb\nc\n", "a\nB\nc\n"), ("~ spec.field changed (2 lines)", " a", "-b", "+B", " c")),
        (field("a\x1b[2J", "b"), ("~ spec.field: a\ufffd[2J -> b",)),
    ],
)
def test_a_field_is_told_in_a_line_and_a_text_as_a_diff(change: FieldChange, lines: tuple[str, ...]) -> None:
    assert change_lines(change) == lines


def test_a_long_diff_is_cut_and_says_so() -> None:
    before, after = ("\n".join(f"{word} {number}" for number in range(100)) for word in ("old", "new"))
    lines = change_lines(field(before, after))
    assert lines[0] == "~ spec.field changed (200 lines)"
    assert lines[-1] == "… 170 more lines"
    assert len(lines) == 32


@pytest.mark.parametrize(
    "change",
    [
        field("old-hunter2", "new-hunter2", "spec.apiKey", ("spec", "apiKey")),
        field(ABSENT, "hunter2", "env[API_TOKEN].value", ("env", 3, "value")),
        field(ABSENT, {"name": "DB_PASSWORD", "value": "hunter2"}, "env[DB_PASSWORD]", ("env", 3)),
        field("postgres://u:hunter2@db/x", "postgres://u:hunter22@db/x"),
        field("a\nsk-hunter2hunter2hunter2\n", "a\nb\n"),
    ],
)
def test_no_credential_is_told(change: FieldChange) -> None:
    assert "hunter2" not in "\n".join(change_lines(change))


def test_a_hidden_value_that_changed_is_told_as_changed() -> None:
    change = field("hunter2", "hunter3", "spec.apiKey", ("spec", "apiKey"))
    assert change_lines(change) == ("~ spec.apiKey: *** -> *** (not shown)",)


# --- risk


def effect(
    kind: str, action: Action, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> ObjectEffect:
    def whole(spec: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return None if spec is None else {"kind": kind, "metadata": {"name": "x"}, **spec}

    found = changes(whole(before), whole(after)) if before is not None and after is not None else ()
    return ObjectEffect(
        key=ObjectKey("", kind, "ns", "x"), action=action, before=whole(before), after=whole(after),
        fields=tuple(FieldEffect(change, ()) for change in found),
        restarts=restarts(whole(before), whole(after), {}),
    )  # fmt: skip


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def container(**fields: Any) -> dict[str, Any]:
    return pod(containers=[{"name": "c", **fields}])


U, C, D = Action.UPDATE, Action.CREATE, Action.DELETE
RULES = {"ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}]}


@pytest.mark.parametrize(
    ("kind", "action", "before", "after", "reasons"),
    [
        ("Deployment", C, None, container(image="a"), [(Risk.LOW, "starts Deployment/x")]),
        ("Deployment", D, container(), None, [(Risk.HIGH, "deletes Deployment/x and its pods")]),
        ("Deployment", U, container(image="a"), container(image="b"), [(Risk.MEDIUM, "restarts 1 pod")]),
        ("Deployment", U, {"spec": {"replicas": 3}}, {"spec": {"replicas": 3, "paused": True}}, []),
        (
            "Deployment",
            U,
            {"spec": {"replicas": 3}},
            {"spec": {"replicas": 2}},
            [(Risk.MEDIUM, "lowers its pods of Deployment/x from 3 to 2")],
        ),
        (
            "Deployment",
            U,
            {"spec": {"replicas": 3}},
            {"spec": {"replicas": 0}},
            [(Risk.HIGH, "lowers its pods of Deployment/x from 3 to 0")],
        ),
        (
            "Deployment",
            U,
            {"spec": {"selector": {"matchLabels": {"a": "b"}}}},
            {"spec": {"selector": {"matchLabels": {"a": "c"}}}},
            [(Risk.HIGH, "Deployment/x must be made anew: spec.selector.matchLabels.a cannot be changed")],
        ),
        (
            "Deployment",
            U,
            container(image="a/b:1"),
            container(image="c/b:1"),
            [(Risk.MEDIUM, "restarts 1 pod"), (Risk.MEDIUM, "Deployment/x takes an image from c")],
        ),
        (
            "Deployment",
            U,
            container(),
            container(securityContext={"privileged": True}),
            [(Risk.HIGH, "Deployment/x gets privileged: true"), (Risk.MEDIUM, "restarts 1 pod")],
        ),
        (
            "Deployment",
            U,
            pod(serviceAccountName="a"),
            pod(serviceAccountName="b"),
            [(Risk.HIGH, "Deployment/x runs as ServiceAccount b"), (Risk.MEDIUM, "restarts 1 pod")],
        ),
        (
            "Deployment",
            U,
            pod(),
            pod(volumes=[{"name": "v", "hostPath": {"path": "/etc"}}]),
            [(Risk.HIGH, "Deployment/x mounts /etc of the node"), (Risk.MEDIUM, "restarts 1 pod")],
        ),
        (
            "Deployment",
            U,
            container(),
            container(env=[{"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
            [(Risk.MEDIUM, "restarts 1 pod"), (Risk.MEDIUM, "Deployment/x reads Secret s")],
        ),
        ("Service", D, {}, None, [(Risk.HIGH, "deletes Service/x: nobody reaches the pods that way any more")]),
        ("NetworkPolicy", D, {}, None, [(Risk.HIGH, "deletes NetworkPolicy/x: anything may reach the pods")]),
        (
            "NetworkPolicy",
            U,
            {"spec": RULES},
            {"spec": {"ingress": [*RULES["ingress"], {"ports": [{"port": 81}]}]}},
            [(Risk.HIGH, "widens NetworkPolicy/x")],
        ),
        (
            "NetworkPolicy",
            U,
            {"spec": RULES},
            {"spec": {"ingress": [{**RULES["ingress"][0], "ports": [{"port": 81}]}]}},
            [(Risk.MEDIUM, "changes NetworkPolicy/x")],
        ),
        (
            "NetworkPolicy",
            U,
            {"spec": {"podSelector": {"matchLabels": {"a": "b"}}}},
            {"spec": {"podSelector": {}}},
            [(Risk.HIGH, "widens NetworkPolicy/x")],
        ),
        (
            "NetworkPolicy",
            U,
            {"spec": RULES},
            {"spec": {"ingress": [{"ports": [{"port": 80}]}]}},
            [(Risk.HIGH, "widens NetworkPolicy/x")],
        ),
        (
            "NetworkPolicy",
            U,
            {"spec": {"ingress": [*RULES["ingress"], {"ports": [{"port": 81}]}]}},
            {"spec": RULES},
            [(Risk.MEDIUM, "changes NetworkPolicy/x")],
        ),
        (
            "PersistentVolumeClaim",
            D,
            {},
            None,
            [
                (
                    Risk.MEDIUM,
                    "PersistentVolumeClaim/x leaves Git, and stays where it is: what it holds cannot be made again",
                )
            ],
        ),
        (
            "PodDisruptionBudget",
            D,
            {},
            None,
            [(Risk.MEDIUM, "deletes PodDisruptionBudget/x: a drained node may take all pods at once")],
        ),
        (
            "ScaledObject",
            U,
            {"spec": {"maxReplicaCount": 9}},
            {"spec": {"maxReplicaCount": 8}},
            [(Risk.MEDIUM, "lowers the most pods of ScaledObject/x from 9 to 8")],
        ),
        (
            "Role",
            U,
            {"rules": [{"verbs": ["get"]}]},
            {"rules": [{"verbs": ["*"]}]},
            [(Risk.HIGH, "gives Role/x rights over everything")],
        ),
        ("Role", C, None, {"rules": [{"verbs": ["get"]}]}, [(Risk.MEDIUM, "changes rights: Role/x")]),
        ("ConfigMap", U, {"data": {"a": "1"}}, {"data": {"a": "2"}}, []),
    ],
)
def test_the_reasons_for_care(
    kind: str, action: Action, before: Any, after: Any, reasons: list[tuple[Risk, str]]
) -> None:
    assert judge([effect(kind, action, before, after)]) == tuple(Reason(*reason) for reason in reasons)


def test_what_goes_together_with_its_pods_is_no_reason_of_its_own() -> None:
    gone = [effect(kind, D, {}, None) for kind in ("Deployment", "Service", "NetworkPolicy", "ScaledObject")]
    assert judge(gone) == (Reason(Risk.HIGH, "deletes Deployment/x and its pods"),)


@pytest.mark.parametrize(
    ("after", "scaled", "expected"),
    [
        ({"spec": {"template": 2}}, {}, "1 pod"),
        ({"spec": {"template": 2, "replicas": 3}}, {}, "3 pods"),
        ({"spec": {"template": 2, "replicas": 0}}, {}, ""),
        ({"spec": {"template": 2}}, {("Deployment", "x"): 2}, "at least 2 pods"),
        ({"spec": {"template": 2}}, {("Deployment", "x"): 0}, "its pods"),
        ({"spec": {"template": 1, "replicas": 3}}, {}, ""),
    ],
)
def test_how_many_pods_start_anew(after: dict[str, Any], scaled: dict[tuple[str, str], int], expected: str) -> None:
    whole = {"kind": "Deployment", "metadata": {"name": "x"}}
    assert restarts({**whole, "spec": {"template": 1}}, {**whole, **after}, scaled) == expected


# --- a whole fleet

AGENT = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata:
  name: support
spec:
  prompts: {pack: support}
  models:
    default: {use: echo/any}
  facades:
    websocket: {port: 8080}
  framework: {type: custom, image: example.com/agent:1}
"""
PROVIDER = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: echo}
spec: {type: mock, models: {any: {}}}
"""
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: support}
spec:
  version: 1.0.0
  prompts:
    default:
      system: {file: system.md}
"""
PROMPT = "You answer customers.\n\nBe brief.\nBe {{tone}}.\n"
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: all}\nspec: {hard: {pods: '10'}}\n"
FLEET = {
    "environments/dev/environment.yaml": ENVIRONMENT.replace("NAME", "dev"),
    "environments/dev/agent.yaml": AGENT,
    "environments/dev/provider.yaml": PROVIDER,
    "environments/dev/pack/pack.yaml": PACK,
    "environments/dev/pack/system.md": PROMPT,
    "environments/dev/objects/quota.yaml": QUOTA,
}


@pytest.fixture
def compared(tmp_path: Path) -> Any:
    """Compare the fleet with itself after some files changed; None takes a file away."""

    def compare_with(
        changed: Mapping[str, str | None], *environments: str, before: Mapping[str, str] = MappingProxyType({})
    ) -> Comparison:
        trees = []
        for side, files in (("base", {**FLEET, **before}), ("head", {**FLEET, **changed})):
            for path, content in files.items():
                if content is not None:
                    file = tmp_path / side / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(content)
            trees.append(FolderTree(tmp_path / side))
        comparison, findings = compare(*trees, environments or ("dev",))
        assert not findings.errors, findings
        return comparison

    return compare_with


def replaced(comparison: Comparison) -> list[tuple[str, str]]:
    """New and old name of every immutable ConfigMap that is replaced."""
    items = (item for spec in comparison.reviews[0].effects for item in spec.objects)
    return [(item.key.name, item.replaces.name) for item in items if item.replaces]


def test_a_changed_prompt_is_named_with_its_line_its_config_map_and_the_pods_that_start_anew(compared: Any) -> None:
    comparison = compared({"environments/dev/pack/system.md": PROMPT.replace("Be brief.", "Be very brief.")})
    shown = text.render(comparison)
    ((new, old),) = replaced(comparison)
    assert (
        shown
        == f"""\
dev   work folder -> work folder

Agent support                                           medium risk: restarts 1 pod
  through PromptPack support
  ~ Deployment/support                                  restarts 1 pod
      ~ spec.template.spec.volumes[pack].configMap.name: {old} -> {new}
                                                        environments/dev/pack/system.md:3

PromptPack support 1.0.0                                low risk
  ~ spec.prompts.default.system changed (2 lines)       environments/dev/pack/system.md:3
      -Be brief.
      +Be very brief.
       Be {{{{tone}}}}.
  used by Agent support
  + ConfigMap/{new}                   immutable; {old} stays for a rollback
      ~ data["pack.json"].prompts.default.system_template changed (2 lines)  environments/dev/pack/system.md:3

Diff: 1 to create, 1 to update, 0 to delete, 1 kept for a rollback, 7 unchanged.   1 of 1 agent affected.
"""
    )


def test_nothing_changes_when_only_a_comment_does(compared: Any) -> None:
    comparison = compared({"environments/dev/agent.yaml": "# a comment\n" + AGENT})
    assert text.render(comparison) == "Nothing changes in dev.\n"
    assert markdown.render(comparison).splitlines()[1] == "### Roster: nothing changes"


def test_a_field_of_an_object_names_the_line_of_the_spec(compared: Any) -> None:
    comparison = compared({"environments/dev/agent.yaml": AGENT.replace("8080", "8090")})
    (agent,) = comparison.reviews[0].effects
    causes = {str(span) for item in agent.objects for field in item.fields for span in field.causes}
    assert {item.key.kind for item in agent.objects} == {"ConfigMap", "Deployment", "NetworkPolicy", "Service"}
    assert causes == {"environments/dev/agent.yaml:10:23"}


def test_a_spec_that_is_gone_takes_its_objects_and_keeps_its_history(compared: Any) -> None:
    comparison = compared({"environments/dev/agent.yaml": None, "environments/dev/pack/pack.yaml": None})
    agent, pack = comparison.reviews[0].effects
    assert (agent.spec, agent.action, agent.risk) == (SpecKey("Agent", "support"), Action.DELETE, Risk.HIGH)
    assert {(item.key.kind, item.action) for item in agent.objects} == {
        ("ConfigMap", Action.RETIRE),
        *((kind, Action.DELETE) for kind in ("Deployment", "NetworkPolicy", "Service", "ServiceAccount")),
    }
    assert [item.action for item in pack.objects] == [Action.RETIRE]
    assert "  = ConfigMap/support-pack-" in text.render(comparison)
    assert "no longer used; stays for a rollback" in text.render(comparison)


def test_a_new_spec_is_told_with_the_objects_it_becomes(compared: Any) -> None:
    twin = AGENT.replace("name: support", "name: twin")
    comparison = compared({"environments/dev/twin.yaml": twin})
    (effect,) = comparison.reviews[0].effects
    assert text.render(comparison).splitlines()[2:8] == [
        "Agent twin (new)                                        low risk: starts Deployment/twin",
        f"  + {effect.objects[0].key}",
        "  + Service/twin",
        "  + ServiceAccount/twin",
        "  + Deployment/twin",
        "  + NetworkPolicy/twin",
    ]
    assert str(effect.place) == "environments/dev/twin.yaml:4:9"


def test_a_plain_object_is_compared_like_the_others(compared: Any) -> None:
    comparison = compared({"environments/dev/objects/quota.yaml": QUOTA.replace("10", "20")})
    assert text.render(comparison).splitlines()[2:5] == [
        "ResourceQuota all                                       low risk",
        "  ~ ResourceQuota/all",
        "      ~ spec.hard.pods: 10 -> 20                        environments/dev/objects/quota.yaml:4",
    ]


def test_a_spec_field_without_effect_says_so(compared: Any) -> None:
    changed = AGENT.replace("spec:\n", "spec:\n  description: Answers.\n")
    comparison = compared({"environments/dev/agent.yaml": changed})
    assert text.render(comparison).splitlines()[2:5] == [
        "Agent support                                           low risk",
        "  + spec.description: Answers.                          environments/dev/agent.yaml:6",
        "  changes no object",
    ]


def test_an_environment_that_is_new_or_gone_is_told(compared: Any) -> None:
    staging = {
        path.replace("/dev/", "/staging/"): content.replace("dev}", "staging}")
        for path, content in FLEET.items()
        if path.endswith(("environment.yaml", "quota.yaml"))
    }
    gone = {path: None for path in FLEET if path.startswith("environments/dev/")}
    shown = text.render(compared({**staging, **gone}, "dev", "staging"))
    assert (
        shown
        == """\
dev   work folder -> work folder   is gone from Git
Roster stops looking after it: what was applied stays on its target until somebody deletes it.

staging   work folder -> work folder   a new environment

Environment staging (new)                               low risk
  + Namespace/agents

ResourceQuota all                                       low risk
  + ResourceQuota/all

Diff: 2 to create, 0 to update, 0 to delete, 0 unchanged.   0 of 0 agents affected.
"""
    )


def test_a_base_that_does_not_compile_cannot_be_compared_and_does_not_hide_the_head(tmp_path: Path) -> None:
    trees = []
    for side, changed in (
        ("base", {"environments/dev/agent.yaml": AGENT.replace("use: echo", "use: ecko")}),
        ("head", {}),
    ):
        for path, content in {**FLEET, **changed}.items():
            file = tmp_path / side / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        trees.append(FolderTree(tmp_path / side))
    comparison, findings = compare(*trees, ["dev"])
    assert findings.errors == 0
    assert text.render(comparison) == (
        "note: dev cannot be compared: at work folder it does not compile (environments/dev/agent.yaml:8:20: "
        "Agent support refers to a Provider that does not exist)\n"
    )


def test_the_same_change_in_many_agents_is_told_once(compared: Any) -> None:
    images = {}
    for side, tag in (("base", "1"), ("head", "2")):
        for name in ("a", "b", "c"):
            body = AGENT.replace("name: support", f"name: {name}").replace("agent:1", f"agent:{tag}")
            images[side, f"environments/dev/{name}.yaml"] = body
    base, head = ({path: body for (side, path), body in images.items() if side == which} for which in ("base", "head"))
    comparison = compared(head, before=base)
    assert text.render(comparison).splitlines()[2:] == [
        "Agent a and 2 more: b, c                                medium risk: restarts 1 pod each",
        "  ~ spec.framework.image: example.com/agent:1 -> example.com/agent:2  environments/dev/a.yaml:11",
        "  ~ Deployment/a                                        restarts 1 pod",
        "      ~ spec.template.spec.containers[runtime].image: example.com/agent:1 -> example.com/agent:2"
        "  environments/dev/a.yaml:11",
        "",
        "Diff: 0 to create, 3 to update, 0 to delete, 21 unchanged.   3 of 4 agents affected.",
    ]


EXTRA = {"templates/agent/extra/note.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ name }}-note"}\n'}
SECOND = {"environments/dev/second.yaml": AGENT.replace("name: support", "name: second")}
SCALED = {"environments/dev/agent.yaml": AGENT + "  runtime: {scale: {min: 2, max: 4}}\n"}
CAME = {
    "by a template of the fleet": (
        {},
        EXTRA,
        "  + ConfigMap/support-note                              "
        "environments/dev/agent.yaml:4, templates/agent/extra/note.yaml:1",
    ),
    "by a template of the fleet, for several specs": (
        SECOND,
        {**SECOND, **EXTRA},
        "  + ConfigMap/second-note                               templates/agent/extra/note.yaml:1",
    ),
    "by a template of the fleet that is gone": (
        EXTRA,
        {},
        "  - ConfigMap/support-note                              "
        "environments/dev/agent.yaml:4, templates/agent/extra/note.yaml:1",
    ),
    "by a field of the spec": (
        {},
        SCALED,
        "  + HorizontalPodAutoscaler/support                     environments/dev/agent.yaml:12",
    ),
    "by a field of the spec that is not in it": (
        {},
        SCALED,
        "  + PodDisruptionBudget/support                         environments/dev/agent.yaml:12",
    ),
    "with its spec, which tells it all": (
        EXTRA,
        {**EXTRA, **SECOND},
        "  + ConfigMap/second-note",
    ),
}


@pytest.mark.parametrize(("before", "after", "line"), CAME.values(), ids=CAME)
def test_why_an_object_came_or_went(compared: Any, before: Any, after: Any, line: str) -> None:
    assert line in text.render(compared(after, before=before)).splitlines()


def test_json_says_why_an_object_came(compared: Any) -> None:
    (environment,) = json.loads(json_review.render(compared(EXTRA)))["environments"]
    ((made,),) = (spec["objects"] for spec in environment["specs"])
    assert (made["name"], made["causes"], made["template"]) == (
        "support-note",
        ["environments/dev/agent.yaml:4:9"],
        "agent/extra/note.yaml:1",
    )


def test_colour_changes_no_word(compared: Any) -> None:
    import re

    comparison = compared({"environments/dev/pack/system.md": "Be rude.\n"})
    coloured = text.render(comparison, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text.render(comparison)


def test_json_has_a_version_and_says_absent_by_leaving_out(compared: Any) -> None:
    changed = AGENT.replace("{port: 8080}", "{port: 8080, drainTimeout: 45s}").replace(
        "  framework", "  description: A\n  framework"
    )
    document = json.loads(json_review.render(compared({"environments/dev/agent.yaml": changed})))
    (environment,) = document["environments"]
    (agent,) = environment["specs"]
    assert {key: document[key] for key in ("version", "base", "head", "notes")} == {
        "version": 1,
        "base": "work folder",
        "head": "work folder",
        "notes": [],
    }
    assert environment["agents"] == {"all": 1, "affected": 1}
    assert agent["fields"] == [
        {"path": "spec.description", "after": "A", "causes": ["environments/dev/agent.yaml:11:16"]},
        {
            "path": "spec.facades.websocket.drainTimeout",
            "before": "30s",
            "after": "45s",
            "causes": ["environments/dev/agent.yaml:10:43"],
        },
    ]


# --- the comment of a pull request


def many(count: int, lines: int) -> Comparison:
    """A comparison in which many specs change, each with a long text; the last is the most dangerous."""

    def spec(number: int) -> SpecEffect:
        change = field("old\n" * lines, f"{number} ä``` </details>\n" * lines)
        risk = Risk.HIGH if number == count - 1 else Risk.LOW
        return SpecEffect(
            spec=SpecKey("Agent", f"agent-{number}"), action=U, place=None, fields=(FieldEffect(change, ()),),
            objects=(), through=(), used_by=(), risk=risk, reasons=(Reason(risk, f"does `x | y` to {number}"),),
        )  # fmt: skip

    review = Review(environment="prod", action=U, effects=tuple(map(spec, range(count))), unchanged=0, agents=count)
    return Comparison(base="aaaaaaa", head="bbbbbbb", reviews=(review,))


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (200, 100), (2000, 100)])
def test_a_comment_fits_whatever_changes_and_the_most_dangerous_stands_first(count: int, lines: int) -> None:
    comment = markdown.render(many(count, lines))
    assert len(comment) < 65_536
    assert comment.startswith("<!-- roster-diff -->\n### Roster: ")
    rows = [line for line in comment.splitlines() if line.startswith("| ")]
    assert rows[2] == f"| high risk | prod | Agent agent-{count - 1} | +0 ~0 -0 | does \\`x \\| y\\` to {count - 1} |"
    assert comment.count("<details") == sum(line == "</details>" for line in comment.splitlines())
    assert comment.count("\n````diff\n") == comment.count("\n````\n")
    assert ("left out for want of room" in comment) == (count > 1)


def test_a_comment_shows_what_changes(compared: Any) -> None:
    comparison = compared({"environments/dev/agent.yaml": AGENT.replace("8080", "8090").replace("agent:1", "agent:2")})
    ((new, old),) = replaced(comparison)
    assert (
        markdown.render(comparison)
        == f"""\
<!-- roster-diff -->
### Roster: 1 spec in dev, medium risk
Compared at `work folder` with the merge base `work folder`.

- **dev**: 1 to create, 3 to update, 0 to delete, 1 kept for a rollback, 5 unchanged.   1 of 1 agent affected.

| risk | environment | spec | objects | why |
| --- | --- | --- | --- | --- |
| medium risk | dev | Agent support | +1 ~3 -0 | restarts 1 pod; changes NetworkPolicy/support |

<details><summary>dev: Agent support, medium risk</summary>

```diff
  ! changes NetworkPolicy/support
  ~ spec.facades.websocket.port: 8080 -> 8090           environments/dev/agent.yaml:10
  ~ spec.framework.image: example.com/agent:1 -> example.com/agent:2  environments/dev/agent.yaml:11
+   ConfigMap/{new}                 immutable; {old} stays for a rollback
      ~ data["agent.json"].facades.websocket.port: 8080 -> 8090  environments/dev/agent.yaml:10
  ~ Service/support
      ~ spec.ports[facade].port: 8080 -> 8090           environments/dev/agent.yaml:10
  ~ Deployment/support                                  restarts 1 pod
      ~ spec.template.spec.containers[runtime].image: example.com/agent:1 -> example.com/agent:2  \
environments/dev/agent.yaml:11
      ~ spec.template.spec.containers[runtime].ports[facade].containerPort: 8080 -> 8090  \
environments/dev/agent.yaml:10
      ~ spec.template.spec.volumes[config].configMap.name: {old} -> {new}
                                                        environments/dev/agent.yaml:10, environments/dev/agent.yaml:11
  ~ NetworkPolicy/support
+       spec.ingress[0].ports[8090]: {{"port":8090,"protocol":"TCP"}}  environments/dev/agent.yaml:10
-       spec.ingress[0].ports[8080]: {{"port":8080,"protocol":"TCP"}}  environments/dev/agent.yaml:10
```
</details>

"""
    )
