"""A live Deployment and its pods -> Health: are all replicas of the newest revision ready, and if not, why."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind, condition, message
from reconciler.readiness.pod_troubles import pod_troubles
from reconciler.readiness.surroundings import Surroundings

_REVISION = "deployment.kubernetes.io/revision"
"""The annotation that its controller writes with the first ReplicaSet."""


def deployment(live: Live, around: Surroundings) -> Health:
    """Healthy when every wanted replica is updated, ready and available and no old one is left.

    One that is paused then is Suspended: it runs what it should. If its pods are of an earlier template it is Degraded,
    because they stay so, whatever is applied, until somebody resumes it.
    """
    spec, status = live.get("spec", {}), live.get("status") or {}
    desired, ready = int(spec.get("replicas", 1)), int(status.get("readyReplicas", 0))
    early = behind(live) or (_unseen() if "observedGeneration" not in status else None)
    if early:
        return Health(early.state, early.sentence, early.reason, ready, desired)
    if desired == 0:
        return _asleep(int(status.get("replicas", 0)), around)
    sentence, paused = _unfinished(live, desired, ready), spec.get("paused") is True
    if paused and not sentence:
        return Health(State.SUSPENDED, f"paused with {ready} of {desired} replicas ready", "Paused", ready, desired)
    if not sentence:
        return Health(State.HEALTHY, f"{ready} of {desired} replicas ready", "Available", ready, desired)
    if paused and _is_outdated(live):
        text = f"paused with {sentence}: it is rolled out when it is resumed"
        return Health(State.DEGRADED, text, "Paused", ready, desired)
    return _explained(live, around, sentence, ready, desired)


def _unseen() -> Health:
    return Health(State.PROGRESSING, "its controller has not seen it yet", "Observing")


def _asleep(left: int, around: Surroundings) -> Health:
    if left:
        return Health(State.PROGRESSING, f"{left} replicas are being stopped", "ScalingDown", 0, 0)
    if around.autoscaler:
        return Health(State.HEALTHY, f"scaled to zero by {around.autoscaler}", "Idle", 0, 0)
    return Health(State.SUSPENDED, "Git asks for 0 replicas", "ScaledToZero", 0, 0)


def _is_outdated(live: Live) -> bool:
    """Whether pods of an earlier template are left, or the template was never rolled out at all."""
    status = live.get("status") or {}
    never = _REVISION not in (live["metadata"].get("annotations") or {})
    return never or int(status.get("updatedReplicas", 0)) < int(status.get("replicas", 0))


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
