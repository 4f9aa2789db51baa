"""A plan and a bundle in -> Outcomes: everything but deletions is carried out, independent branches in parallel."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from heapq import heappop, heappush
from queue import SimpleQueue

from compiler.bundle import Bundle
from compiler.errors import TargetError
from compiler.kube_object import KubeObject, ObjectKey
from reconciler.await_definition import await_definition
from reconciler.change import Action, Change
from reconciler.deciding.order import waits_for, wave
from reconciler.outcome import WRONG, Happened, Outcome
from reconciler.send import Sender, send

WORKERS = 8
WRITES = (Action.CREATE, Action.UPDATE, Action.RECREATE)


def apply(
    changes: Iterable[Change],
    bundle: Bundle,
    sender: Sender,
    stopped: Callable[[], bool],
    on_outcome: Callable[[Outcome], None],
) -> tuple[Outcome, ...]:
    """Carry the changes out; what depends on a failed one is skipped, the rest goes on. Raises Unreachable.

    `stopped` is asked before each write; `on_outcome` hears of each outcome from this thread.
    """
    acting = {change.key: change for change in changes if change.action in (*WRITES, Action.HOLD)}
    return _Walk(acting, bundle, sender, stopped, on_outcome).run()


class _Walk:
    """One walk through the graph of changes."""

    def __init__(
        self,
        changes: Mapping[ObjectKey, Change],
        bundle: Bundle,
        sender: Sender,
        stopped: Callable[[], bool],
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self._changes = changes
        self._desired = {item.key: item for item in bundle.objects}
        self._sender = sender
        self._stopped = stopped
        self._tell = on_outcome
        self._open = {key: set(needs) for key, needs in waits_for(changes.values(), bundle.references).items()}
        self._then: dict[ObjectKey, list[ObjectKey]] = {}
        for key, needs in self._open.items():
            for need in needs:
                self._then.setdefault(need, []).append(key)
        self._waiting: list[tuple[int, ObjectKey]] = []
        self._outcomes: dict[ObjectKey, Outcome] = {}
        self._done: SimpleQueue[Future[Outcome]] = SimpleQueue()

    def run(self) -> tuple[Outcome, ...]:
        """Until every change has an outcome, or the target is out of reach."""
        with ThreadPoolExecutor(WORKERS, "apply") as pool:
            self._queue(key for key, needs in self._open.items() if not needs)
            running = self._start(pool, WORKERS)
            trouble: TargetError | None = None
            while running:
                future = self._done.get()
                running -= 1
                try:
                    ready = self._finish(future.result())
                except TargetError as error:
                    trouble, ready = trouble or error, []
                self._queue(ready)
                running += self._start(pool, WORKERS - running) if trouble is None else 0
            if trouble is not None:
                raise trouble
        return tuple(self._outcomes[key] for key in sorted(self._outcomes))

    def _queue(self, keys: Iterable[ObjectKey]) -> None:
        """Let changes wait for a worker, early waves first: what many may need comes before what makes pods."""
        for key in keys:
            heappush(self._waiting, (wave(key.kind), key))

    def _start(self, pool: ThreadPoolExecutor, free: int) -> int:
        """Hand waiting changes to so many free workers; how many there were."""
        count = min(free, len(self._waiting))
        for _ in range(count):
            _, key = heappop(self._waiting)
            pool.submit(self._one, self._changes[key]).add_done_callback(self._done.put)
        return count

    def _one(self, change: Change) -> Outcome:
        """What becomes of one change whose needs are all met."""
        if change.action is Action.HOLD:
            return _outcome(change, Happened.HELD, change.reason)
        if self._stopped():
            return _outcome(change, Happened.SKIPPED, "the pass was ended before its turn")
        desired: KubeObject = self._desired[change.key]
        outcome = send(change, desired, self._sender)
        if change.key.kind == "CustomResourceDefinition" and outcome.happened not in WRONG:
            await_definition(self._sender.target, self._sender.unit, change.key, change.api_version)
        return outcome

    def _finish(self, outcome: Outcome) -> list[ObjectKey]:
        """Note an outcome; the changes that may start now. What depended on a wrong one is skipped, and so on."""
        ready: list[ObjectKey] = []
        wrong = [(outcome, outcome)]
        self._note(outcome)
        if outcome.happened not in WRONG:
            for key in self._then.get(outcome.key, ()):
                self._open[key].discard(outcome.key)
                if not self._open[key] and key not in self._outcomes:
                    ready.append(key)
            return ready
        while wrong:
            cause, root = wrong.pop()
            for key in self._then.get(cause.key, ()):
                if key not in self._outcomes:
                    skipped = _outcome(self._changes[key], Happened.SKIPPED, _because(root))
                    self._note(skipped)
                    wrong.append((skipped, root))
        return ready

    def _note(self, outcome: Outcome) -> None:
        self._outcomes[outcome.key] = outcome
        self._tell(outcome)


def _because(root: Outcome) -> str:
    word = "is held" if root.happened is Happened.HELD else f"was {root.happened.value}"
    word = "failed" if root.happened is Happened.FAILED else word
    return f"it depends on {root.key}, which {word}"


def _outcome(change: Change, happened: Happened, sentence: str) -> Outcome:
    return Outcome(key=change.key, spec=change.spec, happened=happened, sentence=sentence, notes=change.notes)
