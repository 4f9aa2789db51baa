"""Request and Report: what a person or the loop asks of one pass, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from compiler.bundle import Bundle
from compiler.kube_object import ObjectKey
from reconciler.change import Plan
from reconciler.health import Health
from reconciler.outcome import WRONG, Outcome
from reconciler.status import EnvironmentStatus
from reconciler.unit import Pass


def _never() -> bool:
    return False


def _silent_outcome(_: Outcome) -> None:
    return None


def _silent_health(_: Mapping[ObjectKey, Health]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One pass, asked for."""

    which: Pass
    """The environment and the revision."""
    bundle: Bundle
    """What that revision compiles to."""
    allow_empty: bool = False
    """True if a bundle without objects may prune everything."""
    adopt: frozenset[ObjectKey] = frozenset()
    """Objects that become ours if they are a stranger's."""
    settle_seconds: float = 300.0
    """How long to wait until everything is healthy; 0 looks once and does not wait."""
    answer_seconds: float = 20.0
    """How long after its creation an object may wait for any controller to write a status."""
    halted: Callable[[], bool] = _never
    """Asked between steps and while waiting: True ends the pass early, without pruning (a new commit, or a signal)."""
    on_outcome: Callable[[Outcome], None] = _silent_outcome
    """Told of each outcome as it happens, from several threads."""
    on_health: Callable[[Mapping[ObjectKey, Health]], None] = _silent_health
    """Told of all healths whenever one changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of one pass."""

    which: Pass
    """The environment and the revision."""
    plan: Plan
    """What was to be done."""
    outcomes: tuple[Outcome, ...] = ()
    """What was done, one an object, sorted by key; empty if the pass stopped before acting."""
    healths: Mapping[ObjectKey, Health] = field(default_factory=dict)
    """How each object of the bundle is."""
    status: EnvironmentStatus | None = None
    """The whole in people's words, as it was published; None if the pass stopped before acting."""
    warnings: tuple[str, ...] = ()
    """What went wrong beside the objects: records that could not be written, …"""
    halted: bool = False
    """True if the pass was ended early on request."""

    @property
    def converged(self) -> bool:
        """True if everything that the plan said was done."""
        return not self.halted and not any(outcome.happened in WRONG for outcome in self.outcomes)
