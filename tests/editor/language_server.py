"""A language server that tests talk to as an editor does: JSON-RPC over its standard input and output."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SECONDS = 60
"""How long an answer may take on a busy machine."""


@dataclass(frozen=True)
class OpenFile:
    """One file that an editor shows."""

    server: "LanguageServer"
    uri: str
    faults: list[Any]
    """What is marked in it."""

    def completions(self, line: int, column: int) -> list[Any]:
        """What is offered at a place."""
        found = self.server.ask("completion", self.uri, line, column)
        items: list[Any] = found["items"] if isinstance(found, dict) else found or []
        return items

    def hover(self, line: int, column: int) -> str:
        """What is said of a place; empty if nothing."""
        found = self.server.ask("hover", self.uri, line, column)
        return found["contents"]["value"] if found else ""


class LanguageServer:
    """One server, told the settings of one folder."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, settings: Mapping[str, Any]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input: IO[bytes] = process.stdin
        self.folder = folder
        self._settings = settings
        self._received: queue.Queue[Any] = queue.Queue()
        self._asked = 0
        self._opened = 0
        self._told: dict[str, list[Any]] = {}
        threading.Thread(target=self._receive, args=(process.stdout,), daemon=True).start()
        self._start()

    def open(self, folder: str, text: str) -> "OpenFile":
        """Show it a text as a file of a folder, each time another file, as an editor does that has just opened it."""
        self._opened += 1
        uri = (self.folder / folder / f"file{self._opened}.yaml").as_uri()
        self._notify(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}
        )
        while uri not in self._told:
            self._handle(self._next())
        return OpenFile(self, uri, self._told.pop(uri))

    def ask(self, what: str, uri: str, line: int, column: int) -> Any:
        """Its answer about a place in a file; the first line and column are 0."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        return self._request(f"textDocument/{what}", place)

    def stop(self) -> None:
        """End it in the way the protocol asks for."""
        self._request("shutdown", None)
        self._notify("exit", None)

    def _start(self) -> None:
        folder = {"uri": self.folder.as_uri(), "name": self.folder.name}
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {}, "publishDiagnostics": {}},
        }
        start = {
            "processId": None,
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": capabilities,
        }
        self._request("initialize", start)
        self._notify("initialized", {})

    def _request(self, method: str, parameters: Any) -> Any:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        while True:
            message = self._next()
            if message.get("id") == self._asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._handle(message)

    def _notify(self, method: str, parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _handle(self, message: Any) -> None:
        """Keep what it tells, answer what it asks."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self._told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": self._answer(message["method"], message.get("params"))})

    def _answer(self, method: str, parameters: Any) -> Any:
        if method == "workspace/configuration":
            return [self._section(item["section"]) for item in parameters["items"]]
        return None

    def _section(self, name: str) -> Mapping[str, Any]:
        """A section of the settings, their dotted names unfolded, as editors do."""
        section: dict[str, Any] = {}
        for key, value in self._settings.items():
            of, *steps = key.split(".")
            if of == name:
                here = section
                for step in steps[:-1]:
                    here = here.setdefault(step, {})
                here[steps[-1]] = value
        return section

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _next(self) -> Any:
        return self._received.get(timeout=SECONDS)

    def _receive(self, output: IO[bytes]) -> None:
        while header := output.readline():
            length = int(header.partition(b":")[2])
            while output.readline().strip():
                pass
            self._received.put(json.loads(output.read(length)))


@contextmanager
def running(command: tuple[str, ...], folder: Path, settings: Mapping[str, Any]) -> Iterator[LanguageServer]:
    """A server for a folder whose editor has these settings."""
    with subprocess.Popen([*command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            server = LanguageServer(process, folder, settings)
            yield server
            server.stop()
        finally:
            process.kill()
