"""Affected: the specs that change, and all of them -> how many agents that are, in the words of every report."""

from collections.abc import Iterable

from compiler.spec_key import SpecKey


def affected(changed: Iterable[SpecKey], specs: Iterable[SpecKey]) -> str:
    """`1 of 31 agents affected`: of the specs, those changed included; other kinds are not counted."""
    agents = agents_among(changed)
    return in_words(len(agents), len(agents | agents_among(specs)))


def agents_among(specs: Iterable[SpecKey]) -> frozenset[SpecKey]:
    """Those of the specs that are agents."""
    return frozenset(spec for spec in specs if spec.kind == "Agent")


def in_words(count: int, agents: int) -> str:
    """`1 of 31 agents affected`."""
    return f"{count:,} of {agents:,} agent{'' if agents == 1 else 's'} affected"
