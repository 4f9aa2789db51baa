"""Fleets: how many agents -> the files of a fleet of that size, about eight objects an agent."""

from pathlib import Path

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec:
  fleet: acme
  namespace: agents
  target: {directory: {path: prod}}
  capabilities: [istio, keda]
  gateway: {name: public, namespace: infra, domain: agents.example.com}
  metrics: {prometheus: "http://prometheus.monitoring:9090"}
  stores: {redis: {urlFrom: {secretKeyRef: {name: redis, key: url}}}}
"""
PROVIDER = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: claude}
spec:
  type: claude
  keyFrom: {secretKeyRef: {name: anthropic, key: api-key}}
  models:
    sonnet: {model: claude-sonnet-4, capabilities: [text, streaming, vision, tools]}
    haiku: {model: claude-haiku-4, capabilities: [text, streaming, tools]}
  defaults: {maxTokens: 4096, requestTimeout: 60s}
"""
PACK = """\
apiVersion: roster.dev/v1alpha1
kind: PromptPack
metadata: {name: support}
spec:
  version: 1.0.0
  prompts:
    default: {system: "Help {{customer}} with orders and refunds."}
"""
TOOLS = """\
apiVersion: roster.dev/v1alpha1
kind: ToolRegistry
metadata: {name: orders}
spec:
  handlers:
    lookup:
      type: http
      http: {endpoint: "http://orders.backend:8080/orders"}
      tool: {name: lookup_order, description: Looks up an order., inputSchema: {type: object}}
"""
AGENT = """\
# yaml-language-server: $schema=../../../schemas/agent.json
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata:
  name: agent-NUMBER
  labels: {team: care, tier: gold}
spec:
  description: Answers customers' questions about orders and refunds, number NUMBER.
  mode: daemon
  framework:
    type: custom
    image: registry.example.com/agents/care:1.4.0
  prompts: {pack: support, version: 1.0.0}
  models:
    default:
      use: claude/sonnet
      fallback: [claude/haiku]
      requires: [tools]
      parameters: {temperature: 0.7}
    judge: {use: claude/haiku}
  tools:
    orders: {registry: orders}
  facades:
    websocket:
      port: 8080
      expose: {}
    a2a:
      port: 9999
      card: {description: Customer care, skills: {refunds: {name: Refunds}}}
  session: {store: redis, ttl: 24h}
  runtime:
    env: {LOG_LEVEL: info, INDEX: "NUMBER"}
    resources:
      requests: {cpu: 250m, memory: 256Mi}
      limits: {memory: 512Mi}
    scale: {min: 2, max: 20, cpu: 80}
"""


def fleet(agents: int) -> dict[str, str]:
    """Path -> content of a fleet of so many agents in one environment, `prod`."""
    files = {
        "environments/prod/environment.yaml": ENVIRONMENT,
        "environments/prod/claude.yaml": PROVIDER,
        "environments/prod/support.yaml": PACK,
        "environments/prod/orders.yaml": TOOLS,
    }
    for number in range(agents):
        files[f"environments/prod/agents/agent-{number}.yaml"] = AGENT.replace("NUMBER", str(number))
    return files


def write_fleet(agents: int, root: Path) -> None:
    """Write a fleet of so many agents below a folder."""
    for path, text in fleet(agents).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
