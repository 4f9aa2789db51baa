"""Patches: what they do, where it is seen to come from, what they may not do, and that nothing of them stays unseen."""

import json
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpointer import set_pointer

from compiler.compiled import Compiled
from compiler.kube_object import canonical
from compiler.object_schemas.kubernetes_schemas import LATEST
from compiler.object_schemas.object_shape import shape_of
from compiler.patching.patching import Patching
from compiler.patching.strategic_merge import strategic_merge
from compiler.pipeline import compile_environment
from compiler.reports.gather import gather
from compiler.reports.text import render
from compiler.review import json as review_json
from compiler.review import markdown as review_markdown
from compiler.review import text as review_text
from compiler.review.compare import compare
from compiler.source import FieldPath, cause_of
from compiler.spec_key import SpecKey
from compiler.trees.folder import FolderTree
from tests.compiler.patch_cases import MERGES, deployment, runtime
from tests.scenarios.fleet import PROVIDER, agent, environment

AGENT = "environments/prod/agents/support.yaml"
FLEET = {
    "environments/prod/environment.yaml": environment("agents", "prod"),
    "environments/prod/claude.yaml": PROVIDER,
    **agent("support"),
}


def merged(patch: Mapping[str, Any], data: Mapping[str, Any]) -> Patching:
    patching = Patching(data, SpecKey("Agent", "support"))
    patching.begin()
    strategic_merge(patching, patch, shape_of(LATEST, "apps/v1", "Deployment"), ("spec", "patches", 0, "merge"))
    return patching


def tree(place: Path, patches: str = "") -> FolderTree:
    """A fleet whose agent carries these patches, the first of them at line 14."""
    for path, text in FLEET.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        more = indent("patches:\n" + dedent(patches), "  ") if patches and path == AGENT else ""
        (place / path).write_text(text + more)
    return FolderTree(place)


def compiled(place: Path, patches: str = "") -> Compiled:
    return compile_environment(tree(place, patches), "prod")


def sources(found: Compiled, kind: str, *paths: FieldPath) -> list[str]:
    """Where fields of the one object of a kind come from: `line` of the agent's file, or the template's `path:line`."""
    assert found.bundle is not None, found.diagnostics
    (item,) = (item for item in found.bundle.objects if item.key.kind == kind)
    told = []
    for path in paths:
        cause = cause_of(found.bundle.source_maps[item.key], path)
        assert cause is not None, path
        told.append(cause.template or ", ".join(str(found.span_of(source)) for source in cause.sources))
    return told


# --- merge


@pytest.mark.parametrize("case", MERGES)
def test_a_merge_changes_these_fields_and_no_other(case: str) -> None:
    patch, expected = MERGES[case]
    patching = merged(patch, deployment())
    wanted = deployment()
    for pointer, value in expected.items():
        wanted = set_pointer(wanted, pointer, value)
    assert patching.misses == []
    assert json.loads(canonical(patching.data)) == wanted
    assert merged(patch, patching.data).touched == {}, "the same once more changes nothing"


def test_a_container_that_is_new_comes_last() -> None:
    patching = merged(
        {"spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "p:1"}]}}}}, deployment()
    )
    containers = patching.data["spec"]["template"]["spec"]["containers"]
    assert [container["name"] for container in containers] == ["runtime", "proxy"]


def test_lists_of_a_kind_without_a_schema_are_replaced() -> None:
    route = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "spec": {"http": [{"name": "a"}, {"name": "b"}]},
    }
    patching = Patching(route, SpecKey("Agent", "support"))
    patching.begin()
    strategic_merge(
        patching, {"spec": {"http": [{"name": "c"}]}}, shape_of(LATEST, "networking.istio.io/v1", "VirtualService"), ()
    )
    assert patching.data["spec"]["http"] == [{"name": "c"}]


leaves = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(("", "a", "~", "x/y"))
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
objects = st.dictionaries(st.sampled_from("abcd"), documents, max_size=4)


def laid_over(data: Any, patch: Any) -> Any:
    """RFC 7396, which a merge is where there are no keyed lists."""
    if not isinstance(patch, dict):
        return patch
    result = dict(data) if isinstance(data, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = laid_over(result.get(key), value)
    return result


@given(data=objects, patch=objects)
@settings(max_examples=300, deadline=None)
def test_without_keyed_lists_a_merge_is_what_rfc_7396_says(data: dict[str, Any], patch: dict[str, Any]) -> None:
    patching = Patching(data, SpecKey("Agent", "support"))
    patching.begin()
    strategic_merge(patching, patch, shape_of(LATEST, "example.com/v1", "Thing"), ())
    assert patching.data == laid_over(data, patch)


@given(data=objects, patch=objects)
@settings(max_examples=200, deadline=None)
def test_every_field_that_a_merge_changes_is_known_to_come_from_it(data: dict[str, Any], patch: dict[str, Any]) -> None:
    patching = Patching(data, SpecKey("Agent", "support"))
    patching.begin()
    strategic_merge(patching, patch, shape_of(LATEST, "example.com/v1", "Thing"), ())
    found = patching.sources({})
    for key, value in patching.data.items():
        if key not in data:
            cause = cause_of(found, (key,))
            assert cause is not None
            assert cause.sources[0].path == (key,)
        elif canonical(value) == canonical(data[key]):
            assert not any(path[0] == key for path in found)


# --- where a field comes from

TWO = """\
- target: {kind: Deployment}
  merge:
    spec:
      template:
        spec:
          runtimeClassName: gvisor
          containers:
          - name: runtime
            env:
            - {name: ROSTER_PROMPT, $patch: delete}
            - {name: LOG_LEVEL, value: debug}
  reason: PLAT-812, untrusted tools
- target: {kind: Deployment}
  json:
  - {op: add, path: /spec/template/spec/containers/0, value: {name: first, image: example/first:1}}
  - {op: replace, path: /spec/template/spec/containers/1/image, value: example/other:1}
  - {op: remove, path: /spec/template/spec/containers/1/env/0}
  reason: PLAT-813
"""


def test_every_patched_field_comes_from_its_line_and_the_others_from_where_they_did(tmp_path: Path) -> None:
    pod: FieldPath = ("spec", "template", "spec")
    before = compiled(tmp_path / "before")
    after = compiled(tmp_path / "after", TWO)
    lines = (tmp_path / "after" / AGENT).read_text().splitlines()
    for path, text in (
        ((*pod, "runtimeClassName"), "gvisor"),
        ((*pod, "containers", 0, "image"), "example/first:1}}"),
        ((*pod, "containers", 1, "image"), "example/other:1}"),
        ((*pod, "containers", 1, "env", 6, "value"), "debug}"),
    ):
        _, line, column = sources(after, "Deployment", path)[0].split(":")
        assert lines[int(line) - 1][int(column) - 1 :] == text
    template = {
        path: sources(before, "Deployment", path) for path in (("spec", "replicas"), (*pod, "volumes", 0, "name"))
    }
    assert {path: sources(after, "Deployment", path) for path in template} == template
    old = sources(before, "Deployment", (*pod, "containers", 0, "name"), (*pod, "containers", 0, "env", 1, "name"))
    assert (
        sources(after, "Deployment", (*pod, "containers", 1, "name"), (*pod, "containers", 1, "env", 0, "name")) == old
    )


def test_what_an_output_check_finds_in_a_patched_field_is_shown_at_the_patch(tmp_path: Path) -> None:
    found = compiled(
        tmp_path,
        """\
        - target: {kind: Deployment}
          merge:
            spec:
              replcas: 3
              template: {spec: {volumes: [{name: more, configMap: {name: nowhere}}]}}
          reason: x
        """,
    )
    assert [(item.code, str(item.span)) for item in found.diagnostics] == [("R0601", f"{AGENT}:17:9")]


# --- what is wrong with a patch


def deploy(merge: str) -> str:
    return f"- target: {{kind: Deployment}}\n  merge: {merge}\n  reason: x\n"


def json_of(kind: str, *operations: str) -> str:
    return (
        f"- target: {{kind: {kind}}}\n  json:\n" + "".join(f"  - {{{item}}}\n" for item in operations) + "  reason: x\n"
    )


CONTAINERS = "{spec: {template: {spec: {containers: %s}}}}"
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "a kind that is misspelt": (
        "- {target: {kind: Deploymnet}, merge: {}, reason: x}\n",
        "R0811 14 Deploymnet", "Agent support becomes no Deploymnet", "did you mean Deployment?",
    ),
    "a kind that it does not become": (
        "- {target: {kind: Ingress}, merge: {}, reason: x}\n",
        "R0811 14 Ingress", "Agent support becomes no Ingress", "it becomes ConfigMap, Deployment, NetworkPolicy, PodDisruptionBudget, Service, ServiceAccount",
    ),
    "a name that is misspelt": (
        "- {target: {kind: Service, name: suport}, merge: {}, reason: x}\n",
        "R0811 14 suport", "no Service of Agent support is named suport", "did you mean support?",
    ),
    "an object of another spec": (
        "- {target: {kind: ConfigMap, name: claude-provider}, merge: {}, reason: x}\n",
        "R0811 14 claude-provider", "no ConfigMap of Agent support is named claude-provider", "it has support-config-5a0223f140",
    ),
    "null over nothing": (
        deploy("{spec: {replcas: null}}"),
        "R0812 15 null", "Deployment support: spec has no replcas to remove", "did you mean replicas?",
    ),
    "a container that is misspelt": (
        deploy(CONTAINERS % "[{name: runtmie, tty: true}]"),
        "R0812 15 runtmie", "Deployment support: spec.template.spec.containers has no item runtmie, and a new one needs image",
        "did you mean runtime?",
    ),
    "an item to remove that is not there": (
        deploy(CONTAINERS % "[{name: runtime, env: [{name: ROSTER_PROMT, $patch: delete}]}]"),
        "R0812 15 {name: ROSTER_PROMT, $patch: delete}", "Deployment support: spec.template.spec.containers[runtime].env has no item ROSTER_PROMT to remove",
        "did you mean ROSTER_PROMPT?",
    ),
    "an item without its key": (
        deploy(CONTAINERS % "[{image: other:1}]"),
        "R0812 15 {image: other:1}", "Deployment support: spec.template.spec.containers merges by name, and the item lacks it", "add name",
    ),
    "a directive that is not known": (
        deploy("{spec: {$retainKeys: [replicas]}}"),
        "R0812 15 $retainKeys", "Deployment support: spec has the directive $retainKeys, which Roster does not know", "use json instead",
    ),
    "a pointer to nothing": (
        json_of("Deployment", "op: replace, path: /spec/replcas, value: 2"),
        "R0812 16 /spec/replcas", "Deployment support: spec has no replcas", "did you mean replicas?",
    ),
    "a pointer beyond a list": (
        json_of("Deployment", "op: remove, path: /spec/template/spec/containers/3"),
        "R0812 16 /spec/template/spec/containers/3", "Deployment support: spec.template.spec.containers has no 3", "its only item is 0",
    ),
    "a pointer with a digit that counts nothing": (
        json_of("Deployment", "op: replace, path: /spec/template/spec/containers/²/image, value: a"),
        "R0812 16 /spec/template/spec/containers/²/image", "Deployment support: spec.template.spec.containers has no ²", "its only item is 0",
    ),
    "a pointer through a plain value": (
        json_of("Deployment", "op: add, path: /spec/replicas/x/y, value: 2"),
        "R0812 16 /spec/replicas/x/y", "Deployment support: spec.replicas has no x", "it is a plain value",
    ),
    "a copy of nothing": (
        json_of("Deployment", "op: copy, from: /metadata/annotations/x, path: /metadata/labels/x"),
        "R0812 16 /metadata/annotations/x", "Deployment support: metadata has no annotations", "there are: labels, name, namespace",
    ),
    "a place in a list that is no index": (
        json_of("Deployment", "op: add, path: /spec/template/spec/containers/x, value: {}"),
        "R0812 16 /spec/template/spec/containers/x",
        "Deployment support: /spec/template/spec/containers/x is no place to add",
        "write an index from 0 to 1, or - for behind the last",
    ),
    "a pointer that is none": (
        json_of("Deployment", "op: add, path: /spec/a~2b, value: {}"),
        "R0812 16 /spec/a~2b", "Deployment support: /spec/a~2b is no place to add",
        "in a path ~ is written ~0, and a / inside of a name ~1",
    ),
    "all that identifies an object at once, told once": (
        json_of("Deployment", "op: remove, path: /metadata"),
        "R0813 16 {op: remove, path: /metadata}", "Deployment support: metadata.name cannot be patched",
        "an object is known by its type, name and namespace; change the spec instead",
    ),
    "a test that fails tells no value": (
        json_of("Deployment", "op: test, path: /spec/replicas, value: 7"),
        "R0812 16 7", "Deployment support: spec.replicas has another value", "",
    ),
    "another name": (
        deploy("{metadata: {name: other}}"),
        "R0813 15 other", "Deployment support: metadata.name cannot be patched",
        "an object is known by its type, name and namespace; change the spec instead",
    ),
    "another kind": (
        json_of("Service", "op: replace, path: /kind, value: Pod"),
        "R0813 16 Pod", "Service support: kind cannot be patched",
        "an object is known by its type, name and namespace; change the spec instead",
    ),
    "no namespace": (
        json_of("Service", "op: remove, path: /metadata/namespace"),
        "R0813 16 {op: remove, path: /metadata/namespace}", "Service support: metadata.namespace cannot be patched",
        "an object is known by its type, name and namespace; change the spec instead",
    ),
    "a label of Roster's": (
        deploy("{metadata: {labels: {app.kubernetes.io/managed-by: me}}}"),
        "R0813 15 me", "Deployment support: metadata.labels[app.kubernetes.io/managed-by] cannot be patched",
        "Roster knows its objects by this label; use another one",
    ),
    "a selector": (
        deploy("{spec: {selector: {matchLabels: {more: x}}}}"),
        "R0813 15 x", "Deployment support: spec.selector cannot be patched",
        "pods are found by it, for ever; leave it as it is",
    ),
    "the labels that it finds": (
        deploy("{spec: {template: {metadata: {labels: {roster.dev/name: other}}}}}"),
        "R0813 15 other", "Deployment support: spec.template.metadata.labels[roster.dev/name] cannot be patched",
        "pods are found by it, for ever; leave it as it is",
    ),
    "a Service's selector": (
        "- {target: {kind: Service}, merge: {spec: {selector: {roster.dev/name: null}}}, reason: x}\n",
        "R0813 14 null", "Service support: spec.selector[roster.dev/name] cannot be patched",
        "pods are found by it, for ever; leave it as it is",
    ),
    "what an immutable ConfigMap holds": (
        "- {target: {kind: ConfigMap}, merge: {data: {more: x}}, reason: x}\n",
        "R0813 14 x", "ConfigMap support-config-5a0223f140: data cannot be patched",
        "the ConfigMap is named after its content and never changes; change the spec it is made from",
    ),
    "nothing to change": (
        deploy("{spec: {replicas: 2}}"),
        "R0814 14 Deployment", "the patch changes nothing: its objects are so without it", "remove the patch",
    ),
    "nothing in it": (
        deploy("{}"),
        "R0814 14 Deployment", "the patch changes nothing: its objects are so without it", "remove the patch",
    ),
    "no reason": (
        "- {target: {kind: Service}, merge: {spec: {x: 1}}}\n",
        "R0303 14 {target: {kind: Service}, merge: {spec: {x: 1}}}", "spec.patches.0 lacks reason", "add reason",
    ),
    "both forms": (
        "- {target: {kind: Service}, merge: {}, json: [{op: remove, path: /x}], reason: x}\n",
        "R0307 14 {target: {kind: Service}, merge: {}, json: [{op: remove, path: /x}], reason: x}", "a patch is either merge or json", "write exactly one of the two",
    ),
    "an operation without its value": (
        json_of("Service", "op: add, path: /spec/x"),
        "R0307 16 {op: add, path: /spec/x}", "add lacks value", "write what is to stand there",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_patch_is_told_at_its_line(tmp_path: Path, mistake: str) -> None:
    patches, where, message, help = MISTAKES[mistake]
    found = compiled(tmp_path, patches)
    (item,) = found.diagnostics
    assert item.span is not None
    assert item.span.path == AGENT
    line = (tmp_path / AGENT).read_text().splitlines()[item.span.line - 1][item.span.column - 1 :]
    told = f"{item.code} {item.span.line} {line[: item.span.width]}"
    assert (told, item.message, item.help) == (where, message, help)
    assert found.has_errors == (item.code != "R0814")


def test_copies_of_copies_end_before_they_fill_the_memory(tmp_path: Path) -> None:
    copies = [f"op: copy, from: /spec, path: /spec/x{number}" for number in range(60)]
    (item,) = compiled(tmp_path, json_of("Deployment", *copies)).diagnostics
    assert (item.code, item.message) == ("R0812", "Deployment support: the patch makes it too large")


def test_a_credential_in_a_patch_is_in_no_report(tmp_path: Path) -> None:
    secret = "sk-0123456789abcdefghijkl"
    patches = deploy(
        f"{{spec: {{template: {{spec: {{containers: [{{name: runtime, env: [{{name: API_KEY, value: {secret}}}]}}]}}}}}}}}"
    )
    base, head = tree(tmp_path / "base"), tree(tmp_path / "head", patches)
    comparison, findings = compare(base, head, ["prod"])
    shown = [review_text.render(comparison), review_json.render(comparison), review_markdown.render(comparison)]
    shown.append(render(findings, head, colour=False, limit=None))
    broken = compile_environment(tree(tmp_path / "broken", patches.replace("runtime,", "runtmie,")), "prod")
    shown.append(render(gather([broken]), FolderTree(tmp_path / "broken"), colour=False, limit=None))
    assert "API_KEY" in shown[0]
    assert not any(secret in text for text in shown)


# --- counted


def test_patches_are_counted_in_every_diff(tmp_path: Path) -> None:
    base, head = tree(tmp_path / "base"), tree(tmp_path / "head", TWO)
    comparison, _ = compare(base, head, ["prod"])
    assert review_text.render(comparison).splitlines()[-1].endswith("   1 of 1 agent affected.   2 patches on 1 agent.")
    (document,) = json.loads(review_json.render(comparison))["environments"]
    assert document["patches"] == [{"kind": "Agent", "name": "support", "count": 2}]
    assert "2 patches on 1 agent." in review_markdown.render(comparison)
    quiet, _ = compare(head, head, ["prod"])
    assert review_text.render(quiet) == "Nothing changes in prod (2 patches on 1 agent).\n"
    assert "- **prod**: unchanged.   2 patches on 1 agent.\n" in review_markdown.render(quiet)
    gone, _ = compare(head, base, ["prod"])
    assert "patches on" not in review_text.render(gone)


def test_a_diff_shows_the_line_of_the_patch_that_changed_a_field(tmp_path: Path) -> None:
    comparison, _ = compare(tree(tmp_path / "base"), tree(tmp_path / "head", TWO), ["prod"])
    shown = review_text.render(comparison)
    (line,) = (
        line
        for line in shown.splitlines()
        if "spec.runtimeClassName: gvisor" in line and "patches" not in line.split(":")[0]
    )
    assert line.split()[-1] == f"{AGENT}:13"


def test_the_empty_patch_list_is_no_patch() -> None:
    assert merged({}, deployment()).touched == {}
    assert merged(runtime(), deployment()).touched == {}
