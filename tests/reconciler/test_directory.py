"""The directory target: one file an object, whole or not at all, and nothing outside its folder."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.emit import emit
from compiler.errors import TargetError, UsageError
from compiler.kube_object import canonical, key_of
from compiler.spec_key import SpecKey
from reconciler.answer import Applied, Conflicted, Deleted, Rejected
from reconciler.deciding.ours import proven_ours
from reconciler.errors import ForeignInventory, LeaseHeld, StaleInventory
from reconciler.inventory import Inventory, Owned, widened
from reconciler.target import Found, Missing, Named, Unread
from reconciler.targets.directory import DirectoryTarget
from reconciler.unit import Unit

UNIT = Unit("acme", "dev")


def config(name: str = "prompts", text: str = "one", namespace: str = "agents") -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "roster", **UNIT.labels}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"system.md": text}}


def named(body: dict[str, Any]) -> Named:
    return Named(key_of(body), body["apiVersion"])


def owned(body: dict[str, Any], uid: str = "") -> Owned:
    return Owned(key=key_of(body), api_version="v1", spec=SpecKey("Agent", "support"), uid=uid)


@pytest.fixture
def target(tmp_path: Path) -> DirectoryTarget:
    return DirectoryTarget(tmp_path / ".roster", "dev")


def reading(target: DirectoryTarget, body: dict[str, Any]) -> Any:
    return target.read(UNIT, [named(body)])[key_of(body)]


def put(target: DirectoryTarget, body: dict[str, Any]) -> Applied:
    answer = target.apply(canonical(body))
    assert isinstance(answer, Applied), answer
    return answer


def test_an_object_is_one_file_that_reads_as_the_object(target: DirectoryTarget, tmp_path: Path) -> None:
    assert put(target, config()).created
    text = (tmp_path / ".roster/dev/agents/configmap-prompts.yaml").read_text()
    assert yaml.safe_load(text) == config()
    assert text.endswith(emit([config()]))


def test_what_was_applied_is_found(target: DirectoryTarget) -> None:
    assert reading(target, config()) == Missing()
    answer = put(target, config())
    found = reading(target, config())
    assert isinstance(found, Found)
    assert found.live["data"] == {"system.md": "one"}
    for fact in ("uid", "resourceVersion"):
        assert found.live["metadata"][fact] == answer.live["metadata"][fact] != ""


def test_a_dry_run_writes_nothing_and_says_what_would_be(target: DirectoryTarget, tmp_path: Path) -> None:
    answer = target.apply(canonical(config()), dry_run=True)
    assert isinstance(answer, Applied)
    assert answer.live["data"] == {"system.md": "one"}
    assert not (tmp_path / ".roster").exists()


def test_reading_never_makes_a_folder(target: DirectoryTarget, tmp_path: Path) -> None:
    assert target.load_inventory(UNIT) == Inventory(unit=UNIT, identity=target.identity())
    assert target.read_records(UNIT, []) == {}
    assert not (tmp_path / ".roster").exists()


def test_an_update_keeps_the_uid_and_changes_the_version(target: DirectoryTarget) -> None:
    before, after = put(target, config()).live, put(target, config(text="two")).live
    assert before["metadata"]["uid"] == after["metadata"]["uid"]
    assert before["metadata"]["resourceVersion"] != after["metadata"]["resourceVersion"]


def test_applying_the_same_again_does_not_touch_the_file(target: DirectoryTarget, tmp_path: Path) -> None:
    put(target, config())
    place = tmp_path / ".roster/dev/agents/configmap-prompts.yaml"
    before = place.stat()
    assert not put(target, config()).created
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_old_version_as_precondition_is_a_conflict(target: DirectoryTarget) -> None:
    version = put(target, config()).live["metadata"]["resourceVersion"]
    put(target, config(text="two"))
    late = config(text="three")
    late["metadata"]["resourceVersion"] = version
    assert target.apply(canonical(late)) == Conflicted(())


def test_delete_takes_exactly_what_was_looked_at(target: DirectoryTarget, tmp_path: Path) -> None:
    facts = put(target, config()).live["metadata"]
    put(target, config(text="edited"))
    assert target.delete(named(config()), facts["uid"], facts["resourceVersion"]) == Conflicted(())
    assert target.delete(named(config()), "another", "") == Conflicted(())
    assert target.delete(named(config()), facts["uid"], "") == Deleted()
    assert target.delete(named(config()), facts["uid"], "") == Deleted()
    assert not (tmp_path / ".roster/dev/agents").exists()


def test_a_file_that_somebody_made_is_nobodys_of_ours(target: DirectoryTarget, tmp_path: Path) -> None:
    put(target, config("other"))
    body = {**config(), "metadata": {"name": "prompts", "namespace": "agents"}}
    (tmp_path / ".roster/dev/agents/configmap-prompts.yaml").write_text(yaml.safe_dump(body))
    found = reading(target, config())
    assert isinstance(found, Found)
    assert found.live["metadata"]["uid"] == ""
    assert not proven_ours(found.live, owned(config()), UNIT)


def test_a_file_of_ours_is_proven_even_if_its_uid_was_never_recorded(target: DirectoryTarget) -> None:
    put(target, config())
    found = reading(target, config())
    assert proven_ours(found.live, owned(config()), UNIT)


@pytest.mark.parametrize("text", ["", "{", "- a\n- b\n", "kind: Other\n", "a: 1\n---\nb: 2\n", "\x00", "a: &a [*a]\n"])
def test_a_file_spoilt_by_hand_is_found_and_claimed_by_nobody(
    target: DirectoryTarget, tmp_path: Path, text: str
) -> None:
    put(target, config())
    (tmp_path / ".roster/dev/agents/configmap-prompts.yaml").write_text(text)
    found = reading(target, config())
    assert isinstance(found, Found)
    assert "labels" not in found.live["metadata"]
    assert put(target, config()).live["data"] == {"system.md": "one"}


def test_values_of_secrets_are_dropped_at_the_door(target: DirectoryTarget, tmp_path: Path) -> None:
    place = tmp_path / ".roster/dev/agents"
    place.mkdir(parents=True)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"key": "hunter2"}}
    (place / "secret-s.yaml").write_text(yaml.safe_dump(secret))
    secret["metadata"]["namespace"] = "agents"  # type: ignore[index]
    found = reading(target, secret)
    assert isinstance(found, Found)
    assert found.live["stringData"] == {"key": ""}


@pytest.mark.parametrize("path", ["/etc", "..", "a/../b", "", "a//b", "./a", ".roster-state", "a/.roster-state/x"])
def test_a_path_that_leaves_the_root_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="no relative path"):
        DirectoryTarget(tmp_path, path)


@pytest.mark.parametrize("name", ["../../../escape", "a/b", "..", ".hidden", "x" * 250, "system:node", "ü"])
def test_no_name_leads_out_of_the_folder(target: DirectoryTarget, tmp_path: Path, name: str) -> None:
    for body in (config(name=name), config(namespace=name)):
        put(target, body)
        assert reading(target, body).live["metadata"]["name"] == body["metadata"]["name"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(path.is_relative_to(tmp_path / ".roster/dev") for path in files)


def test_kinds_of_one_name_in_two_groups_are_two_files(target: DirectoryTarget) -> None:
    core = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "n"}}
    knative = {**core, "apiVersion": "serving.knative.dev/v1"}
    put(target, core)
    assert reading(target, knative) == Missing()


@pytest.mark.parametrize("link", [".roster", ".roster/dev", ".roster/dev/agents"])
def test_a_link_on_the_way_is_refused(target: DirectoryTarget, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(outside)
    answer = target.apply(canonical(config()))
    assert isinstance(answer, Rejected)
    assert "in the way" in answer.sentence
    assert isinstance(reading(target, config()), Unread)
    assert list(outside.iterdir()) == []


def test_a_link_in_place_of_a_file_is_never_followed(target: DirectoryTarget, tmp_path: Path) -> None:
    put(target, config("other"))
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    place = tmp_path / ".roster/dev/agents/configmap-prompts.yaml"
    place.symlink_to(outside)
    assert isinstance(reading(target, config()), Unread)
    assert isinstance(target.apply(canonical(config())), Rejected)
    assert outside.read_text() == "untouched"


def test_a_device_in_place_of_a_file_is_never_read(target: DirectoryTarget, tmp_path: Path) -> None:
    put(target, config("other"))
    os.mkfifo(tmp_path / ".roster/dev/agents/configmap-prompts.yaml")
    assert isinstance(reading(target, config()), Unread)


def test_the_inventory_comes_back_as_it_was_stored(target: DirectoryTarget, tmp_path: Path) -> None:
    uid = put(target, config()).live["metadata"]["uid"]
    first = target.store_inventory(widened(target.load_inventory(UNIT), [owned(config(), uid)]))
    again = DirectoryTarget(tmp_path / ".roster", "dev")
    assert again.load_inventory(UNIT) == first
    assert again.identity() == target.identity()


def test_an_inventory_that_changed_meanwhile_is_not_overwritten(target: DirectoryTarget) -> None:
    early = target.load_inventory(UNIT)
    target.store_inventory(widened(early, [owned(config())]))
    with pytest.raises(StaleInventory):
        target.store_inventory(early)


def test_the_inventory_of_another_directory_is_refused(target: DirectoryTarget, tmp_path: Path) -> None:
    target.store_inventory(target.load_inventory(UNIT))
    (tmp_path / ".roster/dev/.roster-state/identity").write_text("another\n")
    with pytest.raises(ForeignInventory):
        target.load_inventory(UNIT)


def test_a_spoilt_inventory_is_refused_and_never_read_as_empty(target: DirectoryTarget, tmp_path: Path) -> None:
    target.store_inventory(target.load_inventory(UNIT))
    (tmp_path / ".roster/dev/.roster-state/acme.dev.inventory").write_bytes(b"\xff spoilt")
    with pytest.raises(ForeignInventory):
        target.load_inventory(UNIT)


def test_one_writer_at_a_time(target: DirectoryTarget, tmp_path: Path) -> None:
    other = DirectoryTarget(tmp_path / ".roster", "dev")
    with target.lease(UNIT, "sync of Ana") as lease:
        assert not lease.lost()
        with pytest.raises(LeaseHeld, match="sync of Ana works here since"), other.lease(UNIT, "run"):
            pass
        with other.lease(Unit("acme", "prod"), "run"):
            pass
    with other.lease(UNIT, "run"):
        pass


def test_the_lock_of_a_dead_writer_is_taken_over(target: DirectoryTarget, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from reconciler.targets.directory import DirectoryTarget as D;"
        "from reconciler.unit import Unit\n"
        "with D(Path(sys.argv[1]), 'dev').lease(Unit('acme', 'dev'), 'doomed'):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / ".roster")], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
        with pytest.raises(LeaseHeld, match="doomed"), target.lease(UNIT, "heir"):
            pass
        child.send_signal(signal.SIGKILL)
        child.wait()
    with target.lease(UNIT, "heir"):
        pass


def test_a_lock_file_that_was_removed_is_a_lost_lease(target: DirectoryTarget, tmp_path: Path) -> None:
    with target.lease(UNIT, "sync") as lease:
        (tmp_path / ".roster/dev/.roster-state/acme.dev.lock").unlink()
        assert lease.lost()


def test_leftovers_of_a_killed_write_are_swept(target: DirectoryTarget, tmp_path: Path) -> None:
    put(target, config())
    left, fresh = (tmp_path / ".roster/dev/agents" / name for name in (".tmp-old", ".tmp-fresh"))
    left.write_text("half")
    fresh.write_text("half")
    os.utime(left, (time.time() - 3600,) * 2)
    with target.lease(UNIT, "sync"):
        pass
    assert (left.exists(), fresh.exists()) == (False, True)


@contextmanager
def small_files() -> Iterator[None]:
    """A limit of the operating system on the size of files: a real error in the middle of a write.

    Only around the write itself, because the limit also holds for a file that the test run is logged to.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_object_as_it_was(target: DirectoryTarget, tmp_path: Path) -> None:
    put(target, config())
    with small_files():
        answer = target.apply(canonical(config(text="x" * 10_000)))
    assert isinstance(answer, Rejected)
    assert "the disk is full" in answer.sentence
    assert reading(target, config()).live["data"] == {"system.md": "one"}
    assert [path.name for path in (tmp_path / ".roster/dev/agents").iterdir()] == ["configmap-prompts.yaml"]


def test_a_full_disk_leaves_the_inventory_as_it_was(target: DirectoryTarget) -> None:
    before = target.store_inventory(target.load_inventory(UNIT))
    many = [owned(config(os.urandom(16).hex()), os.urandom(16).hex()) for _ in range(200)]
    with small_files(), pytest.raises(TargetError, match="the disk is full"):
        target.store_inventory(widened(before, many))
    assert target.load_inventory(UNIT) == before


@pytest.fixture
def nobody() -> Iterator[None]:
    """Nothing is forbidden to root, so root becomes somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_folder_without_permission_is_said(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    target = DirectoryTarget(tmp_path / ".roster", "dev")
    put(target, config())
    (tmp_path / ".roster/dev/agents").chmod(stat.S_IRUSR | stat.S_IXUSR)
    request.getfixturevalue("nobody")
    answer = target.apply(canonical(config(text="two")))
    assert isinstance(answer, Rejected)
    assert "permission denied" in answer.sentence


def record(text: str = "one") -> dict[str, Any]:
    metadata = {"name": "support", "namespace": "agents", "labels": UNIT.labels}
    return {"apiVersion": "roster.dev/v1alpha1", "kind": "Agent", "metadata": metadata, "spec": {"description": text}}


def test_a_record_keeps_its_status_until_that_is_put(target: DirectoryTarget) -> None:
    kinds = [Named(key_of(record()), "roster.dev/v1alpha1")]
    first = target.write_record(canonical(record()))
    assert first["metadata"]["generation"] == 1
    target.write_status(first, {"health": "Healthy"})
    second = target.write_record(canonical(record("two")))
    assert (second["metadata"]["generation"], second["status"]) == (2, {"health": "Healthy"})
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    assert target.read_records(UNIT, kinds) == {key_of(record()): second}
    assert target.read_records(Unit("acme", "prod"), kinds) == {}
    target.delete_record(second)
    assert target.read_records(UNIT, kinds) == {}


def test_scenes_show_what_is_there(target: DirectoryTarget) -> None:
    put(target, config())
    scenes = target.scenes(UNIT, [named(config()), named(config("absent"))])
    assert set(next(scenes)) == {key_of(config())}
    scenes.close()  # type: ignore[attr-defined]
