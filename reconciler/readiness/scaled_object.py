"""A live ScaledObject of KEDA -> Health."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import condition, message, unanswered
from reconciler.readiness.surroundings import Surroundings


def scaled_object(live: Live, around: Surroundings) -> Health:
    """Healthy if KEDA says Ready; Suspended if it is paused; unanswered if KEDA never wrote a status."""
    ready, active, paused = (condition(live, kind) for kind in ("Ready", "Active", "Paused"))
    if paused.get("status") == "True":
        return Health(State.SUSPENDED, message(paused) or "paused", "Paused")
    if ready.get("status", "Unknown") == "Unknown":
        return unanswered("ScaledObject")
    if ready["status"] == "False":
        return Health(State.DEGRADED, f"KEDA cannot scale: {message(ready)}", ready.get("reason", ""))
    return Health(State.HEALTHY, reason="Scaling" if active.get("status") == "True" else "Idle")
