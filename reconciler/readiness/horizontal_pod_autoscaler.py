"""A live HorizontalPodAutoscaler -> Health; without metrics it is Unknown, which makes no agent unready."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind, condition, message, unanswered
from reconciler.readiness.surroundings import Surroundings


def horizontal_pod_autoscaler(live: Live, around: Surroundings) -> Health:
    """Healthy if it can scale and has metrics; Degraded if it cannot reach its workload."""
    early = behind(live)
    if early:
        return early
    able, active = condition(live, "AbleToScale"), condition(live, "ScalingActive")
    if not able and not active:
        return unanswered("HorizontalPodAutoscaler")
    if able.get("status") == "False":
        return Health(State.DEGRADED, f"cannot scale: {message(able)}", able.get("reason", ""))
    if active.get("status") == "False" and active.get("reason") == "ScalingDisabled":
        return Health(State.HEALTHY, "the workload is scaled to zero", "Idle")
    if active.get("status") != "True":
        return Health(State.UNKNOWN, f"cannot read its metrics: {message(active)}", active.get("reason", "NoMetrics"))
    return Health(State.HEALTHY, reason="Scaling")
