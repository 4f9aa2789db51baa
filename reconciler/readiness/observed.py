"""A live object -> its conditions, and whether its controller has seen its newest generation."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.answer import Live
from reconciler.health import Health, State


def condition(live: Live, kind: str) -> Mapping[str, Any]:
    """The condition of that type, empty if there is none."""
    conditions = (live.get("status") or {}).get("conditions") or ()
    return next((entry for entry in conditions if entry.get("type") == kind), {})


def message(entry: Mapping[str, Any]) -> str:
    """A condition's reason and message as one sentence."""
    reason, text = entry.get("reason", ""), " ".join(str(entry.get("message", "")).split())
    return f"{reason}: {text}" if reason and text else reason or text


def behind(live: Live) -> Health | None:
    """Why the status does not speak of the newest spec yet, None if it does; terminating objects are told as such."""
    metadata, status = live.get("metadata", {}), live.get("status") or {}
    if metadata.get("deletionTimestamp"):
        finalizers = ", ".join(metadata.get("finalizers") or ())
        waits = f", waiting for {finalizers}" if finalizers else ""
        return Health(State.PROGRESSING, f"is being deleted{waits}", "Terminating")
    # Istio writes the number as a string.
    observed = str(status.get("observedGeneration", ""))
    if observed and observed != str(metadata.get("generation", observed)):
        return Health(State.PROGRESSING, "its controller has not seen the newest change yet", "Observing")
    return None


def outdated(live: Live, entries: Iterable[Mapping[str, Any]]) -> Health | None:
    """Why these conditions speak of an earlier spec, None if they do not, or do not tell."""
    generation = int(live.get("metadata", {}).get("generation", 0))
    if any(int(entry.get("observedGeneration") or generation) < generation for entry in entries):
        return Health(State.PROGRESSING, "its controller has not seen the newest change yet", "Observing")
    return None


def unanswered(what: str) -> Health:
    """For an object whose status only a controller can write, and none did."""
    sentence = f"no controller has answered for this {what}"
    return Health(State.PROGRESSING, sentence, "NoController", awaits_controller=True)
