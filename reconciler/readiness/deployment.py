"""A live Deployment and its pods -> Health: are all replicas of the newest revision ready, and if not, why."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind, condition, message
from reconciler.readiness.pod_troubles import pod_troubles
from reconciler.readiness.surroundings import Surroundings


def deployment(live: Live, around: Surroundings) -> Health:
    """Healthy when every wanted replica is updated, ready and available and no old one is left."""
    spec, status = live.get("spec", {}), live.get("status") or {}
    desired, ready = int(spec.get("replicas", 1)), int(status.get("readyReplicas", 0))
    if spec.get("paused"):
        return Health(State.SUSPENDED, f"paused with {ready} of {desired} replicas ready", "Paused", ready, desired)
    early = behind(live) or (_unseen() if "observedGeneration" not in status else None)
    if early:
        return Health(early.state, early.sentence, early.reason, ready, desired)
    if desired == 0:
        return _asleep(int(status.get("replicas", 0)), around)
    sentence = _unfinished(live, desired, ready)
    if not sentence:
        return Health(State.HEALTHY, f"{ready} of {desired} replicas ready", "Available", ready, desired)
    return _explained(live, around, sentence, ready, desired)


def _unseen() -> Health:
    return Health(State.PROGRESSING, "its controller has not seen it yet", "Observing")


def _asleep(left: int, around: Surroundings) -> Health:
    if left:
        return Health(State.PROGRESSING, f"{left} replicas are being stopped", "ScalingDown", 0, 0)
    if around.autoscaler:
        return Health(State.HEALTHY, f"scaled to zero by {around.autoscaler}", "Idle", 0, 0)
    return Health(State.SUSPENDED, "Git asks for 0 replicas", "ScaledToZero", 0, 0)


def _unfinished(live: Live, desired: int, ready: int) -> str:
    """What the rollout still waits for, empty if nothing."""
    status = live.get("status") or {}
    updated, total = int(status.get("updatedReplicas", 0)), int(status.get("replicas", 0))
    if ready < desired or updated < desired:
        newer = f", {updated} of them updated" if updated < total else ""
        return f"{ready} of {desired} replicas ready{newer}"
    if total > updated:
        return f"{ready} of {desired} replicas ready, {total - updated} old ones are being stopped"
    if total > desired:
        return f"{ready} of {desired} replicas ready, {total - desired} surplus ones are being stopped"
    if int(status.get("availableReplicas", 0)) < desired:
        return f"{status.get('availableReplicas', 0)} of {desired} replicas available"
    return ""


def _explained(live: Live, around: Surroundings, sentence: str, ready: int, desired: int) -> Health:
    troubles = pod_troubles(around.pods)
    progressing, failure = condition(live, "Progressing"), condition(live, "ReplicaFailure")
    if failure.get("status") == "True":
        return Health(State.DEGRADED, f"{sentence}; {message(failure)}", failure.get("reason", ""), ready, desired)
    if troubles:
        reason = troubles.split(" ", 1)[0]
        return Health(State.DEGRADED, f"{sentence}; {troubles}", reason, ready, desired)
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        text = f"{sentence}; no progress within {live['spec'].get('progressDeadlineSeconds', 600)} s"
        return Health(State.DEGRADED, text, "ProgressDeadlineExceeded", ready, desired)
    return Health(State.PROGRESSING, sentence, "RolloutInProgress", ready, desired)
