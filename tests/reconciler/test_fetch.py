"""fetch: a ref becomes a commit in a mirror of ours; what goes wrong is one sentence without secrets."""

import base64
import contextlib
import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from compiler.errors import RosterError, TargetError, UsageError
from reconciler.fetch import fetch
from reconciler.source.local_revision import local_revision
from reconciler.source.mirror import mirror_path
from reconciler.source.notes import push_notes, read_note, write_note
from reconciler.source.refusal import refusal
from reconciler.source.revision import GitSource


def run(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "README.md").write_text(text)
    run(folder, "add", "-A")
    run(folder, "commit", "-qm", f"say {text}")
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    run(folder, "init", "-q", "-b", "main")
    commit(folder, "one")
    return folder


@pytest.fixture
def mirrors(tmp_path: Path) -> Path:
    return tmp_path / "mirrors"


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(params=["folder", "file URL"])
def source(request: pytest.FixtureRequest, origin: Path) -> GitSource:
    return GitSource(str(origin) if request.param == "folder" else origin.as_uri())


def test_a_ref_becomes_a_commit_in_a_mirror(source: GitSource, origin: Path, mirrors: Path) -> None:
    revision = fetch(source, mirrors)
    assert (revision.commit, revision.author, revision.subject) == (run(origin, "rev-parse", "HEAD"), "Ana", "say one")
    assert revision.repository.parent == mirrors
    assert revision.tree().read("README.md") == b"one"


def test_nothing_new_is_no_work(source: GitSource, mirrors: Path) -> None:
    first = fetch(source, mirrors)
    before = snapshot(mirrors)
    assert fetch(source, mirrors) == first
    assert snapshot(mirrors) == before


def test_a_new_commit_is_brought(source: GitSource, origin: Path, mirrors: Path) -> None:
    fetch(source, mirrors)
    newer = commit(origin, "two")
    assert fetch(source, mirrors).commit == newer


def test_a_forced_push_is_followed_and_the_old_commit_can_still_be_read(origin: Path, mirrors: Path) -> None:
    source = GitSource(origin.as_uri(), "main")
    old = fetch(source, mirrors)
    run(origin, "commit", "-q", "--amend", "-m", "rewritten")
    assert fetch(source, mirrors).subject == "rewritten"
    assert old.tree().read("README.md") == b"one"


@pytest.mark.parametrize("ref", ["main", "refs/heads/main", "v1", "annotated", "HEAD"])
def test_every_way_to_name_a_commit(source: GitSource, origin: Path, mirrors: Path, ref: str) -> None:
    run(origin, "tag", "v1")
    run(origin, "tag", "-a", "-m", "said", "annotated")
    assert fetch(GitSource(source.location, ref), mirrors).commit == run(origin, "rev-parse", "HEAD")


def test_a_commit_can_be_named_in_full_and_in_short(source: GitSource, origin: Path, mirrors: Path) -> None:
    first = run(origin, "rev-parse", "HEAD")
    commit(origin, "two")
    assert fetch(GitSource(source.location, first), mirrors).commit == first
    assert fetch(GitSource(source.location, first[:9]), mirrors).commit == first


def test_a_commit_that_no_branch_leads_to_is_found_in_a_folder(origin: Path, mirrors: Path) -> None:
    run(origin, "switch", "-q", "--detach")
    alone = commit(origin, "alone")
    assert fetch(GitSource(str(origin)), mirrors).commit == alone


def test_a_shallow_clone_will_do(origin: Path, tmp_path: Path, mirrors: Path) -> None:
    commit(origin, "two")
    run(tmp_path, "clone", "-q", "--depth=1", origin.as_uri(), "shallow")
    assert fetch(GitSource(str(tmp_path / "shallow")), mirrors).tree().read("README.md") == b"two"


def test_branch_names_that_end_alike_are_not_confused(origin: Path, mirrors: Path) -> None:
    first = run(origin, "rev-parse", "HEAD")
    run(origin, "switch", "-qc", "feature/main")
    commit(origin, "two")
    assert fetch(GitSource(origin.as_uri(), "main"), mirrors).commit == first


def test_a_branch_and_a_tag_of_one_name_are_not_guessed_between(source: GitSource, origin: Path, mirrors: Path) -> None:
    run(origin, "branch", "both")
    run(origin, "tag", "both")
    with pytest.raises(UsageError, match="ambiguous"):
        fetch(GitSource(source.location, "both"), mirrors)


def test_only_committed_content_counts(origin: Path, mirrors: Path) -> None:
    (origin / "README.md").write_text("not committed")
    assert fetch(GitSource(str(origin)), mirrors).tree().read("README.md") == b"one"


def test_a_local_revision_is_read_where_it_lies(origin: Path) -> None:
    before = snapshot(origin)
    assert local_revision(GitSource(str(origin))).tree().read("README.md") == b"one"
    assert snapshot(origin) == before


def test_many_fetches_at_once_share_one_mirror(origin: Path, mirrors: Path) -> None:
    source = GitSource(origin.as_uri())
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: fetch(source, mirrors), range(8)))
    assert len(found) == 1
    assert len([path for path in mirrors.iterdir() if path.is_dir()]) == 1


def test_sources_that_differ_in_ref_or_token_share_a_mirror(mirrors: Path) -> None:
    one = GitSource("https://ana:token@example.com/acme/fleet.git", "main")
    two = GitSource("https://example.com/acme/fleet.git", "dev")
    other = GitSource("https://example.com/acme/other.git", "dev")
    assert mirror_path(one, mirrors) == mirror_path(two, mirrors) != mirror_path(other, mirrors)
    assert mirror_path(one, mirrors).name.startswith("fleet-")


def test_hooks_of_the_other_side_and_templates_do_not_run(origin: Path, mirrors: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    for hook in ("post-checkout", "reference-transaction", "post-update", "pre-auto-gc"):
        place = origin / ".git/hooks" / hook
        place.write_text(f"#!/bin/sh\ntouch {trap}\n")
        place.chmod(0o755)
    run(origin, "config", "uploadpack.packObjectsHook", f"touch {trap}; false")
    fetch(GitSource(origin.as_uri()), mirrors)
    assert not trap.exists()


@pytest.mark.parametrize(
    "location",
    [
        *(
            "ext::sh -c 'touch sprung'",
            "fd::17",
            "http://example.com/x.git",
            "git://example.com/x",
            "ftp://example.com/x",
        ),
        *(
            "--upload-pack=touch sprung",
            "",
            "https://example.com/\nx",
            "transport::https://example.com/x",
            "javascript://x",
        ),
    ],
)
def test_only_https_ssh_files_and_folders_are_read(location: str, mirrors: Path) -> None:
    with pytest.raises(UsageError):
        fetch(GitSource(location), mirrors)
    assert not mirrors.exists()


@pytest.mark.parametrize("ref", ["", "-x", "--upload-pack=x", "a b", "a\nb"])
def test_a_ref_that_can_be_none_is_refused(origin: Path, mirrors: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="not the name of a revision"):
        fetch(GitSource(origin.as_uri(), ref), mirrors)


def test_a_missing_ref_names_the_nearest(source: GitSource, mirrors: Path) -> None:
    with pytest.raises(UsageError, match="the ref mian does not exist") as raised:
        fetch(GitSource(source.location, "mian"), mirrors)
    assert raised.value.help == "did you mean main?"


def test_a_missing_commit_is_said(origin: Path, mirrors: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        fetch(GitSource(origin.as_uri(), "0123456789" * 4), mirrors)


def test_a_repository_without_commits_is_said(tmp_path: Path, mirrors: Path) -> None:
    run(tmp_path, "init", "-q", "empty")
    for location in (str(tmp_path / "empty"), (tmp_path / "empty").as_uri()):
        with pytest.raises(UsageError, match="has no commits yet"):
            fetch(GitSource(location), mirrors)


def test_a_missing_repository_is_said(tmp_path: Path, mirrors: Path) -> None:
    with pytest.raises(TargetError, match="there is no repository at"):
        fetch(GitSource((tmp_path / "nowhere").as_uri()), mirrors)
    with pytest.raises(UsageError, match="is not a folder"):
        fetch(GitSource(str(tmp_path / "nowhere")), mirrors)


def test_no_network_is_said(mirrors: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(TargetError, match="cannot be reached over the network") as raised:
            fetch(GitSource(f"https://ana:s3cret@127.0.0.1:{port}/fleet.git"), mirrors)
    assert "s3cret" not in f"{raised.value.message} {raised.value.help}"


def test_a_server_that_hangs_is_given_up(mirrors: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TargetError, match="did not answer within 1 seconds"):
            fetch(GitSource(f"https://127.0.0.1:{silent.getsockname()[1]}/fleet.git"), mirrors, timeout=1)


def test_the_mirror_of_a_full_disk_is_said(mirrors: Path) -> None:
    mirrors.write_text("a file in the way")
    with pytest.raises(TargetError, match="cannot be made"):
        fetch(GitSource("https://example.com/fleet.git"), mirrors)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("fatal: Authentication failed for 'https://ana:tok@example.com/x'", "refused the credentials"),
        (
            "fatal: could not read Username for 'https://example.com': terminal prompts disabled",
            "refused the credentials",
        ),
        ("git@example.com: Permission denied (publickey).", "refused the credentials"),
        ("Host key verification failed.", "host key"),
        ("fatal: unable to access 'https://ana:tok@h/': Could not resolve host: h", "cannot be reached"),
        ("ssh: connect to host h port 22: Connection timed out", "cannot be reached"),
        ("remote: Repository not found.\nfatal: repository 'https://h/x' not found", "there is no repository"),
        ("fatal: unable to access 'https://h/': SSL certificate problem: self-signed", "is not trusted"),
        ("fatal: unable to update url base from redirection:\n  asked for: https://h", "points to another address"),
        ("fatal: write error: No space left on device", "the disk is full"),
        ("error: object 12: missingEmail: invalid author\nfatal: fsck error in packed object", "own check refuses"),
        ("fatal: something odd at https://ana:tok@h/x?token=tok", "something odd at https://h/x"),
    ],
)
def test_gits_words_become_ours(said: str, told: str) -> None:
    error = refusal(GitSource("https://ana:tok@example.com/tls-not-found.git"), said)
    assert told in error.message
    assert "tok@" not in error.message
    assert "=tok" not in error.message
    assert error.exit_code == 3


class Server(BaseHTTPRequestHandler):
    """A Git server over https with one user, as git-http-backend makes it."""

    root: Path
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        expected = "Basic " + base64.b64encode(b"ana:s3cret").decode()
        if self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="fleet"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "REMOTE_USER": "ana",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(rest)

    def finish(self) -> None:
        super().finish()
        # Without a goodbye of TLS some clients take the answer for cut off.
        with contextlib.suppress(OSError):
            self.connection.unwrap()  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        return


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    place.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return place


@pytest.fixture
def server(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an https server of `origin`, and of the empty `closed.git`; its certificate is trusted."""
    run(tmp_path, "clone", "-q", "--bare", str(origin), "served/fleet.git")
    run(tmp_path / "served/fleet.git", "config", "http.receivepack", "true")
    pem = certificate(tmp_path)
    monkeypatch.setenv("GIT_SSL_CAINFO", str(pem))
    web = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (Server,), {"root": tmp_path / "served"}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    web.socket = context.wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{web.server_address[1]}"
    web.shutdown()
    web.server_close()
    thread.join()


def test_a_repository_over_https_with_a_token(server: str, origin: Path, mirrors: Path) -> None:
    revision = fetch(GitSource(f"https://ana:s3cret@{server}/fleet.git", "main"), mirrors)
    assert revision.commit == run(origin, "rev-parse", "HEAD")
    kept = b"".join(path.read_bytes() for path in mirrors.rglob("*") if path.is_file())
    assert b"s3cret" not in kept


@pytest.mark.parametrize("user", ["", "ana:wr0ng@", "ana@"])
def test_wrong_credentials_are_said_and_never_asked_for(server: str, mirrors: Path, user: str) -> None:
    with pytest.raises(TargetError, match="refused the credentials") as raised:
        fetch(GitSource(f"https://{user}{server}/fleet.git"), mirrors)
    assert "wr0ng" not in f"{raised.value.message} {raised.value.help} {raised.value.__cause__}"


def test_a_repository_missing_on_the_server_is_said(server: str, mirrors: Path) -> None:
    with pytest.raises(TargetError, match="there is no repository at"):
        fetch(GitSource(f"https://ana:s3cret@{server}/nowhere.git"), mirrors)


def test_a_certificate_that_nobody_trusts_is_said(server: str, mirrors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_SSL_CAINFO")
    with pytest.raises(TargetError, match="is not trusted"):
        fetch(GitSource(f"https://ana:s3cret@{server}/fleet.git"), mirrors)


def test_a_note_is_kept_beside_the_commit_and_nowhere_else(origin: Path, mirrors: Path) -> None:
    source = GitSource(str(origin))
    revision = fetch(source, mirrors)
    assert read_note(revision, "prod") == ""
    write_note(revision, "prod", "Synced, Healthy\n")
    write_note(revision, "prod", "Synced, Degraded\n")
    assert read_note(revision, "prod") == "Synced, Degraded"
    assert read_note(revision, "dev") == ""
    assert run(origin, "for-each-ref", "refs/notes") == ""


def test_writing_the_same_note_again_changes_nothing(origin: Path, mirrors: Path) -> None:
    revision = fetch(GitSource(str(origin)), mirrors)
    write_note(revision, "prod", "Synced\n")
    before = snapshot(mirrors)
    write_note(revision, "prod", "Synced\n")
    assert snapshot(mirrors) == before


def test_notes_are_pushed_where_asked_and_meet_those_of_others(server: str, tmp_path: Path) -> None:
    source = GitSource(f"https://ana:s3cret@{server}/fleet.git", "main")
    served = tmp_path / "served/fleet.git"
    for name in ("first", "second"):
        revision = fetch(source, tmp_path / name)
        write_note(revision, "prod", f"by {name}")
        assert push_notes(source, revision, "prod") == ""
    assert run(served, "notes", "--ref=roster/prod", "show", "main") == "by second"


def test_a_refused_push_is_a_warning(server: str, tmp_path: Path, mirrors: Path) -> None:
    source = GitSource(f"https://ana:s3cret@{server}/fleet.git", "main")
    revision = fetch(source, mirrors)
    write_note(revision, "prod", "Synced")
    run(tmp_path / "served/fleet.git", "config", "http.receivepack", "false")
    warning = push_notes(source, revision, "prod")
    assert "was not pushed" in warning
    assert "s3cret" not in warning


def test_every_refusal_is_for_people() -> None:
    assert issubclass(TargetError, RosterError)
