"""Health: is one object, one spec or one environment ready, and the sentence that says why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The word that people read, from best to worst in the order of `WORST_FIRST` reversed."""

    HEALTHY = "Healthy"
    SUSPENDED = "Suspended"
    UNKNOWN = "Unknown"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"


WORST_FIRST = (State.DEGRADED, State.PROGRESSING, State.SUSPENDED, State.HEALTHY, State.UNKNOWN)
"""How parts add up: Unknown is told but never outweighs what is known."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one thing and what to print about it."""

    state: State
    """Healthy, Progressing, Degraded, Suspended or Unknown."""
    sentence: str = ""
    """What a person should know, with numbers: `1 of 3 replicas ready; ImagePullBackOff on 2 pods`."""
    reason: str = ""
    """One CamelCase word for machines, as in a condition: `Idle`, `NoController`, `RolloutInProgress`."""
    ready: int | None = None
    """Replicas that are ready, None for what has no replicas."""
    desired: int | None = None
    """Replicas that are wanted, None for what has no replicas."""
    awaits_controller: bool = False
    """True if nobody has written a status yet: at the deadline this becomes Unknown, `no controller has answered`."""


def worst(parts: Iterable[Health]) -> Health:
    """The health of a whole: that of its worst part, the first such in order; Healthy for no parts."""
    found = sorted(parts, key=lambda health: WORST_FIRST.index(health.state))
    return found[0] if found else Health(State.HEALTHY)
