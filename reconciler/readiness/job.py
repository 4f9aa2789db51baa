"""A live Job and its pods -> Health: has it completed."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import condition, message
from reconciler.readiness.pod_troubles import pod_troubles
from reconciler.readiness.surroundings import Surroundings


def job(live: Live, around: Surroundings) -> Health:
    """Healthy once complete, Degraded once failed, Suspended if suspended, Progressing until then."""
    spec, status = live.get("spec", {}), live.get("status") or {}
    wanted, done = int(spec.get("completions") or 1), int(status.get("succeeded", 0))
    if condition(live, "Complete").get("status") == "True":
        return Health(State.HEALTHY, f"{done} of {wanted} completions", "Complete")
    failed = condition(live, "Failed")
    if failed.get("status") == "True":
        return Health(State.DEGRADED, message(failed), failed.get("reason", "Failed"))
    if spec.get("suspend"):
        return Health(State.SUSPENDED, "suspended", "Suspended")
    sentence = f"{done} of {wanted} completions, {status.get('active', 0)} pods running"
    troubles = pod_troubles(around.pods)
    return Health(State.PROGRESSING, f"{sentence}; {troubles}" if troubles else sentence, "Running")
