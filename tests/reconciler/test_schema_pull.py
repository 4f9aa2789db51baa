"""roster schema pull: what a real cluster defines comes into the repository, and objects are judged by it from then on."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.object_schemas.cluster_schemas import folder_of
from compiler.pipeline import compile_environment
from compiler.reports.gather import gather
from compiler.reports.text import render
from compiler.trees.folder import FolderTree
from reconciler.pulling.defined import Defined
from reconciler.pulling.keep_pulled import Kept, keep_pulled
from reconciler.pulling.pulled import pulled
from tests.controlplane.cluster import Cluster

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec:
  fleet: acme
  namespace: agents
  target: {kubernetes: {cluster: CLUSTER, version: "1.36"}}
  capabilities: [keda, istio, gatewayAPI]
"""
OBJECTS = "environments/prod/objects/objects.yaml"
Roster = Callable[..., "subprocess.CompletedProcess[str]"]


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def printed(fleet: Path) -> str:
    tree = FolderTree(fleet)
    return render(gather([compile_environment(tree, "prod")]), tree)


@pytest.fixture(scope="module")
def fleet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fleet with the definitions of the test's cluster pulled."""
    folder = tmp_path_factory.mktemp("fleet")
    written(folder, {"environments/prod/environment.yaml": ENVIRONMENT.replace("CLUSTER", cluster.context)})
    done = roster(folder, "schema", "pull", "prod", "--kubeconfig", str(cluster.kubeconfig))
    assert done.returncode == 0, done.stderr
    return folder


def roster(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "reconciler.cli", "-C", str(folder), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2])


def folder_in(fleet: Path, cluster: Cluster) -> Path:
    return fleet / folder_of(cluster.context)


def test_a_pull_keeps_a_schema_for_each_kind_and_what_the_cluster_serves(fleet: Path, cluster: Cluster) -> None:
    folder = folder_in(fleet, cluster)
    index = json.loads((folder / "index.json").read_text())
    assert (index["version"], index["cluster"]) == (1, cluster.context)
    assert index["kubernetes"] == "1.36"
    assert {"v1", "apps/v1", "networking.istio.io/v1", "keda.sh/v1alpha1"} <= set(index["served"])
    assert not any("/" in version.partition("/")[2] for version in index["served"])
    kinds = {(entry["apiVersion"], entry["kind"]): entry["file"] for entry in index["kinds"]}
    assert kinds["networking.istio.io/v1", "VirtualService"] == "networking.istio.io_v1_VirtualService.json"
    assert {path.name for path in folder.iterdir()} == {*kinds.values(), "index.json"}
    assert len(kinds) > 20


def test_neither_address_nor_description_nor_time_is_kept(fleet: Path, cluster: Cluster) -> None:
    for path in folder_in(fleet, cluster).iterdir():
        text = path.read_text()
        assert "127.0.0.1" not in text
        assert '"description": "' not in text
        assert "resourceVersion" not in text or "managedFields" not in text


def test_a_second_pull_changes_no_byte_and_restores_what_was_edited(fleet: Path, cluster: Cluster) -> None:
    folder = folder_in(fleet, cluster)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    arguments = ("schema", "pull", "--context", cluster.context, "--kubeconfig", str(cluster.kubeconfig))
    again = roster(fleet, *arguments)
    assert again.stdout.endswith(f"{len(before) - 1} as before. The cluster has Kubernetes 1.36.\n")
    route = folder / "gateway.networking.k8s.io_v1_HTTPRoute.json"
    route.write_text("{}")
    mended = roster(fleet, *arguments)
    assert f"1 changed, {len(before) - 2} as before; commit them." in mended.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_mistake_in_a_virtual_service_is_told_at_its_line(fleet: Path) -> None:
    written(
        fleet,
        {
            OBJECTS: """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: chat}
spec:
  hosts: [chat.example.com]
  http:
  - timeout: 5s
    retries: {attemps: 3}
    route:
    - destination: {host: elsewhere.example.com}
      weight: much
"""
        },
    )
    assert (
        printed(fleet)
        == f"""\
error[R0601]: VirtualService chat: spec.http[0].retries.attemps is not a field
 --> {OBJECTS}:8:15
  |
8 |     retries: {{attemps: 3}}
  |               ^^^^^^^
  |
  = help: did you mean attempts?

error[R0602]: VirtualService chat: spec.http[0].route[0].weight must be a whole number, not text
  --> {OBJECTS}:11:15
   |
11 |       weight: much
   |               ^^^^

2 errors in 1 environment. Nothing was compiled. `roster explain R0601` says more.
"""
    )


# API version, kind, plural, spec, whether it is refused. Where the API server's answer is by CEL, nothing is said.
DOCUMENTS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("networking.istio.io/v1", "VirtualService", "virtualservices", {"hosts": ["a"]}, False),
    ("networking.istio.io/v1", "VirtualService", "virtualservices", {"hosts": "a"}, True),
    ("networking.istio.io/v1", "VirtualService", "virtualservices", {"host": ["a"]}, True),
    (
        "networking.istio.io/v1",
        "VirtualService",
        "virtualservices",
        {"hosts": ["a"], "http": [{"route": [{"destination": {"host": "b", "port": {"number": 80}}, "weight": 5}]}]},
        False,
    ),
    (
        "networking.istio.io/v1",
        "VirtualService",
        "virtualservices",
        {"hosts": ["a"], "http": [{"route": [{"weight": 5}]}]},
        True,
    ),
    (
        "networking.istio.io/v1",
        "VirtualService",
        "virtualservices",
        {"hosts": ["a"], "http": [{"match": [{"uri": {"exact": "a", "prefix": "b"}}], "redirect": {"uri": "/"}}]},
        True,
    ),
    (
        "networking.istio.io/v1",
        "DestinationRule",
        "destinationrules",
        {"host": "a", "trafficPolicy": {"loadBalancer": {"simple": "ROUND_ROBIN"}}},
        False,
    ),
    (
        "networking.istio.io/v1",
        "DestinationRule",
        "destinationrules",
        {"host": "a", "trafficPolicy": {"loadBalancer": {"simple": "RANDOMLY"}}},
        True,
    ),
    ("networking.istio.io/v1", "DestinationRule", "destinationrules", {}, True),
    (
        "networking.istio.io/v1",
        "Gateway",
        "gateways",
        {
            "selector": {"a": "b"},
            "servers": [{"hosts": ["a"], "port": {"number": 80, "name": "a", "protocol": "HTTP"}}],
        },
        False,
    ),
    ("networking.istio.io/v1", "Gateway", "gateways", {"servers": [{"port": {"number": "http"}}]}, True),
    (
        "networking.istio.io/v1alpha3",
        "EnvoyFilter",
        "envoyfilters",
        {"configPatches": [{"patch": {"value": {"a": [1]}}}]},
        False,
    ),
    ("networking.istio.io/v1alpha3", "EnvoyFilter", "envoyfilters", {"configPatches": [{"pach": {}}]}, True),
    ("security.istio.io/v1", "AuthorizationPolicy", "authorizationpolicies", {"action": "DENY", "rules": [{}]}, False),
    ("security.istio.io/v1", "AuthorizationPolicy", "authorizationpolicies", {"action": "FORBID"}, True),
    (
        "keda.sh/v1alpha1",
        "ScaledObject",
        "scaledobjects",
        {"scaleTargetRef": {"name": "a"}, "triggers": [{"type": "cpu", "metadata": {}}]},
        False,
    ),
    ("keda.sh/v1alpha1", "ScaledObject", "scaledobjects", {"scaleTargetRef": {"name": "a"}}, True),
    (
        "keda.sh/v1alpha1",
        "ScaledObject",
        "scaledobjects",
        {"scaleTargetRef": {"name": "a"}, "triggers": [{"type": "cron", "metadata": {"start": 5}}]},
        True,
    ),
    (
        "keda.sh/v1alpha1",
        "ScaledObject",
        "scaledobjects",
        {"scaleTargetRef": {"name": "a"}, "triggers": [{"type": "cpu", "metadata": {}}], "maxReplicaCount": "3"},
        True,
    ),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", {"hostnames": ["a.b"]}, False),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", {"hostnames": ["A.b"]}, True),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", {"rules": [{"matches": [{"method": "FETCH"}]}]}, True),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", {"rules": [{"timeouts": {"request": "5"}}]}, True),
    (
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        "httproutes",
        {"rules": [{"backendRefs": [{"name": "a", "port": 0}]}]},
        True,
    ),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", {"rules": None}, False),
]


@pytest.mark.parametrize(("api_version", "kind", "plural", "spec", "refused"), DOCUMENTS)
def test_the_compiler_gives_the_verdict_of_the_api_server(
    api_version: str, kind: str, plural: str, spec: dict[str, Any], refused: bool, fleet: Path, cluster: Cluster
) -> None:
    data = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    query = {"fieldValidation": "Strict", "dryRun": "All"}
    reply = cluster.request("POST", f"/apis/{api_version}/namespaces/default/{plural}", data, query=query)
    assert reply.ok is not refused, reply.body
    written(fleet, {OBJECTS: yaml.safe_dump(data)})
    codes = {item.code for item in compile_environment(FolderTree(fleet), "prod").diagnostics}
    assert bool(codes & {"R0601", "R0602", "R0603", "R0604"}) is refused, codes
    assert "R0606" not in codes


def test_a_kind_that_the_cluster_does_not_define_is_told(fleet: Path, cluster: Cluster) -> None:
    written(fleet, {OBJECTS: "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n"})
    (found,) = compile_environment(FolderTree(fleet), "prod").diagnostics
    where = f"which {cluster.context} did not define when its definitions were pulled"
    assert (found.code, found.severity.value) == ("R0606", "warning")
    assert found.message == f"ServiceMonitor a: apiVersion is monitoring.coreos.com/v1 ServiceMonitor, {where}"


def test_a_definition_among_the_objects_is_enough(tmp_path: Path) -> None:
    definition = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: notices.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Notice, plural: notices, singular: notice, listKind: NoticeList}
  versions:
  - name: v1
    served: true
    storage: true
    deprecated: true
    deprecationWarning: write v2
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {text: {type: string}}}}}
---
apiVersion: example.com/v1
kind: Notice
metadata: {name: hello}
spec: {txt: hello}
"""
    files = {"environments/prod/environment.yaml": ENVIRONMENT, OBJECTS: definition}
    found = compile_environment(FolderTree(written(tmp_path, files)), "prod").diagnostics
    assert [(item.code, item.span and item.span.line, item.help) for item in found] == [
        ("R0601", 20, "did you mean text?"),
    ]
    written(tmp_path, {OBJECTS: definition.replace("txt", "text")})
    found = compile_environment(FolderTree(tmp_path), "prod").diagnostics
    assert [(item.code, item.span and item.span.line, item.help) for item in found] == [("R0608", 17, "write v2")]


@pytest.mark.parametrize(
    ("file", "text", "code", "message"),
    [
        ("index.json", "{", "R0609", "index.json is not JSON"),
        ("index.json", "[]", "R0609", "index.json holds no map"),
        ("example.com_v1_Notice.json", '{"type": "objekt"}', "R0609", "example.com_v1_Notice.json is no JSON Schema: "),
        (
            "example.com_v1_Notice.json",
            '{"$ref": "file:///etc/passwd"}',
            "R0609",
            "example.com_v1_Notice.json is no JSON Schema: ",
        ),
        ("index.json", '{"a":' * 300 + "1" + "}" * 300, "R0609", "index.json is nested too deep"),
        (
            "example.com_v1_Notice.json",
            '{"a":' * 300 + "1" + "}" * 300,
            "R0609",
            "example.com_v1_Notice.json is nested too deep",
        ),
        (
            "example.com_v1_Notice.json",
            " " * 8_000_001,
            "R0609",
            "example.com_v1_Notice.json has 8,000,001 bytes, 8,000,000 are the limit",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_in_it(
    file: str, text: str, code: str, message: str, tmp_path: Path
) -> None:
    files = {
        "environments/prod/environment.yaml": ENVIRONMENT.replace("CLUSTER", "prod-eu"),
        OBJECTS: "apiVersion: example.com/v1\nkind: Notice\nmetadata: {name: hello}\n",
        "schemas/cluster/prod-eu/index.json": '{"cluster": "prod-eu", "kubernetes": "1.36"}',
        f"schemas/cluster/prod-eu/{file}": text,
    }
    found = compile_environment(FolderTree(written(tmp_path, files)), "prod").diagnostics
    (found_there,) = (item for item in found if item.severity.value == "error")
    assert (found_there.code, found_there.span and found_there.span.path) == (code, f"schemas/cluster/prod-eu/{file}")
    assert found_there.message.startswith(message)


def test_another_version_and_an_api_that_is_not_served_are_told(tmp_path: Path) -> None:
    files = {
        "environments/prod/environment.yaml": ENVIRONMENT.replace("CLUSTER", "prod-eu"),
        OBJECTS: "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: a}\nhandler: a\n",
        "schemas/cluster/prod-eu/index.json": '{"cluster": "prod-eu", "kubernetes": "1.34", "served": ["v1"]}',
    }
    assert (
        printed(written(tmp_path, files))
        == """\
warning[R0652]: prod-eu had Kubernetes 1.34 when its definitions were pulled, not 1.36
 --> environments/prod/environment.yaml:7:52
  |
7 |   target: {kubernetes: {cluster: prod-eu, version: "1.36"}}
  |                                                    ^^^^^^
  |
  = help: write version: "1.34", or pull again: roster schema pull prod

warning[R0653]: RuntimeClass a: apiVersion node.k8s.io/v1 was not served by prod-eu when its definitions were pulled
 --> environments/prod/objects/objects.yaml:1:13
  |
1 | apiVersion: node.k8s.io/v1
  |             ^^^^^^^^^^^^^^
  |
  = help: install it, switch it on in the cluster's API server, or write another version; then pull again

2 warnings in 1 environment. Everything compiles. `roster explain R0652` says more.
"""
    )


def test_what_we_emit_ourselves_must_be_served_too(tmp_path: Path) -> None:
    """The example fleet's agents are exposed through Istio, which this cluster does not have."""
    examples = FolderTree(Path(__file__).parents[2])
    files = {entry.path: examples.read(entry.path).decode() for entry in examples.entries("environments")}
    served = ["v1", "apps/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1"]
    index = {"cluster": "prod-eu", "kubernetes": "1.36", "served": served}
    written(tmp_path, {**files, "schemas/cluster/prod-eu/index.json": json.dumps(index)})
    found = [item for item in compile_environment(FolderTree(tmp_path), "prod").diagnostics if item.code == "R0653"]
    kinds = {item.message.partition(" ")[0] for item in found}
    assert {"VirtualService", "DestinationRule", "ScaledObject"} & kinds
    assert all(item.span is not None and item.span.path.startswith("environments/") for item in found)
    assert all(item.label.startswith("from templates/agent/") for item in found)


@pytest.mark.parametrize(
    ("cluster", "folder"),
    [
        ("prod-eu", "schemas/cluster/prod-eu"),
        ("arn:aws:eks:eu-west-1:1:cluster/prod", "schemas/cluster/arn%3aaws%3aeks%3aeu-west-1%3a1%3acluster%2fprod"),
        ("..", "schemas/cluster/%2e."),
        ("a%2fb", "schemas/cluster/a%252fb"),
    ],
)
def test_each_cluster_has_a_folder_of_its_own(cluster: str, folder: str) -> None:
    assert folder_of(cluster) == folder


def test_only_files_of_an_earlier_pull_are_removed(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/mine.json").write_text("{}")
    (tmp_path / "outside.json").write_text("{}")
    index = {"kinds": [{"file": "old.json"}, {"file": "../outside.json"}, {"file": 5}, {"file": "gone.json"}]}
    (tmp_path / "c/index.json").write_text(json.dumps(index))
    (tmp_path / "c/old.json").write_text("{}")
    kept = keep_pulled(tmp_path, "c", {"a.json": "{}", "index.json": "{}"})
    assert kept == Kept(added=("a.json",), changed=(), removed=("old.json",), same=0)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["a.json", "index.json", "mine.json"]
    assert (tmp_path / "outside.json").exists()


def test_a_pull_is_a_function_of_what_is_defined() -> None:
    version = {"name": "v1", "served": True, "schema": {"openAPIV3Schema": {"type": "object", "description": "a"}}}
    spec = {"group": "example.com", "names": {"kind": "Notice"}, "versions": [version]}
    ours = {"spec": {**spec, "group": "roster.dev"}}
    files = pulled("prod-eu", Defined("1.36", ({"spec": spec}, ours), ("v1",)))
    assert files == {
        "example.com_v1_Notice.json": """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "additionalProperties": false,
  "properties": {
    "apiVersion": {
      "type": "string"
    },
    "kind": {
      "type": "string"
    },
    "metadata": {
      "type": "object"
    },
    "status": {}
  },
  "title": "Notice",
  "type": "object"
}
""",
        "index.json": """\
{
  "cluster": "prod-eu",
  "kinds": [
    {
      "apiVersion": "example.com/v1",
      "file": "example.com_v1_Notice.json",
      "kind": "Notice"
    }
  ],
  "kubernetes": "1.36",
  "served": [
    "v1"
  ],
  "version": 1
}
""",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("schema", "pull"), 2, "error: no cluster is named"),
        (("schema", "pull", "nowhere"), 2, "error: there is no environment named nowhere"),
        (("schema", "pull", "--context", "nowhere"), 2, "error: the kubeconfig has no usable context nowhere"),
    ],
)
def test_what_cannot_be_pulled(
    arguments: tuple[str, ...], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    written(tmp_path, {"environments/prod/environment.yaml": ENVIRONMENT.replace("CLUSTER", "prod-eu")})
    done = roster(tmp_path, *arguments)
    assert (done.returncode, done.stderr.splitlines()[0][: len(message)]) == (code, message)


def test_whoever_may_not_read_definitions_is_told_which_right_is_missing(cluster: Cluster, tmp_path: Path) -> None:
    context, file = cluster.context_for("nobody"), cluster.kubeconfig_for("nobody")
    done = roster(tmp_path, "schema", "pull", "--context", context, "--kubeconfig", str(file))
    assert done.returncode == 3
    assert "may not list customresourcedefinitions.apiextensions.k8s.io in the whole cluster" in done.stderr
    assert not (tmp_path / "schemas").exists()
