"""A unit and a holder in -> a Lease object held on the cluster, renewed in the background until the block ends."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from compiler.errors import TargetError
from reconciler.errors import Denied, LeaseHeld, Unreachable
from reconciler.targets.kubernetes_answers import missing_permission, sentence
from reconciler.targets.kubernetes_client import Client, Reply
from reconciler.targets.kubernetes_inventory import HOME, INSTALL
from reconciler.unit import MANAGED_BY, MANAGER, Unit

PATH = f"/apis/coordination.k8s.io/v1/namespaces/{HOME}/leases"
SECONDS = 20
"""A lease that was not renewed for so long may be taken over."""


class HeldLease:
    """A lease that we hold, and the thread that renews it."""

    def __init__(self, client: Client, lease: dict[str, Any], seconds: float) -> None:
        """`lease` is the object as the server stored it for us; `seconds` is how long it lasts unrenewed."""
        self._client = client
        self._lease = lease
        self._seconds = seconds
        self._renewed = time.monotonic()
        self._taken = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()

    def lost(self) -> bool:
        """True once it was taken over, or could not be renewed for as long as it lasts."""
        return self._taken or time.monotonic() - self._renewed > self._seconds

    def release(self) -> None:
        """Stop renewing, and give it back if it is still ours."""
        self._done.set()
        self._thread.join()
        if not self.lost():
            self._put("")

    def _keep(self) -> None:
        while not self._done.wait(self._seconds / 4) and not self._taken:
            try:
                self._put(self._lease["spec"]["holderIdentity"])
            except TargetError:
                continue  # lost() tells by the clock; the server may be back before that

    def _put(self, holder: str) -> None:
        spec = {**self._lease["spec"], "holderIdentity": holder, "renewTime": _now()}
        asked = time.monotonic()
        reply = _write(self._client, "PUT", self._lease, spec)
        if reply.status == 200:
            self._lease, self._renewed = reply.json(), asked
        elif reply.status in (404, 409):
            self._taken = True


@contextmanager
def lease(client: Client, unit: Unit, holder: str, seconds: int = SECONDS) -> Iterator[HeldLease]:
    """The right to write to a unit. Raises LeaseHeld if somebody else has it, Denied or TargetError if it cannot be."""
    held = HeldLease(client, _acquire(client, unit, holder, seconds), seconds)
    try:
        yield held
    finally:
        with suppress(Unreachable):  # then it runs out by itself
            held.release()


def _acquire(client: Client, unit: Unit, holder: str, seconds: int) -> dict[str, Any]:
    name = f"{unit.fleet}.{unit.environment}"
    spec = {
        "holderIdentity": holder,
        "leaseDurationSeconds": seconds,
        "acquireTime": _now(),
        "renewTime": _now(),
        "leaseTransitions": 0,
    }
    reply = client.request("GET", f"{PATH}/{name}")
    if reply.status == 404:
        metadata = {"name": name, "namespace": HOME, "labels": {MANAGED_BY: MANAGER, **unit.labels}}
        fresh = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
        reply = _write(client, "POST", fresh, spec)
    else:
        current = _good(reply)
        _check_free(current, unit)
        spec["leaseTransitions"] = int(current["spec"].get("leaseTransitions") or 0) + 1
        reply = _write(client, "PUT", current, spec)
    if reply.status == 409:
        raise LeaseHeld(f"another sync of {unit} has just begun", "wait until it has ended")
    return _good(reply)


def _check_free(current: dict[str, Any], unit: Unit) -> None:
    spec = current.get("spec") or {}
    holder, renewed = spec.get("holderIdentity"), spec.get("renewTime")
    if not holder or not renewed:
        return
    end = datetime.fromisoformat(renewed) + timedelta(seconds=int(spec.get("leaseDurationSeconds") or SECONDS))
    if datetime.now(UTC) < end:
        since = datetime.fromisoformat(spec.get("acquireTime") or renewed).strftime("%Y-%m-%d %H:%M:%S UTC")
        message = f"{unit} is being written by {holder} since {since}"
        raise LeaseHeld(message, "wait until that has ended; a dead writer's lease runs out by itself")


def _write(client: Client, method: str, lease: dict[str, Any], spec: dict[str, Any]) -> Reply:
    path = PATH if method == "POST" else f"{PATH}/{lease['metadata']['name']}"
    return client.request(method, path, {"fieldManager": MANAGER}, orjson.dumps({**lease, "spec": spec}))


def _good(reply: Reply) -> dict[str, Any]:
    if reply.status in (200, 201):
        return reply.json()
    permission = missing_permission(reply)
    if permission:
        raise Denied(permission, "every writer holds a Lease in namespace roster-system")
    raise TargetError(f"the lease cannot be had: {sentence(reply)}", INSTALL if reply.status == 404 else "")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
