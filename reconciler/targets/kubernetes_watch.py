"""Wanted objects in -> scenes out: those that exist, again after each change, by one watch a kind and namespace."""

import threading
from collections.abc import Iterator, Mapping, Sequence

import orjson

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey, key_of
from reconciler.answer import Live
from reconciler.target import Named
from reconciler.targets.kubernetes_client import Client, Lines
from reconciler.targets.kubernetes_resources import Resource, Resources

TICK = 1.0
WINDOW = "240"
"""Seconds after which the server ends a watch by itself."""


class Scenery:
    """The picture of some objects, kept up to date by threads until it is closed."""

    def __init__(self, client: Client, resources: Resources, selector: str, wanted: Sequence[Named]) -> None:
        """Begins to watch at once."""
        self._client = client
        self._selector = selector
        self._wanted = frozenset(named.key for named in wanted)
        self._objects: dict[ObjectKey, Live] = {}
        self._lock = threading.Lock()
        self._moved = threading.Event()
        self._closed = threading.Event()
        self._open: set[Lines] = set()
        self._trouble: TargetError | None = None
        self._threads = [
            threading.Thread(target=self._follow, args=(place, kind, version, namespace), name="watch", daemon=True)
            for version, kind, namespace in sorted({(n.api_version, n.key.kind, n.key.namespace) for n in wanted})
            if (place := resources.find(version, kind)) is not None
        ]
        self._started = threading.Barrier(len(self._threads) + 1)
        for thread in self._threads:
            thread.start()

    def scenes(self) -> Iterator[Mapping[ObjectKey, Live]]:
        """The picture once all lists are in, after each change, and every second. Raises TargetError without them."""
        self._started.wait()
        if self._trouble is not None:
            raise self._trouble
        while not self._closed.is_set():
            self._moved.clear()
            with self._lock:
                scene = dict(self._objects)
            yield scene
            self._moved.wait(TICK)

    def close(self) -> None:
        """End every watch and its thread."""
        with self._lock:
            self._closed.set()
            lines = tuple(self._open)
        for line in lines:
            line.stop()
        for thread in self._threads:
            thread.join(TICK)

    def _follow(self, place: Resource, kind: str, version: str, namespace: str) -> None:
        started = False
        while not self._closed.is_set():
            try:
                since = self._list(place, kind, version, namespace)
                started = started or self._start()
                self._watch(place, namespace, since)
            except TargetError as error:
                # Without its first list the picture would show objects as gone of which nothing is known.
                self._trouble = self._trouble if started else error
                started = started or self._start()
                self._closed.wait(TICK)

    def _start(self) -> bool:
        """Wait until every list has been asked for."""
        self._started.wait()
        return True

    def _list(self, place: Resource, kind: str, version: str, namespace: str) -> str:
        reply = self._client.request("GET", place.collection(namespace), {"labelSelector": self._selector})
        if reply.status != 200:
            raise TargetError(f"the cluster does not list {place.plural}")
        listed = reply.json()
        group = version.rpartition("/")[0]
        described = {"apiVersion": version, "kind": kind}
        items = [{**item, **described} for item in listed.get("items") or ()]
        found = {key_of(item): item for item in items}
        with self._lock:
            stale = [key for key in self._objects if (key.group, key.kind, key.namespace) == (group, kind, namespace)]
            for key in stale:
                del self._objects[key]
            self._objects.update({key: live for key, live in found.items() if key in self._wanted})
        self._moved.set()
        return str(listed["metadata"]["resourceVersion"])

    def _watch(self, place: Resource, namespace: str, since: str) -> None:
        query = {
            "labelSelector": self._selector,
            "watch": "1",
            "resourceVersion": since,
            "timeoutSeconds": WINDOW,
            "allowWatchBookmarks": "true",
        }
        with self._client.lines(place.collection(namespace), query) as lines:
            with self._lock:  # either close() sees these lines, or we see that it was called
                if self._closed.is_set():
                    return
                self._open.add(lines)
            try:
                for line in lines:
                    if self._closed.is_set():
                        return
                    self._take(orjson.loads(line))
            finally:
                with self._lock:
                    self._open.discard(lines)

    def _take(self, event: dict[str, Live]) -> None:
        """Note one event. Raises TargetError if the watch is out of date and must begin anew."""
        if str(event["type"]) == "ERROR":
            raise TargetError("the watch is out of date")
        if str(event["type"]) == "BOOKMARK":
            return
        live = event["object"]
        key = key_of(dict(live))
        if key in self._wanted:
            with self._lock:
                if str(event["type"]) == "DELETED":
                    self._objects.pop(key, None)
                else:
                    self._objects[key] = live
            self._moved.set()
