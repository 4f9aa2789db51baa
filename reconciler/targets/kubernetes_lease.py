"""A unit and a holder in -> a Lease object held on the cluster, renewed in the background until the block ends."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from compiler.errors import TargetError
from reconciler.errors import Denied, LeaseHeld, Unreachable
from reconciler.targets.kubernetes_answers import missing_permission, sentence
from reconciler.targets.kubernetes_client import Client, Reply
from reconciler.targets.kubernetes_inventory import HOME, INSTALL
from reconciler.targets.process import is_dead, this_process
from reconciler.unit import MANAGED_BY, MANAGER, Unit

PATH = f"/apis/coordination.k8s.io/v1/namespaces/{HOME}/leases"
PROCESS = "roster.dev/process"
"""The annotation that tells a writer on the same machine whether the holder still lives."""
SECONDS = 20
"""A lease that was not renewed for so long may be taken over."""


class ServerClock:
    """The API server's clock, which all writers share: their own may be apart, or be set back."""

    def __init__(self, reply: Reply) -> None:
        """Set by the moment at which a reply was given, or by this machine's clock if it does not say."""
        self._since = time.monotonic()
        try:
            self._then = parsedate_to_datetime(reply.date).astimezone(UTC)
        except (TypeError, ValueError):
            self._then = datetime.now(UTC)

    def now(self) -> datetime:
        """The time, in UTC, to a second."""
        return self._then + timedelta(seconds=time.monotonic() - self._since)

    def text(self) -> str:
        """The time as a Lease holds it."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class ClusterLease:
    """A Lease object that is free for us, or that we hold and a thread renews."""

    def __init__(self, client: Client, unit: Unit, holder: str, seconds: int, clock: "ServerClock") -> None:
        """`seconds` is how long it lasts unrenewed; nothing is written yet."""
        self._client = client
        self._unit = unit
        self._holder = holder
        self._seconds = seconds
        self._lease: dict[str, Any] | None = None
        self._renewed = 0.0
        self._taken_away = False
        self._clock = clock
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def take(self) -> None:
        """Write our name into it, and keep it."""
        if self._lease is None:
            asked = time.monotonic()
            self._lease = _acquire(self._client, self._unit, self._holder, self._seconds, self._clock)
            self._renewed = asked
            self._thread.start()

    def lost(self) -> bool:
        """True once it was taken over, or could not be renewed for as long as it lasts."""
        held = self._lease is not None
        return held and (self._taken_away or time.monotonic() - self._renewed > self._seconds)

    def release(self) -> None:
        """Stop renewing, and give it back if it is still ours."""
        if self._lease is None:
            return
        self._done.set()
        self._thread.join()
        if not self.lost():
            self._put(self._lease, "")

    def _keep(self) -> None:
        while not self._done.wait(self._seconds / 4) and not self._taken_away and self._lease:
            with suppress(TargetError):  # lost() tells by the clock; the server may be back before that
                self._put(self._lease, self._holder)

    def _put(self, lease: dict[str, Any], holder: str) -> None:
        asked = time.monotonic()
        spec = {**lease["spec"], "holderIdentity": holder, "renewTime": self._clock.text()}
        reply = _write(self._client, "PUT", lease, spec)
        if reply.status == 200:
            self._lease, self._renewed = reply.json(), asked
            self._clock = ServerClock(reply)  # anew, because ours stands still while this machine sleeps
        elif reply.status in (404, 409):
            self._taken_away = True


@contextmanager
def lease(client: Client, unit: Unit, holder: str, seconds: int = SECONDS) -> Iterator[ClusterLease]:
    """The right to write to a unit, to be taken. Raises LeaseHeld if somebody else has it, Denied or TargetError."""
    reply = client.request("GET", f"{PATH}/{_name(unit)}")
    clock = ServerClock(reply)
    if reply.status != 404:
        _check_free(_good(reply), unit, clock.now())
    ours = ClusterLease(client, unit, holder, seconds, clock)
    try:
        yield ours
    finally:
        with suppress(Unreachable):  # then it runs out by itself
            ours.release()


def _acquire(client: Client, unit: Unit, holder: str, seconds: int, clock: ServerClock) -> dict[str, Any]:
    spec = {
        "holderIdentity": holder,
        "leaseDurationSeconds": seconds,
        "acquireTime": clock.text(),
        "renewTime": clock.text(),
        "leaseTransitions": 0,
    }
    reply = client.request("GET", f"{PATH}/{_name(unit)}")
    if reply.status == 404:
        metadata = {"name": _name(unit), "namespace": HOME, "labels": {MANAGED_BY: MANAGER, **unit.labels}}
        fresh = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
        reply = _write(client, "POST", fresh, spec)
    else:
        current = _good(reply)
        _check_free(current, unit, clock.now())
        spec["leaseTransitions"] = int(current["spec"].get("leaseTransitions") or 0) + 1
        reply = _write(client, "PUT", current, spec)
    if reply.status == 409:
        raise LeaseHeld(f"another sync of {unit} has just begun", "wait until it has ended")
    return _good(reply)


def _name(unit: Unit) -> str:
    return f"{unit.fleet}.{unit.environment}"


def _check_free(current: dict[str, Any], unit: Unit, now: datetime) -> None:
    spec = current.get("spec") or {}
    holder, renewed = spec.get("holderIdentity"), spec.get("renewTime")
    if not holder or not renewed or is_dead((current["metadata"].get("annotations") or {}).get(PROCESS, "")):
        return
    end = datetime.fromisoformat(renewed) + timedelta(seconds=int(spec.get("leaseDurationSeconds") or SECONDS))
    if now < end:
        since = datetime.fromisoformat(spec.get("acquireTime") or renewed).strftime("%Y-%m-%d %H:%M:%S UTC")
        message = f"{unit} is being written by {holder} since {since}"
        raise LeaseHeld(message, "wait until that has ended; a dead writer's lease runs out by itself")


def _write(client: Client, method: str, lease: dict[str, Any], spec: dict[str, Any]) -> Reply:
    metadata = lease["metadata"]
    path = PATH if method == "POST" else f"{PATH}/{metadata['name']}"
    annotations = {**(metadata.get("annotations") or {}), PROCESS: this_process()}
    body = {**lease, "metadata": {**metadata, "annotations": annotations}, "spec": spec}
    return client.request(method, path, {"fieldManager": MANAGER}, orjson.dumps(body))


def _good(reply: Reply) -> dict[str, Any]:
    if reply.status in (200, 201):
        return reply.json()
    permission = missing_permission(reply)
    if permission:
        raise Denied(permission, "every writer holds a Lease in namespace roster-system")
    raise TargetError(f"the lease cannot be had: {sentence(reply)}", INSTALL if reply.status == 404 else "")
