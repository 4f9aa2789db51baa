"""A live PersistentVolumeClaim -> Health: is it bound."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind
from reconciler.readiness.surroundings import Surroundings


def persistent_volume_claim(live: Live, around: Surroundings) -> Health:
    """Healthy if Bound, Degraded if Lost; a pending claim may wait for its first pod, or for any provisioner at all."""
    early = behind(live)
    if early:
        return early
    phase = (live.get("status") or {}).get("phase", "Pending")
    if phase == "Bound":
        return Health(State.HEALTHY, reason="Bound")
    if phase == "Lost":
        return Health(State.DEGRADED, "its volume is lost", "Lost")
    sentence = "no volume is bound: it waits for its first pod, or no provisioner has answered"
    return Health(State.PROGRESSING, sentence, "Pending", awaits_controller=True)
