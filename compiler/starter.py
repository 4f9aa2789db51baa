"""Starter: what a person wants to begin with -> the files of a fleet that validates, by path and text.

Every spec names its schema in its first line, which any editor with the YAML language server obeys. The settings for VS
Code are for files that come later: what lies in the base is a whole document, and elsewhere it may be an overlay.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.emit import one_line

WITH_KEY = ("claude", "openai", "gemini")
"""Types of providers whose endpoint asks for a key."""
ADDRESSES = {"ollama": "http://ollama:11434", "vllm": "http://vllm:8000/v1"}
"""Types of providers that run beside the agents -> the usual address."""
TYPES = (*WITH_KEY, *ADDRESSES, "mock")
"""The types of providers that a fleet can begin with."""
_NOT_SPECS = ("!environments/*/objects/**", "!environments/**/files/**")
_IGNORED = ".roster/"


@dataclass(frozen=True, slots=True)
class Place:
    """One environment to begin with."""

    name: str
    """Name of the environment, `dev`."""
    namespace: str
    """Namespace of its objects, `acme-dev`."""
    cluster: str = ""
    """Name of the kubeconfig context; empty for a folder in place of a cluster."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The agent that a fleet begins with, and the model it speaks with."""

    agent: str
    """Name of the agent, `assistant`."""
    provider: str
    """Type of the provider, and its name, `claude`."""
    model: str
    """What the provider calls the model, `claude-sonnet-4`."""
    image: str
    """Image of the agent's container, `registry.example.com/acme/assistant:0.1.0`."""


def starter(fleet: str, places: tuple[Place, ...], beginning: Beginning | None) -> Mapping[str, str]:
    """The files of these environments; with a beginning also those that all environments share."""
    return dict(_files(fleet, places, beginning))


def ignoring(text: str) -> str:
    """A .gitignore that leaves out what Roster keeps beside the fleet: the same text if it does already.

    Its lines end as the first one does.
    """
    if any(line.strip().strip("/") == _IGNORED.strip("/") for line in text.splitlines()):
        return text
    end = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    return f"{text}{'' if not text or text.endswith(chr(10)) else end}{_IGNORED}{end}"


def _files(fleet: str, places: tuple[Place, ...], beginning: Beginning | None) -> Iterator[tuple[str, str]]:
    if beginning is not None:
        yield "environments/base/environment.yaml", _base(fleet)
        yield f"environments/base/providers/{beginning.provider}.yaml", _provider(beginning)
        pack = f"environments/base/prompts/{beginning.agent}/1.0.0"
        yield f"{pack}/pack.yaml", _pack(beginning)
        yield f"{pack}/system.md", _SYSTEM
        yield f"environments/base/agents/{beginning.agent}.yaml", _agent(beginning)
    for place in places:
        yield f"environments/{place.name}/environment.yaml", _environment(place)
    yield ".vscode/settings.json", _json({"yaml.schemas": _schemas()})
    yield ".vscode/extensions.json", _json({"recommendations": ["redhat.vscode-yaml"]})


def _schemas() -> Mapping[str, list[str]]:
    """Schema -> the files it is for: in the base whole documents, elsewhere what may be an overlay."""
    return {
        "./schemas/any.json": ["environments/base/*/**/*.yaml", *_NOT_SPECS],
        "./schemas/overlay/any.json": ["environments/*/**/*.yaml", "!environments/base/*/**", *_NOT_SPECS],
    }


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(data, indent=2) + "\n"


def _head(kind: str, name: str, schema: str) -> str:
    return (
        f"# yaml-language-server: $schema={schema}\n"
        f"apiVersion: roster.dev/v1alpha1\nkind: {kind}\nmetadata:\n  name: {one_line(name)}\nspec:\n"
    )


def _base(fleet: str) -> str:
    return f"""{_head("Environment", "base", "../../schemas/overlay/environment.json")}\
  fleet: {one_line(fleet)}
  abstract: true                           # never compiled by itself, only as a base of the others
  images: {{pullPolicy: IfNotPresent}}
"""


def _environment(place: Place) -> str:
    target = f"kubernetes: {{cluster: {json.dumps(place.cluster)}}}  # name of the kubeconfig context"
    if not place.cluster:
        target = f"directory: {{path: {one_line(place.name)}}}   # a folder below .roster/, in place of a cluster"
    return f"""{_head("Environment", place.name, "../../schemas/overlay/environment.json")}\
  bases: [../base]
  target:
    {target}
  namespace: {one_line(place.namespace)}
"""


def _provider(beginning: Beginning) -> str:
    name = beginning.provider
    lines = [f"  type: {name}"]
    if name in WITH_KEY:
        lines.append(f"  keyFrom: {{secretKeyRef: {{name: {name}, key: api-key}}}}   # the Secret is yours to make")
    if name in ADDRESSES:
        lines.append(f"  baseURL: {ADDRESSES[name]}")
    lines += ["  models:", "    default:", f"      model: {json.dumps(beginning.model)}"]
    return "\n".join((_head("Provider", name, "../../../schemas/provider.json") + lines[0], *lines[1:], ""))


def _pack(beginning: Beginning) -> str:
    return f"""{_head("PromptPack", beginning.agent, "../../../../../schemas/promptpack.json")}\
  version: 1.0.0
  prompts:
    default:
      system: {{file: system.md}}
"""


_SYSTEM = """\
You are a helpful assistant.
Answer briefly, and say so when you do not know.
"""


def _agent(beginning: Beginning) -> str:
    return f"""{_head("Agent", beginning.agent, "../../../schemas/agent.json")}\
  description: Answers questions.
  framework: {{type: custom, image: {json.dumps(beginning.image)}}}
  prompts: {{pack: {one_line(beginning.agent)}}}             # the newest stable version
  models:
    default: {{use: {beginning.provider}/default}}
  facades:
    websocket: {{port: 8080}}
  runtime:
    resources:
      requests: {{cpu: 100m, memory: 256Mi}}
    scale: {{replicas: 1}}
"""
