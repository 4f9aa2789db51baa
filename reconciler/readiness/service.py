"""A live Service -> Health: has it got what it asked for."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind
from reconciler.readiness.surroundings import Surroundings


def service(live: Live, around: Surroundings) -> Health:
    """Healthy at once, but for a LoadBalancer, which waits for its address."""
    early = behind(live)
    if early:
        return early
    if live.get("spec", {}).get("type") != "LoadBalancer":
        return Health(State.HEALTHY, reason="Applied")
    addresses = ((live.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    if addresses:
        return Health(State.HEALTHY, reason="AddressAssigned")
    return Health(
        State.PROGRESSING, "no load balancer has given this Service an address", "NoAddress", awaits_controller=True
    )
