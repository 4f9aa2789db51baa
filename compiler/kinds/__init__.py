"""Kinds: one file each; this table is the only list of them. A kind sees what the kinds above it export."""

from compiler.kind import Kind
from compiler.kinds import agent, environment

KINDS: dict[str, Kind] = {kind.name: kind for kind in (environment.KIND, agent.KIND)}
