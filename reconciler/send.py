"""One change in -> its Outcome; where fields are contested, decided field by field and sent again."""

import time
from dataclasses import dataclass, replace

import orjson

from compiler.kube_object import KubeObject, canonical
from reconciler.answer import Applied, Conflicted, Deleted, Rejected
from reconciler.change import Action, Change
from reconciler.deciding.adjudicate import adjudicate
from reconciler.deciding.conflict import Conflict
from reconciler.deciding.hand_over import give_up, hand_over
from reconciler.deciding.standing import Standing
from reconciler.outcome import Happened, Outcome
from reconciler.target import Found, Missing, Named, Target
from reconciler.unit import Unit

ATTEMPTS = 6
"""An object that is changed under our hands more often than this is left to the next pass."""
GONE_SECONDS = 60.0
"""How long the object in the way of a recreate may take to go."""
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Sender:
    """What every sending of one pass shares."""

    target: Target
    """Where to."""
    unit: Unit
    """For whom."""
    standing: Standing
    """Who has a say about replicas."""


def send(change: Change, desired: KubeObject, sender: Sender) -> Outcome:
    """Create, update or recreate one object. Raises Unreachable."""
    if change.action is Action.RECREATE:
        trouble = _clear(change, sender)
        if trouble:
            return _outcome(change, Happened.FAILED, trouble)
    body, force, notes = _first_body(change), False, change.notes
    for _ in range(ATTEMPTS):
        answer = sender.target.apply(body, force=force)
        if isinstance(answer, Applied):
            return _done(change, answer, notes)
        if isinstance(answer, Rejected):
            return _outcome(change, Happened.FAILED, answer.sentence)
        body, force, decided = _again(replace(desired, body=body), desired, answer.conflicts, sender)
        notes = (*notes, *(note for note in decided if note not in notes))
    return _outcome(change, Happened.FAILED, "is changed by somebody else again and again", notes)


def _first_body(change: Change) -> bytes:
    return _at_version(change.body, change.resource_version) if change.pinned else change.body


def _again(
    sent: KubeObject, desired: KubeObject, conflicts: tuple[Conflict, ...], sender: Sender
) -> tuple[bytes, bool, tuple[str, ...]]:
    """The body to send next, whether by force, and what to tell, given the object as it is by now.

    It is made from what was sent last, so that a field once left to others stays out of a forced apply.
    """
    reading = sender.target.read(sender.unit, [Named(sent.key, sent.api_version)])[sent.key]
    if not isinstance(reading, Found):
        return desired.body, False, ()
    intended = hand_over(replace(sent, body=_at_version(sent.body, "")), reading.live, sender.standing.claims)
    verdicts = adjudicate(sent.key, orjson.loads(intended.body), conflicts, sender.standing.remaining)
    yielded = [verdict.path for verdict in verdicts if not verdict.ours]
    if yielded:
        ordered = sorted(yielded, key=str, reverse=True)
        intended = give_up(orjson.loads(intended.body), reading.live, ordered, intended.notes)
    force = any(verdict.ours for verdict in verdicts)
    version = str(reading.live["metadata"].get("resourceVersion", ""))
    body = _at_version(intended.body, version) if force or intended.pinned else intended.body
    return body, force, tuple(verdict.sentence for verdict in verdicts)


def _at_version(body: bytes, version: str) -> bytes:
    """The body with a resourceVersion as its precondition, or with none if that is empty."""
    data = orjson.loads(body)
    data["metadata"].pop("resourceVersion", None)
    if version:
        data["metadata"]["resourceVersion"] = version
    return canonical(data)


def _clear(change: Change, sender: Sender) -> str:
    """Delete what stands in the way and wait until it is gone; why it could not be, else empty."""
    named = Named(change.key, change.api_version)
    answer = sender.target.delete(named, change.uid, change.resource_version)
    if isinstance(answer, Conflicted):
        return "changed since it was looked at: the next pass recreates it"
    if isinstance(answer, Rejected):
        return answer.sentence
    end = time.monotonic() + GONE_SECONDS
    while not isinstance(sender.target.read(sender.unit, [named])[change.key], Missing):
        if time.monotonic() > end:
            return f"is deleted, and not gone after {GONE_SECONDS:.0f} s{_finalizers(answer)}"
        time.sleep(POLL_SECONDS)
    return ""


def _finalizers(answer: Deleted) -> str:
    return f": waits for {', '.join(answer.finalizers)}" if answer.finalizers else ""


HAPPENED = {
    Action.CREATE: Happened.CREATED,
    Action.UPDATE: Happened.UPDATED,
    Action.RECREATE: Happened.RECREATED,
}


def _done(change: Change, answer: Applied, notes: tuple[str, ...]) -> Outcome:
    met = change.action is Action.CREATE and not answer.created
    sentence = "somebody made it at the same moment: merged with theirs" if met else change.reason
    return _outcome(change, HAPPENED[change.action], sentence, notes, answer)


def _outcome(
    change: Change, happened: Happened, sentence: str, notes: tuple[str, ...] = (), answer: Applied | None = None
) -> Outcome:
    live = answer.live if answer else None
    return Outcome(key=change.key, spec=change.spec, happened=happened, sentence=sentence, notes=notes, live=live)
