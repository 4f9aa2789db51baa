"""A small fleet for tests of templates: one daemon of a runtime of its own, and how its compilation is printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.compiled import Compiled
from compiler.pipeline import compile_environment
from compiler.reports.gather import gather
from compiler.reports.text import render
from compiler.tree import Entry

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  namespace: agents
  target: {directory: {path: dev}}
"""
PROVIDER = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: claude}
spec:
  type: claude
  keyFrom: {secretKeyRef: {name: anthropic, key: api-key}}
  models: {sonnet: {model: claude-sonnet-4}}
"""
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: support}
spec:
  version: 1.0.0
  prompts: {default: {system: "Speak with {{customer}}, and never say {% raw %}."}}
"""
AGENT = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata: {name: support}
spec:
  framework: {type: custom, image: example/agent:1}
  prompts: {pack: support}
  models: {default: {use: claude/sonnet}}
  facades:
    websocket: {port: 8080}
  runtime:
    env: {LEVEL: info}
"""
FLEET = {
    "environments/dev/environment.yaml": ENVIRONMENT,
    "environments/dev/claude.yaml": PROVIDER,
    "environments/dev/pack.yaml": PACK,
    "environments/dev/support.yaml": AGENT,
}


@dataclass(frozen=True)
class MemoryTree:
    """A tree of texts by path."""

    files: Mapping[str, bytes]
    links: Mapping[str, str] = field(default_factory=dict)
    name: str = "work folder"

    def entries(self, folder: str) -> tuple[Entry, ...]:
        inside = f"{folder}/" if folder else ""
        files = [Entry(path, len(content)) for path, content in self.files.items() if path.startswith(inside)]
        links = [Entry(path, 0, link) for path, link in self.links.items() if path.startswith(inside)]
        return tuple(sorted([*files, *links]))

    def read(self, path: str) -> bytes:
        return self.files[path]


def tree(files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> MemoryTree:
    """The fleet with these files over it."""
    contents = {path: text if isinstance(text, bytes) else text.encode() for path, text in {**FLEET, **files}.items()}
    return MemoryTree(contents, links or {})


def compiled(files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> Compiled:
    """The fleet with these files over it, compiled."""
    return compile_environment(tree(files, links), "dev")


def printed(files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> str:
    """What a terminal shows of the findings."""
    whole = tree(files, links)
    return render(gather([compile_environment(whole, "dev")]), whole, colour=False, limit=None)
