"""Bad surroundings: repositories, networks, credentials and disks that fail; each is one message, and nothing is lost."""

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.reconciler.test_fetch import certificate
from tests.scenarios.bad_input import ENVIRONMENT, FOLDER, judged, on_target, refused
from tests.scenarios.repository import make

PROMPT_FILE = f"{FOLDER}/prompts/support.md"
INVENTORY = ".roster/prod/.roster-state/acme.prod.inventory"


@pytest.mark.parametrize("command", ["plan", "sync", "run", "status"])
def test_an_environment_that_does_not_exist_is_said_with_the_nearest(local, command):
    before = on_target(local)
    told = refused(local, command, "prd", code=2)
    (message,) = told.messages
    assert "no environment named prd" in message
    assert ("there are: prod" if command == "run" else "did you mean prod?") in told.error
    assert on_target(local) == before


@pytest.mark.parametrize("words", [("sync", "prod"), ("diff", "main..HEAD")])
def test_a_repository_without_commits_is_said(tmp_path, words):
    told = refused(make(tmp_path / "new", {}), *words, code=2)
    assert told.messages == [f"error: the repository {tmp_path / 'new'} has no commits yet"]
    assert "git commit" in told.error
    assert not (tmp_path / "new/.roster/prod").exists()


def test_a_ref_that_does_not_exist_is_said_with_the_nearest(local):
    before = on_target(local)
    told = refused(local, "sync", "prod", "--ref", "mian", code=2)
    assert told.messages == [f"error: the ref mian does not exist in the repository {local.path}"]
    assert "did you mean main?" in told.error
    assert on_target(local) == before


def test_no_network_is_said_without_the_password_of_the_address(local):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{closed.getsockname()[1]}/fleet.git"
        before = on_target(local)
        told = refused(local, "sync", "prod", "--source", f"https://ana:hunter2@{place}", code=3)
    assert told.messages == [f"error: https://{place} cannot be reached over the network"]
    assert "check the network" in told.error
    assert on_target(local) == before


class LetsNobodyIn(BaseHTTPRequestHandler):
    """A Git server that knows no one."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="fleets"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def locked(tmp_path, monkeypatch) -> Iterator[str]:
    """Host and port of such a server, whose certificate is trusted."""
    pem = certificate(tmp_path)
    monkeypatch.setenv("GIT_SSL_CAINFO", str(pem))
    server = HTTPServer(("127.0.0.1", 0), LetsNobodyIn)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("user", ["ana:hunter2@", ""])
def test_wrong_git_credentials_are_said_and_never_shown(local, locked, user):
    before = on_target(local)
    told = refused(local, "sync", "prod", "--source", f"https://{user}{locked}/fleet.git", code=3)
    (message,) = told.messages
    assert message.startswith(f"error: https://{locked}/fleet.git refused the credentials")
    assert "give a credential helper, a token" in told.error
    assert on_target(local) == before


def test_the_objects_of_another_fleet_are_left_alone(local):
    before = on_target(local)
    local.commit({f"{FOLDER}/environment.yaml": ENVIRONMENT.replace("fleet: acme", "fleet: other")})
    told = refused(local, "sync", "prod", code=3)
    assert any("held: exists, and belongs to acme/prod" in message for message in told.messages)
    after = on_target(local)
    assert all(after[name] == content for name, content in before.items())
    assert {name for name in after if not name.startswith(".roster-state")} == {
        name for name in before if not name.startswith(".roster-state")
    }


SPOILED = {
    "fleet": ("the inventory stored for other/prod belongs to acme/prod", "two fleets share one target under one name"),
    "place": ("the inventory stored for acme/prod was written for target", "a copied inventory proves nothing"),
    "damaged": ("the stored inventory cannot be read", "it was damaged, or written by something else"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_an_inventory_that_is_not_ours_is_never_acted_upon(local, spoiled):
    fact, remedy = SPOILED[spoiled]
    inventory, identity = local.path / INVENTORY, local.path / ".roster/prod/.roster-state/identity"
    fleet = "acme"
    if spoiled == "fleet":
        fleet = "other"
        inventory.rename(inventory.with_name("other.prod.inventory"))
    elif spoiled == "place":
        identity.write_text("the identity of another directory\n")
    else:
        inventory.write_text("x" * 100)
    before = on_target(local)
    local.commit({f"{FOLDER}/environment.yaml": ENVIRONMENT.replace("acme", fleet), PROMPT_FILE: "Be quick.\n"})
    told = refused(local, "sync", "prod", code=3)
    assert len(told.messages) == 1, told.error
    assert fact in told.messages[0]
    assert remedy in told.error
    assert on_target(local) == before


@pytest.fixture
def full_disk(local) -> Iterator[Callable[[], "subprocess.CompletedProcess[str]"]]:
    """A sync with little room below its directory: a small file system where one may be mounted, else a bound."""
    folder = str(local.path / ".roster/prod")
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "roster-test", folder]
    subprocess.run(["cp", "-a", folder, f"{folder}.kept"], check=True)
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if mounted:
        subprocess.run(["cp", "-a", f"{folder}.kept/.", folder], check=True)
    bounded = [] if mounted else ["bash", "-c", 'ulimit -f 100; exec "$@"', "bash"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}

    def sync() -> "subprocess.CompletedProcess[str]":
        command = [*bounded, *local.command("sync", "prod")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    try:
        yield sync
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_under_the_directory_loses_nothing(local, full_disk):
    before = on_target(local)
    local.commit({PROMPT_FILE: "x" * 300_000})
    told = judged(full_disk(), 3)
    assert [message for message in told.messages if "the disk is full" in message]
    after = on_target(local)
    assert {name for name in after if ".tmp-" in name} == set()
    assert all(after[name] == content for name, content in before.items() if not name.startswith(".roster-state"))
    local.commit({PROMPT_FILE: "Be quick.\n"})
    assert full_disk().returncode == 0
    assert any(b"Be quick." in content for content in on_target(local).values())
