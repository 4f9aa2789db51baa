"""A proxy between Roster and the API server that cuts the line at a chosen write, before or after it is done."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import urllib3
import yaml

from tests.controlplane.cluster import Cluster

WRITES = ("POST", "PUT", "PATCH", "DELETE")
ENDS_BY_CONNECTION = ("transfer-encoding", "connection", "content-length", "content-encoding")


class Proxy:
    """Passes requests on; at write number `cut` it calls `kill` before or after the server has seen the write."""

    def __init__(self, cluster: Cluster, cut: int, *, after: bool, kill: Callable[[], None]) -> None:
        self.server = cluster.server
        self.pool = cluster.pool
        self.cut = cut
        self.after = after
        self.kill = kill
        self.writes = 0
        self.is_cut = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def address(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def kubeconfig(self, original: Path, folder: Path) -> Path:
        """The kubeconfig of the cluster with the proxy in the server's place."""
        config: Any = yaml.safe_load(original.read_text())
        for cluster in config["clusters"]:
            cluster["cluster"] = {"server": self.address}
        path = folder / "proxied.kubeconfig"
        path.write_text(yaml.safe_dump(config))
        path.chmod(0o600)
        return path

    def instead(self, method: str, path: str) -> tuple[int, bytes] | None:
        """Status and JSON that are answered in the server's place; None if the server is to be asked."""
        return None

    def _counts(self, method: str, path: str) -> bool:
        """Whether this request is the write at which to cut; leases are not counted, dry runs write nothing."""
        if method not in WRITES or "/leases" in path or "dryRun" in path:
            return False
        with self._lock:
            self.writes += 1
            return self.writes == self.cut

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # noqa: N805  # the inner class has its own self
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                cuts = proxy._counts(self.command, self.path)
                if proxy.is_cut.is_set() or (cuts and not proxy.after):
                    self._end(cuts)
                    return
                said = proxy.instead(self.command, self.path)
                if said is not None:
                    self._say(*said)
                    return
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
                answer = proxy.pool.request(
                    self.command,
                    proxy.server + self.path,
                    body=body,
                    headers=headers,
                    retries=False,
                    preload_content=False,
                    timeout=urllib3.Timeout(connect=5, read=60),
                )
                if cuts:
                    answer.read()
                    self._end(cuts)
                    return
                self.send_response(answer.status)
                for key, value in answer.headers.items():
                    if key.lower() not in ENDS_BY_CONNECTION:
                        self.send_header(key, value)
                self.send_header("Connection", "close")
                self.end_headers()
                for chunk in answer.stream(4096):
                    self.wfile.write(chunk)
                self.close_connection = True

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _end(self, cuts: bool) -> None:
                if cuts:
                    proxy.is_cut.set()
                    proxy.kill()
                self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815  # http.server's names

            def log_message(self, *_: object) -> None:
                """The test says what matters."""

        return Handler
