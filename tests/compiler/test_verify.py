"""What the checks of compiled objects find, and that they tell it at the line that caused it.

The cases lie in verify.yaml, each with the lines marked where something must be found.
"""

import re
from pathlib import Path

import pytest

from compiler.assets import PackageAssets
from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic
from compiler.document import Document
from compiler.export import export
from compiler.layering.layered import Layered
from compiler.lowered import Lowered, Product
from compiler.memo import Memo
from compiler.object_schemas.cluster_schemas import ClusterSchemas
from compiler.parse import parse
from compiler.pipeline import compile_environment
from compiler.source import Cause, Source
from compiler.spec_key import SpecKey
from compiler.trees.folder import FolderTree
from compiler.verify import verify
from compiler.yaml_reader import load
from tests.benchmarks.fleets import fleet

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  namespace: agents
  target: {kubernetes: {cluster: dev, version: "VERSION"}}
  capabilities: [keda, istio, gatewayAPI]
"""
OBJECTS = "environments/dev/objects/objects.yaml"
AGENT_FILE = "environments/dev/agents/web.yaml"

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        ports: [{name: http, containerPort: 80}]
"""

CASES = (Path(__file__).parent / "verify.yaml").read_text().split("\n# === ")[1:]
FRAGMENTS = {title: objects for title, _, objects in (case.partition("\n") for case in CASES)}
MARK = re.compile(r"#([!?]) (R0\d{3})")


def marks(text: str) -> set[tuple[str, int, str]]:
    """The findings that a text says must be there: code, line and severity."""
    return {
        (code, number, "error" if mark == "!" else "warning")
        for number, line in enumerate(text.splitlines(), start=1)
        for mark, code in MARK.findall(line)
    }


def compiled(folder: Path, objects: str, *, version: str = "1.36", environment: str = ENVIRONMENT) -> Compiled:
    """What compiling an environment with these plain documents yields."""
    files = {"environments/dev/environment.yaml": environment.replace("VERSION", version), OBJECTS: objects}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return compile_environment(FolderTree(folder), "dev")


@pytest.mark.parametrize("objects", FRAGMENTS.values(), ids=FRAGMENTS)
def test_finds_exactly_what_is_wrong_at_its_line(objects: str, tmp_path: Path) -> None:
    expected = marks(objects)
    found = compiled(tmp_path, objects).diagnostics
    places = {(item.code, item.span.line if item.span else 0, item.severity.value) for item in found}
    assert places == expected, "\n".join(map(str, found))
    assert all(item.span is not None and item.span.path == OBJECTS for item in found)


@pytest.mark.parametrize("version", ["1.33", "1.34", "1.35", "1.36", "1.37"])
def test_judges_by_the_version_of_the_environment(version: str, tmp_path: Path) -> None:
    assert compiled(tmp_path, POD, version=version).diagnostics == ()


def test_an_unknown_version_is_an_error_where_it_is_written(tmp_path: Path) -> None:
    (found,) = compiled(tmp_path, POD, version="1.99").diagnostics
    assert (found.code, str(found.span)) == ("R0607", "environments/dev/environment.yaml:7:48")
    assert found.help == "known versions: 1.25 to 1.37"


def test_a_field_is_named_as_people_write_it_with_what_was_meant(tmp_path: Path) -> None:
    (found,) = compiled(tmp_path, POD + "        prots: []\n").diagnostics
    assert found.message == "Deployment web: spec.template.spec.containers[web].prots is not a field"
    assert (found.help, found.field) == ("did you mean ports?", "spec.template.spec.containers.0.prots")
    assert found.span is not None
    assert (found.span.line, found.span.column, found.span.width) == (13, 9, len("prots"))


def test_a_value_is_never_told(tmp_path: Path) -> None:
    objects = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {password: hunter2}}\n"
    assert "hunter2" not in str(compiled(tmp_path, objects).diagnostics)


def test_a_capability_that_the_environment_lacks(tmp_path: Path) -> None:
    objects = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\n"
    environment = ENVIRONMENT.replace("[keda, istio, gatewayAPI]", "[istio]")
    found = compiled(tmp_path, objects, environment=environment).diagnostics
    assert {item.code for item in found} == {"R0606", "R0650"}


def test_too_much_text_is_told_at_the_longest_text(tmp_path: Path) -> None:
    texts = f"  a: short\n  b: {'x' * 600_000}\n  c: {'ä' * 300_000}\n"
    (found,) = lowered_findings("v1", "ConfigMap", {"data": load(texts.encode())[0][0]}, texts)
    assert (found.code, found.span and found.span.line) == ("R0613", 2)


def test_two_objects_of_one_name_tell_both_places(tmp_path: Path) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: agents\n"
    (found,) = compiled(tmp_path, namespace).diagnostics
    assert (found.code, str(found.span)) == ("R0651", f"{OBJECTS}:4:9")
    assert "Namespace agents comes from Environment/dev at environments/dev/environment.yaml:6:14" in found.label


def emitted_document(text: str) -> Layered:
    """An agent's document, as it stands in an environment."""
    (data,), _ = load(text.encode())
    key = SpecKey("Agent", "web")
    return Layered(key, data, (Document(AGENT_FILE, 0, data, text.encode()),))


def emitted_findings(lowered: Lowered, document: Layered) -> tuple[Diagnostic, ...]:
    """What is found in one object that was made from an agent's document."""
    text = ENVIRONMENT.replace("VERSION", "1.36")
    (data,), _ = load(text.encode())
    own = Layered(SpecKey("Environment", "dev"), data, (Document("e.yaml", 0, data, text.encode()),))
    (environment,), problems = parse([own], Memo())
    assert problems == ()
    known = {document.key: document, own.key: own}
    exported = export(environment, (), PackageAssets(), Memo())
    return verify((Product((lowered,)),), exported, known, ClusterSchemas(), (), Memo())


def lowered_findings(api_version: str, kind: str, fields: dict[str, object], text: str) -> tuple[Diagnostic, ...]:
    """What is found in one object whose `data` was copied from a document that has nothing else."""
    document = emitted_document(text)
    copied = Cause("agent/object.yaml", 7, (Source(document.key, ()),), exact=True)
    data = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web", "namespace": "agents"}, **fields}
    return emitted_findings(Lowered(data, document.key, {("data",): copied}, "agent/object.yaml"), document)


AGENT = "metadata:\n  name: web\nspec:\n  account: custom\n  ports: [8080]\n"


def pod(**spec: object) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "agents"},
        "spec": {"containers": [{"name": "web", "image": "web:1"}], **spec},
    }


def test_a_name_that_a_person_chose_is_doubted_and_one_that_roster_chose_is_wrong() -> None:
    document = emitted_document(AGENT)
    path = ("spec", "serviceAccountName")
    chosen = Cause("agent/pod.yaml", 3, (Source(document.key, ("spec", "account")),))
    made = Cause("agent/pod.yaml", 3, (Source(document.key, ("metadata", "name")),))
    (found,) = emitted_findings(
        Lowered(pod(serviceAccountName="custom"), document.key, {path: chosen}, "agent/pod.yaml"), document
    )
    assert (found.severity, found.code, str(found.span)) == (
        "warning",
        "R0633",
        "environments/dev/agents/web.yaml:4:12",
    )
    (found,) = emitted_findings(
        Lowered(pod(serviceAccountName="web-sa"), document.key, {path: made}, "agent/pod.yaml"), document
    )
    assert (found.severity, found.code, str(found.span)) == ("error", "R0633", f"{AGENT_FILE}:2:9")
    assert found.label == "from templates/agent/pod.yaml:3"


def test_a_template_of_ours_that_is_wrong_is_told_at_the_name_of_the_spec() -> None:
    document = emitted_document(AGENT)
    sources = {("spec", "hostNetwork"): Cause("agent/pod.yaml", 9, ())}
    lowered = Lowered(pod(hostNetwork="yes"), document.key, sources, "agent/pod.yaml")
    (found,) = emitted_findings(lowered, document)
    assert (found.code, str(found.span)) == ("R0602", f"{AGENT_FILE}:2:9")
    assert found.label == "from templates/agent/pod.yaml:9"


AGENT_PATH = "environments/prod/agents/agent-0.yaml"
AGENTS = {
    "a name that no ScaledObject fits": (
        {"name: agent-0": f"name: {'a' * 55}  #! R0610", "max: 20, cpu: 80": "max: 20, sessions: 4"},
        {},
    ),
    "an amount that is none": ({"{cpu: 250m, memory: 256Mi}": "{cpu: 250 m, memory: 256Mi}  #! R0624"}, {}),
    "a request above its limit": (
        {"{cpu: 250m, memory: 256Mi}": "{cpu: 250m, memory: 256Mi}  #! R0625", "512Mi": "128Mi"},
        {},
    ),
    "no request to scale by": ({"requests: {cpu: 250m, memory": "requests:  #! R0640\n        {memory"}, {}),
    "two facades under one host": (
        {
            "expose: {}\n    a2a:": "expose: {host: a.example.com}\n    a2a:\n      expose: {host: A.example.com}  #! R0636",
        },
        {},
    ),
    "an unknown field in Kubernetes' words": (
        {"env: {": "tolerations: [{key: gpu, operater: Exists}]  #! R0601\n    env: {"},
        {},
    ),
    "an unknown volume": ({"env: {": "volumes:\n      data: {emptyDirs: {}}  #! R0601\n    env: {"}, {}),
    "a ConfigMap of somebody else": (
        {
            "env: {": "env:\n      LATER: {configMapKeyRef: {name: later, key: a}}  #? R0633\n      NONE: {fieldRef: {",
            'LOG_LEVEL: info, INDEX: "0"}': "fieldPath: metadata.name}}",
        },
        {},
    ),
    "a plain document that has the name of an agent's object": (
        {},
        {"objects/web.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: agent-0  #! R0651\n"},
    ),
    "more text than a ConfigMap holds": (
        {},
        {
            "support.yaml": "apiVersion: roster.dev/v1alpha1\nkind: PromptPack\nmetadata: {name: support}\nspec:\n"
            "  version: 1.0.0\n  fragments:\n    short: a\n    long: {file: long.md}\n"
            "  prompts:\n    default:\n      system: {file: longer.md}  #! R0613\n",
            "long.md": "a" * 500_000,
            "longer.md": "a" * 600_000,
        },
    ),
}


@pytest.mark.parametrize(("changes", "more"), AGENTS.values(), ids=AGENTS)
def test_what_is_wrong_with_an_agents_objects_is_told_at_the_agents_line(
    changes: dict[str, str], more: dict[str, str], tmp_path: Path
) -> None:
    files = fleet(1)
    for before, after in changes.items():
        assert before in files[AGENT_PATH]
        files[AGENT_PATH] = files[AGENT_PATH].replace(before, after)
    files |= {f"environments/prod/{path}": text for path, text in more.items()}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = compile_environment(FolderTree(tmp_path), "prod").diagnostics
    places = {(item.span.path, item.code, item.span.line, item.severity.value) for item in found if item.span}
    assert places == {(path, *mark) for path, text in files.items() for mark in marks(text)}, found


FOREIGN = {
    "HTTPRoute": ("gateway.networking.k8s.io/v1", {"rules": [], "parentRefs": [{"name": "a"}], "hostnames": ["a.b"]}),
    "VirtualService": ("networking.istio.io/v1", {"hosts": ["a.b"], "http": [], "gatways": ["infra/public"]}),
    "DestinationRule": ("networking.istio.io/v1", {"host": "a", "trafficPolicy": {"loadBalancer": {}}}),
    "ScaledObject": ("keda.sh/v1alpha1", {"scaleTargetRef": {"name": "web"}, "triggers": [{"type": "cpu"}]}),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_we_emit_for_others_is_judged_by_our_own_schemas(kind: str) -> None:
    api_version, spec = FOREIGN[kind]
    document = emitted_document(AGENT)
    data = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}, "spec": spec}
    found = emitted_findings(Lowered(data, document.key, {}, "agent/object.yaml"), document)
    assert found
    assert {item.code for item in found} <= {"R0601", "R0603", "R0604"}
