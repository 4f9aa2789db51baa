"""DirectoryTarget: a folder on disk as a Target: one YAML file an object, and Roster's own state beside them.

    <root>/<path>/<namespace>/<kind>-<name>.yaml     objects; cluster-scoped ones lie directly in <path>
    <root>/<path>/.roster-state/                     identity, inventories, locks, records with their status

Nothing runs here, so nothing is ever said to run: an object is as healthy as its file is in place.
"""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from compiler.emit import emit
from compiler.errors import TargetError, UsageError
from compiler.kube_object import ObjectKey, key_of
from compiler.rendered.folder import File, Folder, sentence, target_error
from compiler.rendered.layout import object_file
from compiler.yaml_reader import load
from reconciler.answer import Applied, ApplyAnswer, Conflicted, DeleteAnswer, Deleted, Live, Rejected
from reconciler.deciding.claim import Claim
from reconciler.errors import StaleInventory
from reconciler.inventory import Inventory, checked, loaded, stored
from reconciler.reach import Reach
from reconciler.target import Found, Lease, Missing, Named, Reading, Unread
from reconciler.targets.directory_file import bare, live_object, uid_of, version_of, with_server_fields, written
from reconciler.targets.directory_layout import (
    STATE,
    inventory_path,
    lock_path,
    record_path,
    records_folder,
)
from reconciler.targets.directory_lease import hold
from reconciler.unit import Unit

IDENTITY = f"{STATE}/identity"
WHOLE = 1 << 40
"""An inventory is one file here, not shards."""


class DirectoryTarget:
    """The folder `path` below `root`. Safe for several threads: each object is a file of its own."""

    def __init__(self, root: Path, path: str, reach: Reach | None = None) -> None:
        """Take the relative `path` below `root`. Raises UsageError if it is absolute, holds `..` or is no path."""
        steps = path.split("/")
        if path.startswith("/") or any(step in ("", ".", "..") or step.startswith(STATE) for step in steps):
            remedy = "give a path below --root, without .."
            raise UsageError(f"target.directory.path {path!r} is no relative path", remedy)
        self._folder = Folder(root)
        self._path = path
        self._reach = reach or Reach()
        self._identity = ""

    @property
    def title(self) -> str:
        """`directory .roster/dev`."""
        return f"directory {self._folder.root.name}/{self._path}"

    @property
    def reach(self) -> Reach:
        """What this reconciler may write here."""
        return self._reach

    @property
    def runs_workloads(self) -> bool:
        """Nothing runs in a directory."""
        return False

    def identity(self) -> str:
        """A random name kept in the directory; kept there from the first write on. Raises TargetError."""
        kept = self._read(IDENTITY)
        if kept is not None:
            return kept.content.decode("utf-8", "replace").strip()
        self._identity = self._identity or str(uuid.uuid4())
        return self._identity

    @contextmanager
    def lease(self, unit: Unit, holder: str) -> Iterator[Lease]:
        """The right to write, for one process at a time. Raises LeaseHeld, TargetError."""
        with hold(self._folder, self._place(lock_path(unit)), holder) as lease:
            self._folder.sweep(self._path)
            yield lease

    def load_inventory(self, unit: Unit) -> Inventory:
        """What is stored for the unit, or an empty inventory. Raises ForeignInventory, TargetError."""
        file = self._read(inventory_path(unit))
        if file is None:
            return Inventory(unit=unit, identity=self.identity())
        text = file.content.decode("ascii", "replace").strip()
        return checked(loaded((text,), token=version_of(file)), unit, self.identity())

    def store_inventory(self, inventory: Inventory) -> Inventory:
        """Store it in place of the version it was loaded from. Raises StaleInventory, TargetError."""
        path = inventory_path(inventory.unit)
        file = self._read(path)
        if (version_of(file) if file else "") != inventory.token:
            raise StaleInventory(f"the inventory of {inventory.unit} has changed meanwhile", "run it again")
        self._keep_identity()
        (text,) = stored(inventory, shard_bytes=WHOLE)
        content = f"{text}\n".encode()
        self._write(path, content)
        return replace(inventory, token=version_of(File(content, 0)))

    def read(self, unit: Unit, wanted: Sequence[Named]) -> Mapping[ObjectKey, Reading]:
        """Each wanted object as its file has it."""
        return {named.key: self._reading(named) for named in wanted}

    def claims(self, namespaces: Sequence[str]) -> tuple[Claim, ...]:
        """No autoscaler lives in a directory."""
        return ()

    def references(self, namespaces: Sequence[str]) -> Mapping[ObjectKey, frozenset[ObjectKey]]:
        """No pod lives in a directory."""
        return {}

    def apply(self, body: bytes, *, force: bool = False, dry_run: bool = False) -> ApplyAnswer:
        """Write the object's file; there is one manager here, so nothing is contested. A full disk is a Rejected."""
        desired: dict[str, Any] = orjson.loads(body)
        expected = desired["metadata"].pop("resourceVersion", "")
        path = self._place(object_file(key_of(desired)))
        try:
            file = self._folder.read(path)
            if expected and (file is None or expected != version_of(file)):
                return Conflicted(())
            content = written(desired, file)
            if not dry_run and (file is None or file.content != content):
                self._folder.write(path, content)
        except OSError as error:
            return Rejected(sentence(error, path))
        now = File(content, file.written if file else time.time())
        return Applied(with_server_fields(bare(desired), now), created=file is None)

    def can_create(self, body: bytes) -> bool:
        """A file can always be made under another name."""
        return True

    def delete(self, wanted: Named, uid: str, resource_version: str) -> DeleteAnswer:
        """Remove the object's file if it is still the one that was looked at."""
        path = self._place(object_file(wanted.key))
        try:
            file = self._folder.read(path)
            if file is None:
                return Deleted()
            if uid != uid_of(file) or resource_version not in ("", version_of(file)):
                return Conflicted(())
            self._folder.delete(path)
        except OSError as error:
            return Rejected(sentence(error, path))
        return Deleted()

    def scenes(self, unit: Unit, wanted: Sequence[Named]) -> Iterator[Mapping[ObjectKey, Live]]:
        """Those of the objects that exist: at once, and every second; only files that changed are read again."""
        marks: dict[ObjectKey, tuple[int, ...]] = {}
        scene: dict[ObjectKey, Live] = {}
        while True:
            for named in wanted:
                mark = self._folder.mark(self._place(object_file(named.key)))
                if marks.get(named.key) != mark:
                    marks[named.key] = mark
                    reading = self._reading(named)
                    scene.pop(named.key, None)
                    scene |= {named.key: reading.live} if isinstance(reading, Found) else {}
            yield dict(scene)
            time.sleep(1)

    def pods(self, workload: Live) -> tuple[Live, ...]:
        """No pod lives in a directory."""
        return ()

    def read_records(self, unit: Unit, kinds: Sequence[Named]) -> Mapping[ObjectKey, Live]:
        """The unit's records of these kinds. Raises TargetError."""
        wanted = {(named.key.group, named.key.kind) for named in kinds}
        folder = records_folder(unit)
        found = [self._record(f"{folder}/{name}") for name in self._folder.names(self._place(folder))]
        keyed = ((key_of(dict(record)), record) for record in found if record is not None)
        return {key: record for key, record in keyed if (key.group, key.kind) in wanted}

    def write_record(self, body: bytes) -> Live:
        """Write one record, its status kept. Raises TargetError."""
        desired: dict[str, Any] = orjson.loads(body)
        path = record_path(desired)
        there = self._record(path) or {}
        before = dict(there.get("metadata", {}))
        same = bare(desired).get("spec") == there.get("spec")
        desired["metadata"]["uid"] = before.get("uid") or str(uuid.uuid4())
        desired["metadata"]["generation"] = before.get("generation", 0) + (0 if same and there else 1)
        if "status" in there:
            desired["status"] = there["status"]
        return self._keep_record(path, desired, there)

    def write_status(self, record: Live, status: Mapping[str, object]) -> Live:
        """Put the status of a record that exists. Raises TargetError."""
        path = record_path(record)
        there = self._record(path)
        if there is None:
            raise TargetError(f"the record {key_of(dict(record))} has gone meanwhile", "run it again")
        return self._keep_record(path, {**there, "status": status}, there)

    def delete_record(self, record: Live) -> None:
        """Remove one record. Raises TargetError."""
        path = self._place(record_path(record))
        try:
            self._folder.delete(path)
        except OSError as error:
            raise target_error(error, path) from error

    def _place(self, path: str) -> str:
        return f"{self._path}/{path}"

    def _reading(self, named: Named) -> Reading:
        path = self._place(object_file(named.key))
        try:
            file = self._folder.read(path)
        except OSError as error:
            return Unread(sentence(error, path))
        return Missing() if file is None else Found(live_object(file, named))

    def _read(self, path: str) -> File | None:
        path = self._place(path)
        try:
            return self._folder.read(path)
        except OSError as error:
            raise target_error(error, path) from error

    def _write(self, path: str, content: bytes) -> None:
        path = self._place(path)
        try:
            self._folder.write(path, content)
        except OSError as error:
            raise target_error(error, path) from error

    def _keep_identity(self) -> None:
        if self._read(IDENTITY) is None:
            self._write(IDENTITY, f"{self.identity()}\n".encode())

    def _record(self, path: str) -> Live | None:
        file = self._read(path)
        documents = load(file.content)[0] if file else ()
        return documents[0] if documents and isinstance(documents[0], dict) else None

    def _keep_record(self, path: str, record: Mapping[str, Any], there: Mapping[str, Any]) -> Live:
        if dict(record) != dict(there):
            self._write(path, emit([record]).encode())
        return record
