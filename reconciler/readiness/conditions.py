"""Any live object -> Health by the conventions of Kubernetes: observedGeneration and conditions (kstatus's rules)."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind, condition, message, outdated
from reconciler.readiness.surroundings import Surroundings


def conditions(live: Live, around: Surroundings) -> Health:
    """Degraded if Stalled, Progressing while Reconciling or not Ready, else Healthy: most objects have no status."""
    early = behind(live) or outdated(live, (condition(live, "Ready"),))
    if early:
        return early
    if condition(live, "Reconciling").get("status") == "True":
        return Health(State.PROGRESSING, message(condition(live, "Reconciling")), "Reconciling")
    stalled = condition(live, "Stalled")
    if stalled.get("status") == "True":
        return Health(State.DEGRADED, message(stalled), stalled.get("reason", "Stalled"))
    ready = condition(live, "Ready")
    if ready and ready.get("status") != "True":
        return Health(State.PROGRESSING, f"not ready: {message(ready)}", ready.get("reason", ""))
    return Health(State.HEALTHY, reason="Ready" if ready else "Applied")
