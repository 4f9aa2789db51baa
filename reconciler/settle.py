"""Applied objects in -> the Health of each, after waiting by watch until all are well or out of time."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.assess import assess
from reconciler.deciding.standing import Standing
from reconciler.health import Health, State
from reconciler.readiness.surroundings import Surroundings
from reconciler.target import Named, Target
from reconciler.unit import Unit

WELL = frozenset({State.HEALTHY, State.SUSPENDED, State.UNKNOWN})
FINAL = frozenset({"ProgressDeadlineExceeded", "BackoffLimitExceeded", "DeadlineExceeded", "Lost", "Paused"})
"""Reasons that no waiting will change."""
GONE = Health(State.DEGRADED, "is gone", "Gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, and who may end it."""

    unit: Unit
    """Whose objects are waited for."""
    seconds: float = 300.0
    """Until everything is healthy; 0 looks once."""
    answer_seconds: float = 20.0
    """After its creation, until any controller has written a status."""
    halted: Callable[[], bool] = field(default=lambda: False)
    """Asked at least every second: True ends the wait."""
    on_health: Callable[[Mapping[ObjectKey, Health]], None] = field(default=lambda _: None)
    """Told of all healths whenever one changes."""


def settle(
    wanted: Iterable[Named], live: Mapping[ObjectKey, Live], standing: Standing, target: Target, patience: Patience
) -> Mapping[ObjectKey, Health]:
    """How each wanted object is; `live` holds them as last seen, and what is well by that is not asked for again."""
    wanted = tuple(wanted)
    if not target.runs_workloads:
        return {named.key: Health(State.HEALTHY, reason="Written") for named in wanted}
    wait = _Wait(target, standing, patience, {named.key: live.get(named.key) for named in wanted})
    pending = [named for named in wanted if wait.pending(named.key)]
    if pending and patience.seconds > 0:
        wait.watch(pending)
    return wait.explained()


class _Wait:
    """One wait: the objects as last seen and how they are."""

    def __init__(
        self, target: Target, standing: Standing, patience: Patience, live: Mapping[ObjectKey, Live | None]
    ) -> None:
        self._target = target
        self._patience = patience
        self._scalers = {claim.workload: claim.autoscaler for claim in standing.claims}
        self._live = dict(live)
        self._healths = {key: self._health(key) for key in live}

    def pending(self, key: ObjectKey) -> bool:
        """True if waiting may still make it well."""
        health = self._healths[key]
        return health.state not in WELL and health.reason not in FINAL

    def watch(self, wanted: list[Named]) -> None:
        """Follow these objects until none is pending, the time is over or the wait is ended."""
        end = time.monotonic() + self._patience.seconds
        self._patience.on_health(dict(self._healths))
        with closing(self._target.scenes(self._patience.unit, wanted)) as scenes:  # type: ignore[type-var]
            for scene in scenes:
                self._update(wanted, scene)
                waiting = any(self.pending(named.key) for named in wanted)
                if not waiting or time.monotonic() > end or self._patience.halted():
                    return

    def explained(self) -> Mapping[ObjectKey, Health]:
        """All healths; those of workloads that are not well with what is wrong with their pods."""
        for key, health in self._healths.items():
            live = self._live[key]
            if live is not None and health.state in (State.PROGRESSING, State.DEGRADED) and health.desired != 0:
                pods = self._target.pods(live) if health.ready is not None or key.kind == "Job" else ()
                if pods:
                    self._healths[key] = assess(key, live, Surroundings(pods, self._scalers.get(key)))
        return dict(self._healths)

    def _update(self, wanted: list[Named], scene: Mapping[ObjectKey, Live]) -> None:
        before = dict(self._healths)
        for named in wanted:
            self._live[named.key] = scene.get(named.key)
            self._healths[named.key] = self._health(named.key)
        if before != self._healths:
            self._patience.on_health(dict(self._healths))

    def _health(self, key: ObjectKey) -> Health:
        live = self._live[key]
        if live is None:
            return GONE
        health = assess(key, live, Surroundings((), self._scalers.get(key)))
        if health.awaits_controller and _age(live) > self._patience.answer_seconds:
            return replace(health, state=State.UNKNOWN)
        return health


def _age(live: Live) -> float:
    """Seconds since an object was created, by this machine's clock."""
    created = live.get("metadata", {}).get("creationTimestamp")
    return (datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds() if created else 0.0
