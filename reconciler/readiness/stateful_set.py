"""A live StatefulSet or DaemonSet and its pods -> Health."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind
from reconciler.readiness.pod_troubles import pod_troubles
from reconciler.readiness.surroundings import Surroundings


def stateful_set(live: Live, around: Surroundings) -> Health:
    """Healthy when every wanted replica is ready and of the newest revision."""
    wanted = int(live.get("spec", {}).get("replicas", 1))
    status = live.get("status") or {}
    return _of_pods(live, around, wanted, int(status.get("readyReplicas", 0)), int(status.get("updatedReplicas", 0)))


def daemon_set(live: Live, around: Surroundings) -> Health:
    """Healthy when the pod of every node is ready and of the newest revision."""
    status = live.get("status") or {}
    wanted, ready = int(status.get("desiredNumberScheduled", 0)), int(status.get("numberReady", 0))
    return _of_pods(live, around, wanted, ready, int(status.get("updatedNumberScheduled", 0)))


def _of_pods(live: Live, around: Surroundings, wanted: int, ready: int, updated: int) -> Health:
    early = behind(live)
    if early or "observedGeneration" not in (live.get("status") or {}):
        sentence = early.sentence if early else "its controller has not seen it yet"
        return Health(State.PROGRESSING, sentence, "Observing", ready, wanted)
    on_delete = (live.get("spec", {}).get("updateStrategy") or {}).get("type") == "OnDelete"
    if ready >= wanted and (updated >= wanted or on_delete):
        return Health(State.HEALTHY, f"{ready} of {wanted} replicas ready", "Available", ready, wanted)
    sentence = f"{ready} of {wanted} replicas ready, {updated} of them updated"
    troubles = pod_troubles(around.pods)
    if troubles:
        return Health(State.DEGRADED, f"{sentence}; {troubles}", troubles.split(" ", 1)[0], ready, wanted)
    return Health(State.PROGRESSING, sentence, "RolloutInProgress", ready, wanted)
