"""Editors: what the stock YAML language server offers, says and marks in a fleet, asked over its own protocol."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.commands.schema import editor_schemas
from compiler.fleet import environment_names
from compiler.memo import Memo
from compiler.overlay import overlay
from compiler.read import read
from compiler.starter import Beginning, Place, starter
from compiler.trees.folder import FolderTree
from tests.editor.install import Unavailable, install
from tests.editor.language_server import LanguageServer, running

ROOT = Path(__file__).parents[2]
OFFLINE = {"yaml.schemaStore.enable": False, "yaml.kubernetesCRDStore.enable": False}
"""Settings of the tests alone: the server would ask the network for schemas of files that are not ours."""
AGENT = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata:
  name: support
spec:
"""
PROVIDER = AGENT.replace("Agent", "Provider")
BASE, OVERLAY = "environments/base/agents", "environments/prod/agents"
"""Folders; files that name no schema get it by the settings."""


@pytest.fixture(scope="module")
def command() -> tuple[str, ...]:
    """What runs the server; where it cannot be had the tests are skipped, but never in CI."""
    try:
        return install()
    except Unavailable as why:
        message = f"No language server: {why}."
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="module")
def server(command: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """A server for a fleet that `roster init` has made, with the settings that it wrote."""
    fleet = tmp_path_factory.mktemp("fleet")
    beginning = Beginning("assistant", "claude", "claude-sonnet-4", "registry.example.com/assistant:1")
    files = dict(starter("acme", (Place("dev", "dev"), Place("prod", "prod", "prod-eu")), beginning))
    files |= {f"schemas/{name}": text for name, text in editor_schemas().items()}
    for path, text in files.items():
        (fleet / path).parent.mkdir(parents=True, exist_ok=True)
        (fleet / path).write_text(text)
    settings = json.loads(files[".vscode/settings.json"])
    with running(command, fleet, {**settings, **OFFLINE}) as started:
        yield started


def marked(text: str) -> tuple[str, int, int]:
    """A text without its `|`, and the line and column where it stood."""
    before, _, after = text.partition("|")
    return before + after, before.count("\n"), len(before) - before.rfind("\n") - 1


FACADES = {"websocket", "rest", "a2a", "mcp", "custom"}
COMPLETED = {
    "the facades": (BASE, f"{AGENT}  prompts: {{pack: a}}\n  facades:\n    |", FACADES),
    "the facades, the first letters being there": (
        BASE,
        f"{AGENT}  facades:\n    we|\n  prompts: {{pack: a}}\n",
        FACADES,
    ),
    "the facades in an overlay": (OVERLAY, f"{AGENT}  facades:\n    |", {*FACADES, "$remove", "$replace"}),
    "what there is beside a removal": (
        OVERLAY,
        f"{AGENT}  facades:\n    $remove: [rest]\n    |",
        {*FACADES, "$replace"},
    ),
    "the values of a field": (
        BASE,
        f"{AGENT}  mode: |\n  facades: {{}}\n  prompts: {{pack: a}}\n",
        {"daemon", "function"},
    ),
    "the values of a field in an overlay": (OVERLAY, f"{AGENT}  mode: |\n", {"daemon", "function"}),
    "the values in a list": (
        BASE,
        f"{PROVIDER}  type: claude\n  models:\n    sonnet:\n      capabilities:\n      - |",
        {"text", "streaming", "vision", "tools", "json", "audio", "video", "documents", "duplex"},
    ),
    "the kinds": (
        BASE,
        "apiVersion: roster.dev/v1alpha1\nkind: |",
        {"Environment", "Provider", "PromptPack", "ToolRegistry", "Agent"},
    ),
}


@pytest.mark.parametrize("name", COMPLETED)
def test_it_completes(name: str, server: LanguageServer) -> None:
    folder, sketch, offered = COMPLETED[name]
    text, line, column = marked(sketch)
    items = server.open(folder, text).completions(line, column)
    assert {item["label"] for item in items} == offered


HOVERED = {
    "a field": (BASE, f"{AGENT}  fac|ades: {{}}\n", "How it is reached, by protocol; at least one."),
    "a field of an overlay": (OVERLAY, f"{AGENT}  fac|ades: {{}}\n", "How it is reached, by protocol; at least one."),
    "a field inside": (
        BASE,
        f"{AGENT}  session:\n    tt|l: 24h\n",
        "How long an idle conversation is kept, `24h`.",
    ),
    "a field in a map that a person names": (
        OVERLAY,
        f"{AGENT}  models:\n    judge:\n      us|e: claude/sonnet\n",
        "Provider and model, `claude/sonnet-4`.",
    ),
    "a directive": (
        OVERLAY,
        f"{AGENT}  facades:\n    $rem|ove: [rest]\n",
        "Names in this map that lower layers set and this one removes.",
    ),
}


@pytest.mark.parametrize("name", HOVERED)
def test_it_says_what_is_under_the_pointer(name: str, server: LanguageServer) -> None:
    folder, sketch, words = HOVERED[name]
    text, line, column = marked(sketch)
    said = server.open(folder, text).hover(line, column).replace("\\`", "`")
    assert words in said.split("\n")


WHOLE = f"{AGENT}  prompts: {{pack: a}}\n  facades: {{websocket: {{}}}}\n"
FAULTS = {
    "a right document": (BASE, WHOLE, []),
    "an unknown field": (BASE, f"{WHOLE}  facade: {{}}\n", [(7, "Property facade is not allowed.")]),
    "an unknown field in an overlay": (OVERLAY, f"{AGENT}  facade: {{}}\n", [(5, "Property facade is not allowed.")]),
    "an unknown facade in an overlay": (
        OVERLAY,
        f"{AGENT}  facades:\n    $remove: [a2a]\n    websock: {{}}\n",
        [(7, "Property websock is not allowed.")],
    ),
    "a field that is missing": (BASE, f"{AGENT}  prompts: {{pack: a}}\n", [(4, 'Missing property "facades".')]),
    "the same, left to the base": (OVERLAY, f"{AGENT}  prompts: {{pack: a}}\n", []),
    "a removal outside an overlay": (
        BASE,
        WHOLE.replace("websocket", "$remove: [a], websocket"),
        [(6, "Property $remove is not allowed.")],
    ),
    "a value that is not allowed": (
        OVERLAY,
        f"{AGENT}  mode: demon\n",
        [(5, 'Value is not accepted. Valid values: "daemon", "function".')],
    ),
    "a key from two places": (
        BASE,
        f"{PROVIDER}  type: claude\n  models: {{a: {{model: b}}}}\n  keyFrom: {{env: A, file: /a}}\n",
        [(7, "a key comes from secretKeyRef, env or file; write exactly one of the three")],
    ),
    "an unknown kind": (
        BASE,
        "apiVersion: roster.dev/v1alpha1\nkind: Agnet\nmetadata: {name: a}\n",
        [
            (
                1,
                'Value is not accepted. Valid values: "Environment", "Provider", "PromptPack", "ToolRegistry", "Agent".',
            )
        ],
    ),
    "a plain Kubernetes document": ("environments/prod/objects", "kind: ConfigMap\nfoo: bar\n", []),
    "a payload": ("environments/base/tools/files", "openapi: 3.1.0\n", []),
    "an environment that says its target elsewhere": (
        "environments/base",
        f"{AGENT.replace('Agent', 'Environment')}  fleet: acme\n",
        [],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_it_marks(name: str, server: LanguageServer) -> None:
    folder, text, faults = FAULTS[name]
    found = server.open(folder, text).faults
    assert [(item["range"]["start"]["line"], item["message"]) for item in found] == faults


def test_the_first_line_of_a_file_says_more_than_the_settings(server: LanguageServer) -> None:
    head = "# yaml-language-server: $schema=../../../schemas/agent.json\n"
    found = server.open(OVERLAY, f"{head}{AGENT}  prompts: {{pack: a}}\n").faults
    assert [item["message"] for item in found] == ['Missing property "facades".']


def example_files() -> list[str]:
    """Every document of the example fleet."""
    tree = FolderTree(ROOT)
    found = set()
    for name in environment_names(tree):
        merged, _ = overlay(read(tree, name, Memo())[0], (), Memo())
        for layered in (*merged.specs, *([merged.environment] if merged.environment else [])):
            found |= {document.path for document in layered.layers}
    return sorted(found)


def test_an_editor_finds_nothing_wrong_with_the_example_fleet(command: tuple[str, ...], tmp_path: Path) -> None:
    """It has no settings: the first line of each file is enough."""
    for name in ("environments", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    with running(command, tmp_path, OFFLINE) as started:
        for path in example_files():
            folder, text = path.rpartition("/")[0], (tmp_path / path).read_text()
            assert (path, started.open(folder, text).faults) == (path, [])
            broken = started.open(folder, text.replace("\nspec:\n", "\nspec:\n  nmae: a\n"))
            assert [item["message"] for item in broken.faults] == ["Property nmae is not allowed."]
