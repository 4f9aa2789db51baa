"""What a person gets wrong in a fleet: the code, the place and the remedy of each mistake, through the whole compiler."""

from pathlib import Path
from textwrap import dedent

import pytest

from compiler.assets import PackageAssets
from compiler.errors import RosterError, UsageError
from compiler.kinds import KINDS
from compiler.metadata import Metadata
from compiler.misfits.misfit_words import pattern_words
from compiler.pipeline import compile_environment
from compiler.spec_schemas.model_schema import model_schema
from compiler.templating.template_compiler import compile_template
from compiler.trees.folder import FolderTree

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  namespace: dev
  target: {directory: {path: dev}}
"""
PROVIDER = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: claude}
spec:
  type: claude
  keyFrom: {secretKeyRef: {name: anthropic, key: api-key}}
  models:
    sonnet: {model: claude-sonnet-4, capabilities: [text, tools]}
"""
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: support}
spec:
  version: 1.0.0
  prompts:
    default: {system: Be kind.}
"""
AGENT = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata: {name: support}
spec:
  framework: {type: custom, image: example/agent:1}
  prompts: {pack: support}
  models:
    default: {use: claude/sonnet}
  facades:
    websocket: {port: 8080}
"""
FLEET = {
    "environments/dev/environment.yaml": ENVIRONMENT,
    "environments/dev/providers/claude.yaml": PROVIDER,
    "environments/dev/prompts/support.yaml": PACK,
    "environments/dev/agents/support.yaml": AGENT,
}
AGENT_FILE = "environments/dev/agents/support.yaml"
PACK_FILE = "environments/dev/prompts/support.yaml"
PROVIDER_FILE = "environments/dev/providers/claude.yaml"


def compiled(root: Path, files: dict[str, str | bytes]):
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
    return compile_environment(FolderTree(root), "dev")


def agent(*replacements: tuple[str, str]) -> dict[str, str]:
    text = AGENT
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return {AGENT_FILE: text}


MISTAKES = {
    "an unknown field": (
        agent(("facades:", "facade:")),
        [("R0301", f"{AGENT_FILE}:9:3", "did you mean facades?")],
    ),
    "a wrong type": (
        agent(("port: 8080", 'port: "8080"')),
        [("R0302", f"{AGENT_FILE}:10:23", "port: it must be a whole number")],
    ),
    "a runtime that nobody knows": (
        agent(("type: custom", "type: costum")),
        [("R0808", f"{AGENT_FILE}:5:21", "did you mean custom?")],
    ),
    "a value out of range": (agent(("8080", "80800")), [("R0304", f"{AGENT_FILE}:10:23", "65535")]),
    "a value that is not allowed": (
        agent(("framework: {type: custom,", "mode: deamon\n  framework: {type: custom,")),
        [("R0304", f"{AGENT_FILE}:5:9", "did you mean daemon?")],
    ),
    "a value that is not allowed in a list": (
        agent(("{use: claude/sonnet}", "{use: claude/sonnet, requires: [tools, flying]}")),
        [("R0304", f"{AGENT_FILE}:8:53", "requires[1] must be text, streaming")],
    ),
    "a text where a map is needed": (
        agent(("{pack: support}", "support")),
        [("R0302", f"{AGENT_FILE}:6:12", "prompts: it must be a map")],
    ),
    "a map where a text is needed": (
        agent(("spec:\n", "spec:\n  description: {a: b}\n")),
        [("R0302", f"{AGENT_FILE}:5:3", "description: it must be text")],
    ),
    "a number where a text or a file is needed": (
        {PACK_FILE: PACK.replace("Be kind.", "5")},
        [("R0302", f"{PACK_FILE}:7:23", "system: it must be text or {file: path}; quote the value")],
    ),
    "a file without its name": (
        {PACK_FILE: PACK.replace("Be kind.", "{path: a.md}")},
        [
            ("R0303", f"{PACK_FILE}:7:15", "spec.prompts.default.system lacks file"),
            ("R0301", f"{PACK_FILE}:7:24", "spec.prompts.default.system has no field path  known fields: file"),
        ],
    ),
    "a name in a map that is no name": (
        agent(("    default:", "    Judge:")),
        [("R0304", f"{AGENT_FILE}:8:5", "the name Judge: it must be lower-case letters, digits and -")],
    ),
    "a version that is none": (
        {PACK_FILE: PACK.replace("1.0.0", '"1"')},
        [("R0304", f"{PACK_FILE}:5:12", "version: it must be a version of three numbers, 1.4.0")],
    ),
    "a map with nothing in it": (
        {PROVIDER_FILE: PROVIDER[: PROVIDER.index("  models:")] + "  models: {}\n"},
        [("R0304", f"{PROVIDER_FILE}:7:3", "models: it must have at least 1 entry")],
    ),
    "an empty value": (
        agent(("{port: 8080}", "{port: null}")),
        [("R0302", f"{AGENT_FILE}:10:23", "write a value, or remove the field")],
    ),
    "a facade with nothing in it": (
        agent(("websocket: {port: 8080}", "websocket:")),
        [("R0302", f"{AGENT_FILE}:10:15", "websocket: it must be a map  write a value, or remove the field")],
    ),
    "an empty value of a field that may be left out": (
        agent(("spec:\n", "spec:\n  description: null\n")),
        [("R0302", f"{AGENT_FILE}:5:16", "description: it must be text  write a value, or remove the field")],
    ),
    "a temperature as text that is no number": (
        agent(("{use: claude/sonnet}", "{use: claude/sonnet, parameters: {temperature: nan}}")),
        [("R0304", f"{AGENT_FILE}:8:61", "a number in quotes")],
    ),
    "a temperature that is a truth value": (
        agent(("{use: claude/sonnet}", "{use: claude/sonnet, parameters: {temperature: true}}")),
        [("R0302", f"{AGENT_FILE}:8:61", "temperature: it must be text or a number")],
    ),
    "a temperature that no model takes": (
        agent(("{use: claude/sonnet}", '{use: claude/sonnet, parameters: {temperature: "2.5", topP: -1}}')),
        [
            ("R0307", f"{AGENT_FILE}:8:61", "2.5 is not from 0 to 2"),
            ("R0304", f"{AGENT_FILE}:8:74", "topP: it must be at least 0"),
        ],
    ),
    "a field beside the four of a document": (
        agent(("spec:\n", "owner: ana\nspec:\n")),
        [("R0301", f"{AGENT_FILE}:4:1", "move it into spec, or remove it")],
    ),
    "a spec of an API that is not ours": (
        agent(("roster.dev/v1alpha1", "v1")),
        [("R0111", f"{AGENT_FILE}:1:13", "write apiVersion: roster.dev/v1alpha1")],
    ),
    "no apiVersion": (
        agent(("apiVersion: roster.dev/v1alpha1\n", "")),
        [("R0109", f"{AGENT_FILE}:1:1", "add apiVersion: roster.dev/v1alpha1")],
    ),
    "a list of objects, as kubectl prints it": (
        {
            "environments/dev/objects/x.yaml": "apiVersion: v1\nkind: List\nitems:\n- {kind: Secret, data: {a: aHVudGVy}}\n"
        },
        [("R0109", "environments/dev/objects/x.yaml:2:7", "write each of its items as a document of its own")],
    ),
    "an empty name": (
        agent(("{name: support}", '{name: ""}')),
        [("R0109", f"{AGENT_FILE}:1:1", "no metadata.name")],
    ),
    "a field that comes later": (
        agent(("spec:\n", "spec:\n  memory: {enabled: true}\n")),
        [("R0305", f"{AGENT_FILE}:5:3", "comes in a later version")],
    ),
    "a missing reference": (
        agent(("claude/sonnet", "cluade/sonnet")),
        [("R0203", f"{AGENT_FILE}:8:20", "did you mean claude? (environments/dev/providers/claude.yaml:3:18)")],
    ),
    "a missing model": (
        agent(("claude/sonnet", "claude/sonet")),
        [("R0204", f"{AGENT_FILE}:8:20", "did you mean sonnet?")],
    ),
    "no model": (agent(("claude/sonnet", "claude")), [("R0204", f"{AGENT_FILE}:8:20", "write claude/sonnet")]),
    "a missing version": (
        agent(("{pack: support}", "{pack: support, version: 2.0.0}")),
        [("R0205", f"{AGENT_FILE}:6:37", "it has 1.0.0")],
    ),
    "a duplicate name": (
        {"environments/dev/agents/again.yaml": AGENT},
        [("R0201", f"{AGENT_FILE}:3:18", "also declared at environments/dev/agents/again.yaml:3:18")],
    ),
    "a name that is too long": (
        agent(("{name: support}", "{name: " + "a" * 64 + "}")),
        [("R0304", f"{AGENT_FILE}:3:18", "63")],
    ),
    "an unknown kind": (agent(("kind: Agent", "kind: Agnet")), [("R0202", f"{AGENT_FILE}:2:7", "did you mean Agent?")]),
    "a kind that comes later": (
        {"environments/dev/team.yaml": "apiVersion: roster.dev/v1alpha1\nkind: Team\nmetadata: {name: a}\nspec: {}\n"},
        [("R0202", "environments/dev/team.yaml:2:7", "later version")],
    ),
    "another version of the API": (
        agent(("v1alpha1", "v2")),
        [("R0202", f"{AGENT_FILE}:1:13", "write roster.dev/v1alpha1")],
    ),
    "no spec": (agent((AGENT[AGENT.index("spec:") :], "")), [("R0303", f"{AGENT_FILE}:1:1", "has no spec")]),
    "no kind": (
        {AGENT_FILE: "apiVersion: roster.dev/v1alpha1\nmetadata: {name: a}\n"},
        [("R0109", f"{AGENT_FILE}:1:1", "no kind")],
    ),
    "a list for a document": ({AGENT_FILE: "- a\n"}, [("R0109", f"{AGENT_FILE}:1:1", "no apiVersion and no kind")]),
    "a duplicate key": (
        agent(("spec:\n", "spec:\n  mode: daemon\n  mode: daemon\n")),
        [("R0104", f"{AGENT_FILE}:6:3", "line 5")],
    ),
    "a file of 10 MB": ({AGENT_FILE: b"#" * 10_000_000}, [("R0101", f"{AGENT_FILE}:1:1", "10,000,000 bytes")]),
    "a file that is not UTF-8": ({AGENT_FILE: b"a: \xff\xfe\n"}, [("R0102", f"{AGENT_FILE}:1:4", "as UTF-8")]),
    "a plain document among specs": (
        {"environments/dev/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
        [("R0111", "environments/dev/x.yaml:2:7", "environments/dev/objects/")],
    ),
    "an environment in another file": (
        {"environments/dev/copy.yaml": ENVIRONMENT},
        [("R0111", "environments/dev/copy.yaml:2:7", "environments/NAME/environment.yaml")],
    ),
    "a spec beside an environment": (
        {"environments/dev/environment.yaml": f"{PROVIDER.replace('claude}', 'other}')}---\n{ENVIRONMENT}"},
        [("R0111", "environments/dev/environment.yaml:2:7", "a file of its own")],
    ),
    "a base that does not exist": (
        {"environments/dev/environment.yaml": ENVIRONMENT + "  bases: [../basis]\n"},
        [("R0112", "environments/dev/environment.yaml:8:11", "environments/basis does not exist")],
    ),
    "bases in a circle": (
        {
            "environments/dev/environment.yaml": ENVIRONMENT + "  bases: [../base]\n",
            "environments/base/environment.yaml": ENVIRONMENT.replace("{name: dev}", "{name: base}")
            + "  bases: [../dev]\n",
        },
        [("R0112", "environments/base/environment.yaml:8:11", "circle")],
    ),
    "an object of another namespace": (
        {"environments/dev/objects/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n"},
        [("R0502", "environments/dev/objects/x.yaml:3:32", "remove the namespace")],
    ),
    "a removal that names no text": (
        agent(("{port: 8080}", "{port: 8080}\n    $remove: [{rest: a2a}]")),
        [("R0402", f"{AGENT_FILE}:11:15", "$remove lists names, and this is a map")],
    ),
    "labels of an object that are a list": (
        {
            "environments/dev/objects/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: [team]\n"
        },
        [("R0602", "environments/dev/objects/x.yaml:5:3", "write names and values")],
    ),
    "a facade of another mode": (
        agent(("websocket: {port: 8080}", "rest: {}")),
        [("R0520", f"{AGENT_FILE}:10:5", "daemon")],
    ),
    "a requirement that is not met": (
        agent(("{use: claude/sonnet}", "{use: claude/sonnet, requires: [vision]}")),
        [("R0525", f"{AGENT_FILE}:8:20", "cannot do vision")],
    ),
    "scaling by what is not there": (
        agent(("  facades:", "  runtime: {scale: {max: 9, sessions: 5}}\n  facades:")),
        [("R0532", f"{AGENT_FILE}:9:39", "capabilities"), ("R0532", f"{AGENT_FILE}:9:39", "metrics")],
    ),
    "a fixed number and a range": (
        agent(("  facades:", "  runtime: {scale: {max: 9, replicas: 5}}\n  facades:")),
        [("R0531", f"{AGENT_FILE}:9:39", "replicas")],
    ),
    "an exposed facade without a gateway": (
        agent(("{port: 8080}", "{expose: {}}")),
        [("R0533", f"{AGENT_FILE}:10:17", "gateway")],
    ),
    "a label of Roster's own": (
        agent(("  facades:", "  runtime: {labels: {roster.dev/name: x}}\n  facades:")),
        [("R0534", f"{AGENT_FILE}:9:39", "remove it")],
    ),
    "a store that is not there": (
        agent(("  facades:", "  session: {store: reddis}\n  facades:")),
        [("R0528", f"{AGENT_FILE}:9:20", "no store reddis")],
    ),
}


BROKEN = [
    (
        "a misspelt field in one, a missing reference in another",
        {PACK_FILE: PACK + "  titel: x\n"} | agent(("claude/", "gpt/")),
        ["R0203", "R0301"],
    ),
    ("a reference to what is not well formed", {PROVIDER_FILE: PROVIDER.replace("type:", "tpye:")}, ["R0301"]),
    ("a reference to a version of what is not well formed", {PACK_FILE: PACK.replace("1.0.0", "1.0")}, ["R0302"]),
    (
        "a reference to a kind that is misspelt",
        {PROVIDER_FILE: PROVIDER.replace("kind: Provider", "kind: Provder")},
        ["R0202"],
    ),
    (
        "an environment that is not well formed",
        {"environments/dev/environment.yaml": ENVIRONMENT.replace("fleet", "fleat")} | agent(("claude/", "gpt/")),
        ["R0301"],
    ),
]


@pytest.mark.parametrize(("changes", "codes"), [row for _, *row in BROKEN], ids=[name for name, *_ in BROKEN])
def test_what_is_well_formed_is_linked_beside_what_is_not_and_no_echo_is_told(tmp_path, changes, codes):
    assert [item.code for item in compiled(tmp_path, {**FLEET, **changes}).diagnostics] == codes


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_told_at_its_place_with_its_remedy(tmp_path, name):
    changes, expected = MISTAKES[name]
    result = compiled(tmp_path, {**FLEET, **changes})
    assert result.bundle is None
    found = [(item.code, str(item.span)) for item in result.diagnostics]
    assert found == [(code, place) for code, place, _ in expected]
    for item, (_, _, words) in zip(result.diagnostics, expected, strict=True):
        assert words in " ".join((item.message, item.label, item.help))


def test_the_fleet_of_these_tests_is_right(tmp_path):
    result = compiled(tmp_path, FLEET)
    assert result.diagnostics == ()
    assert result.bundle is not None


def test_what_any_pattern_of_a_spec_means_is_told_in_words():
    schemas = [model_schema(kind.spec) for kind in KINDS.values()]
    patterns = {pattern for schema in (*schemas, model_schema(Metadata)) for pattern in patterns_of(schema)}
    assert {pattern for pattern in patterns if pattern_words(pattern) == f"match {pattern}"} == set()


def patterns_of(schema) -> set[str]:
    """Every pattern in a schema, of values and of names in maps."""
    if isinstance(schema, list):
        return set().union(*map(patterns_of, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    return own.union(*map(patterns_of, schema.values()))


def test_a_text_that_an_overlay_names_lies_beside_the_overlay(tmp_path):
    base = PACK.replace("Be kind.", "{file: system.md}")
    over = "apiVersion: roster.dev/v1alpha1\nkind: PromptPack\nmetadata: {name: support}\nspec:\n  version: 1.0.0\n"
    files = {
        "environments/base/environment.yaml": ENVIRONMENT.replace("spec:\n", "spec:\n  abstract: true\n"),
        "environments/base/prompts/support.yaml": base,
        "environments/base/prompts/system.md": "below",
        "environments/dev/environment.yaml": ENVIRONMENT + "  bases: [../base]\n",
        "environments/dev/other/system.md": "above",
    }
    changed = {"environments/dev/other/support.yaml": over + "  prompts: {default: {system: {file: system.md}}}\n"}
    for more, text in (({}, "below"), (changed, "above")):
        without = {path: content for path, content in FLEET.items() if path != PACK_FILE}
        result = compiled(tmp_path, {**without, **files, **more})
        packs = [item for item in result.bundle.objects if item.key.name.startswith("support-pack")]
        assert [text in item.data["data"]["pack.json"] for item in packs] == [True]


def test_a_fault_of_a_template_is_told_in_a_sentence_and_is_not_blamed_on_the_specs(tmp_path, monkeypatch):
    wrong = compile_template("agent/deployment.yaml", b'kind: Deployment\nname: "a {{ environment }}"\n')
    monkeypatch.setattr(PackageAssets, "template", lambda self, path: wrong)
    with pytest.raises(RosterError) as caught:
        compiled(tmp_path, FLEET)
    assert caught.value.message == "templates/agent/deployment.yaml:2: only text and numbers can stand inside a text"
    assert "not of the specs" in caught.value.help


def test_a_secret_is_left_out_and_its_values_are_never_shown(tmp_path):
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n"
    result = compiled(tmp_path, {**FLEET, "environments/dev/objects/s.yaml": secret})
    (warning,) = result.diagnostics
    assert (warning.code, warning.severity, warning.label) == ("R0501", "warning", "its keys: password")
    assert "hunter2" not in repr(result)
    assert all(item.key.kind != "Secret" for item in result.bundle.objects)


def test_a_link_out_of_the_repository_is_refused_and_one_inside_is_followed(tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_text(AGENT.replace("name: support", "name: stolen"))
    root = tmp_path / "fleet"
    (root / "environments/dev/agents").mkdir(parents=True)
    (root / "environments/dev/agents/stolen.yaml").symlink_to(outside)
    (told,) = compiled(root, FLEET).diagnostics
    assert (told.code, str(told.span)) == ("R0108", "environments/dev/agents/stolen.yaml:1:1")
    (root / "environments/dev/agents/stolen.yaml").unlink()
    (root / "shared.yaml").write_text(AGENT.replace("name: support", "name: shared"))
    (root / "environments/dev/agents/linked.yaml").symlink_to("../../../shared.yaml")
    result = compiled(root, FLEET)
    assert result.diagnostics == ()
    assert {item.key.name for item in result.bundle.objects if item.key.kind == "Deployment"} == {"support", "shared"}


def test_an_environment_that_does_not_exist_is_a_usage_error_with_a_suggestion(tmp_path):
    compiled(tmp_path, FLEET)
    with pytest.raises(UsageError) as caught:
        compile_environment(FolderTree(tmp_path), "dve")
    assert (caught.value.message, caught.value.help) == ("there is no environment named dve", "did you mean dev?")
