"""A cluster that tests talk to: by kubectl, by raw requests, as the admin or as somebody with fewer rights."""

import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from tests.controlplane.credentials import ADMIN, context_of, kubeconfig_path

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
POLL_SECONDS = 0.05
PATIENCE = 3
"""How much longer than it takes on an idle machine is waited; only what is broken waits so long."""
CONNECTIONS = 16
CONTROLLERS_SECONDS = 90
"""After an outage of the API server controllers ask again with growing pauses, half a minute and more."""


class TookTooLong(AssertionError):
    """What a test waited for did not come true in time."""


class Refused(AssertionError):
    """The API server answered a request with an error; the message has its words."""


@dataclass(frozen=True)
class Reply:
    """What the API server answered."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return self.status < 300

    def checked(self) -> "Reply":
        """This reply, or Refused if the request did not succeed."""
        if not self.ok:
            raise Refused(f"{self.status}: {self.body}")
        return self


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `folder` holds its kubeconfig files and is gone after the run."""

    server: str
    folder: Path
    kubectl_program: str
    pool: urllib3.PoolManager = field(repr=False)
    headers: Mapping[str, Mapping[str, str]] = field(repr=False)
    pods_are_fake: bool

    @property
    def kubeconfig(self) -> Path:
        """The admin's kubeconfig file, which has a context per user too."""
        return self.kubeconfig_for(ADMIN)

    @property
    def context(self) -> str:
        """The name of the admin's context."""
        return self.context_for(ADMIN)

    @property
    def kubectl_cache(self) -> Path:
        """Where kubectl keeps what it learned of the cluster."""
        return self.folder / "kubectl-cache"

    @property
    def users(self) -> tuple[str, ...]:
        """All who can be asked for by name, the admin first."""
        return tuple(self.headers)

    def kubeconfig_for(self, user: str) -> Path:
        """A kubeconfig file whose current context is the user's."""
        return kubeconfig_path(self.folder, user)

    def context_for(self, user: str) -> str:
        """The name of a user's context, which each of the kubeconfig files has."""
        return context_of(user)

    def environment(self, user: str = ADMIN) -> dict[str, str]:
        """Variables for programs that are to find this cluster and leave nothing in the home."""
        return {
            **os.environ,
            "KUBECONFIG": str(self.kubeconfig_for(user)),
            "KUBECACHEDIR": str(self.kubectl_cache),
            "KUBERC": "off",
        }

    def kubectl(
        self, *args: str, input: str | None = None, user: str = ADMIN, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as a user; what it wrote is in stdout and stderr."""
        done = subprocess.run(
            [self.kubectl_program, *args],
            input=input,
            env=self.environment(user),
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise Refused(f"kubectl {' '.join(args)}: {done.stderr}")
        return done

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = ADMIN,
        content_type: str = JSON,
        query: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Reply:
        """Send a request and give back its reply, whatever the status."""
        answer = self.pool.request(
            method,
            f"{self.server}{path}?{urlencode(query or {})}",
            body=None if body is None else json.dumps(body),
            headers={**self.headers[user], "Content-Type": content_type, "Accept": JSON},
            timeout=timeout,
            retries=False,
        )
        text = answer.data.decode(errors="replace")
        is_json = answer.headers.get("Content-Type", "").startswith(JSON)
        return Reply(answer.status, json.loads(text) if is_json else text)

    def get(self, path: str, **query: str) -> Any:
        """The body of what is at a path, which must be there."""
        return self.request("GET", path, query=query).checked().body

    def apply(self, path: str, body: Any, *, manager: str = "test", force: bool = True, user: str = ADMIN) -> Any:
        """Server-side apply an object at its own path."""
        query = {"fieldManager": manager, "force": json.dumps(force)}
        reply = self.request("PATCH", path, body, user=user, content_type=APPLY, query=query)
        return reply.checked().body

    def apply_all(self, objects: Mapping[str, Any]) -> None:
        """Server-side apply many objects, given by path, on several connections at once."""
        with ThreadPoolExecutor(max_workers=4) as threads:
            list(threads.map(self.apply, objects.keys(), objects.values()))

    def until(
        self,
        path: str,
        holds: Callable[[Any], object],
        *,
        seconds: float = 30,
        query: Mapping[str, str] | None = None,
        method: str = "GET",
        body: Any = None,
    ) -> Any:
        """The body at a path once something holds for it; what is not there does not hold."""
        ends = time.monotonic() + seconds * PATIENCE
        while True:
            reply = self.request(method, path, body, query=query)
            if reply.ok and holds(reply.body):
                return reply.body
            if time.monotonic() > ends:
                raise TookTooLong(f"{path} after {seconds} s: {reply}")
            time.sleep(POLL_SECONDS)

    def namespace(self, prefix: str = "test", *, labels: Mapping[str, str] | None = None) -> str:
        """A new namespace, in which pods can be created at once; the caller deletes it."""
        name = f"{prefix[:50].rstrip('-')}-{secrets.token_hex(4)}"
        metadata = {"name": name, "labels": dict(labels or {})}
        self.request("POST", "/api/v1/namespaces", {"metadata": metadata}).checked()
        # ServiceAccount admission refuses pods until the controller has made this account.
        self.until(f"/api/v1/namespaces/{name}/serviceaccounts/default", bool, seconds=CONTROLLERS_SECONDS)
        return name

    def delete_namespace(self, name: str) -> None:
        """Have a namespace deleted, without waiting until it is gone."""
        self.request("DELETE", f"/api/v1/namespaces/{name}")
