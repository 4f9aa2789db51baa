"""A live HTTPRoute or VirtualService -> Health: has its gateway taken it."""

from collections.abc import Mapping
from typing import Any

from reconciler.answer import Live
from reconciler.health import Health, State
from reconciler.readiness.observed import behind, message, outdated, unanswered
from reconciler.readiness.surroundings import Surroundings


def route(live: Live, around: Surroundings) -> Health:
    """Healthy if every parent accepted it and resolved what it refers to; unanswered if none wrote a status."""
    early = behind(live)
    if early:
        return early
    status = live.get("status") or {}
    parents = status.get("parents") or ()
    conditions = [entry for parent in parents for entry in parent.get("conditions") or ()] or status.get("conditions")
    if not conditions:
        return unanswered(str(live.get("kind", "route")))
    late = outdated(live, conditions)
    if late:
        return late
    wrong = [entry for entry in conditions if _wrong(entry)]
    if wrong:
        return Health(State.DEGRADED, f"not routed: {message(wrong[0])}", wrong[0].get("reason", ""))
    return Health(State.HEALTHY, reason="Accepted")


def _wrong(entry: Mapping[str, Any]) -> bool:
    return entry.get("type") in ("Accepted", "ResolvedRefs", "Programmed", "Reconciled") and entry["status"] == "False"
