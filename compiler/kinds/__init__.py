"""Kinds: one file each; this table is the only list of them. A kind sees what the kinds above it export."""

from compiler.kind import Kind
from compiler.kinds import agent, environment, prompt_pack, provider, tool_registry

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (environment.KIND, provider.KIND, prompt_pack.KIND, tool_registry.KIND, agent.KIND)
}
