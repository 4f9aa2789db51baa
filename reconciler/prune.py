"""The deletions of a plan in -> Outcomes; each object is read again and proven ours, later waves go first."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from reconciler.answer import Conflicted, DeleteAnswer, Deleted
from reconciler.change import Action, Change
from reconciler.deciding.order import wave
from reconciler.deciding.ours import proven_ours, uid_of
from reconciler.inventory import Inventory, Owned
from reconciler.outcome import Happened, Outcome
from reconciler.target import Found, Missing, Named, Reading, Target

WORKERS = 8
ATTEMPTS = 5
ENDED = "the pass was ended before its turn"


def prune(
    changes: Iterable[Change],
    inventory: Inventory,
    target: Target,
    stopped: Callable[[], bool],
    on_outcome: Callable[[Outcome], None],
) -> tuple[Outcome, ...]:
    """Delete what the plan deletes, as far as the inventory has it and it is still ours. Raises Unreachable."""
    going = [change for change in changes if change.action is Action.DELETE]
    owned = inventory.by_key()
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(WORKERS, "prune") as pool:
        for number in sorted({wave(change.key.kind) for change in going}, reverse=True):
            level = [change for change in going if wave(change.key.kind) == number]
            if stopped():
                outcomes += [_outcome(change, Happened.SKIPPED, ENDED) for change in level]
                continue
            readings = target.read(inventory.unit, _named(level))
            delete = partial(_delete, inventory=inventory, target=target)
            entries = [owned[change.key] for change in level]
            for outcome in pool.map(delete, level, entries, [readings[change.key] for change in level]):
                on_outcome(outcome)
                outcomes.append(outcome)
    return tuple(sorted(outcomes, key=lambda outcome: outcome.key))


def _named(changes: Iterable[Change]) -> Sequence[Named]:
    return [Named(change.key, change.api_version) for change in changes]


def _delete(change: Change, owned: Owned, reading: Reading, inventory: Inventory, target: Target) -> Outcome:
    """Delete one object, looking again if it moved in between."""
    for _ in range(ATTEMPTS):
        if isinstance(reading, Missing):
            return _outcome(change, Happened.DELETED, "was gone already")
        if not isinstance(reading, Found):
            return _outcome(change, Happened.FAILED, str(getattr(reading, "error", "its kind is no longer known")))
        if not proven_ours(reading.live, owned, inventory.unit):
            return _outcome(change, Happened.HELD, "is not the object that we made: left alone")
        metadata = reading.live["metadata"]
        answer = target.delete(_named([change])[0], uid_of(reading.live), metadata.get("resourceVersion", ""))
        if not isinstance(answer, Conflicted):
            return _answered(change, answer)
        reading = target.read(inventory.unit, _named([change]))[change.key]
    return _outcome(change, Happened.FAILED, "is changed by somebody else again and again")


def _answered(change: Change, answer: DeleteAnswer) -> Outcome:
    if isinstance(answer, Deleted):
        if answer.finalizers:
            waits = f"is being deleted, and waits for {', '.join(answer.finalizers)}"
            return _outcome(change, Happened.TERMINATING, waits)
        return _outcome(change, Happened.DELETED, change.reason)
    return _outcome(change, Happened.FAILED, getattr(answer, "sentence", ""))


def _outcome(change: Change, happened: Happened, sentence: str) -> Outcome:
    return Outcome(key=change.key, spec=change.spec, happened=happened, sentence=sentence)
