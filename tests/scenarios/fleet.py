"""The fleet that scenarios begin with: one agent of its own image, its pack, its provider."""

AGENT = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata: {name: NAME}
spec:
  framework: {type: custom, image: example/agent:1}
  prompts: {pack: NAME}
  models:
    default: {use: claude/sonnet}
  facades:
    websocket: {port: 8080}
  runtime:
    scale: {replicas: 2}
"""
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: NAME}
spec:
  version: 1.0.0
  prompts:
    default: {system: {file: NAME.md}}
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


def environment(namespace: str, context: str, extra: str = "", *, fleet: str = "acme", name: str = "prod") -> str:
    """The environment's document."""
    return f"""\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {{name: {name}}}
spec:
  fleet: {fleet}
  namespace: {namespace}
  target: {{kubernetes: {{cluster: {context}}}}}
  sync: {{interval: 1s}}
{extra}"""


def agent(name: str, prompt: str = "Be kind.\n", spec: str = AGENT) -> dict[str, str]:
    """The files of one agent with a pack of its own."""
    return {
        f"environments/prod/agents/{name}.yaml": spec.replace("NAME", name),
        f"environments/prod/prompts/{name}.yaml": PACK.replace("NAME", name),
        f"environments/prod/prompts/{name}.md": prompt,
    }


def fleet(namespace: str, context: str, *agents: str, extra: str = "") -> dict[str, str]:
    """The files of a fleet of such agents in the environment `prod`."""
    files = {
        "environments/prod/environment.yaml": environment(namespace, context, extra, fleet=namespace),
        "environments/prod/claude.yaml": PROVIDER,
    }
    for name in agents or ("support",):
        files |= agent(name)
    return files
