"""A live CustomResourceDefinition -> Health: is it served."""

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import condition, message
from reconciler.readiness.surroundings import Surroundings


def custom_resource_definition(live: Live, around: Surroundings) -> Health:
    """Healthy once established; Degraded if its names are taken."""
    names, established = condition(live, "NamesAccepted"), condition(live, "Established")
    if names.get("status") == "False":
        return Health(State.DEGRADED, message(names), names.get("reason", ""))
    if established.get("status") == "True":
        return Health(State.HEALTHY, reason="Established")
    return Health(State.PROGRESSING, "is not served yet", "Installing")
