"""HTTP requests to one Kubernetes API server: a kubeconfig context or the pod's own identity in, Replies out.

The only module that imports `kubernetes` (and urllib3, its transport). That library is used for what it knows best,
credentials and TLS; requests then go straight to its connection pool, because building its model objects costs more
than the API server itself takes.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import ConfigException, load_incluster_config, load_kube_config
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from compiler.errors import TargetError, UsageError
from reconciler.errors import Unreachable

POOL = 16
"""Connections kept open: eight workers, watches and the lease beside them."""
BOUNDED, ENDLESS = Timeout(connect=5.0, read=35.0), Timeout(connect=5.0, read=None)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
ERRNO = re.compile(r"^\[Errno \d+\] ")
BUSY = frozenset({429, 502, 503, 504})
"""Statuses that mean: the same request may succeed a moment later."""
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
JSON = "application/json"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the API server."""

    status: int
    """HTTP status."""
    data: bytes
    """The body, JSON."""
    date: str = ""
    """When it was given, by the API server's clock, as HTTP writes times; empty if it does not say."""

    def json(self) -> dict[str, Any]:
        """The body as plain data; a body that is not JSON becomes a message."""
        try:
            value = orjson.loads(self.data)
        except orjson.JSONDecodeError:
            value = None
        return value if isinstance(value, dict) else {"message": self.data.decode(errors="replace")[:500]}


class Lines:
    """The lines of a response, as they come; may be stopped from another thread."""

    def __init__(self, response: BaseHTTPResponse) -> None:
        """Nothing is read yet."""
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        """Each line without its end, until the server ends the response, the connection breaks or it is stopped."""
        rest = b""
        try:
            while chunk := self._response.read1():
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
        except (HTTPError, OSError, ValueError):
            return  # whoever watches begins anew, from a list

    def stop(self) -> None:
        """Wake whoever waits for the next line."""
        with suppress(HTTPError, OSError, ValueError):
            self._response.shutdown()


class Client:
    """A pooled client of one API server; safe to use from several threads."""

    def __init__(self, configuration: Configuration, title: str, impersonate: str = "", patience: float = 15.0) -> None:
        """`title` names the cluster in messages; `patience` is how many seconds a request may be repeated."""
        self.title = title
        self._configuration = configuration
        self._pool = ApiClient(configuration).rest_client.pool_manager
        self._host = str(configuration.host).rstrip("/")
        self._identity = {"Impersonate-User": impersonate} if impersonate else {}
        self._patience = patience

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        kind: str = JSON,
        accept: str = JSON,
    ) -> Reply:
        """One request, repeated with growing pauses while the server is busy or away. Raises Unreachable after that."""
        url = self._url(path, query)
        end, pause, failures = time.monotonic() + self._patience, FIRST_PAUSE, 0
        while True:
            reply, problem = self._try(method, url, body, self._headers(kind, accept))
            failures += reply is not None and reply.status == 500
            if reply is not None and (reply.status != 500 or failures > 2):
                return reply
            if time.monotonic() + pause > end:
                message = f"{self.title} at {self._host} is out of reach: {problem}"
                raise Unreachable(message, "nothing was concluded from that")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    @contextmanager
    def lines(self, path: str, query: Mapping[str, str]) -> Iterator["Lines"]:
        """A response whose lines are still coming: a watch, closed with the block. Raises TargetError."""
        try:
            response = self._pool.urlopen(
                "GET",
                self._url(path, query),
                headers=self._headers(JSON, JSON),
                preload_content=False,
                retries=False,
                redirect=False,
                timeout=ENDLESS,
            )
        except HTTPError as error:
            raise Unreachable(f"{self.title} at {self._host} is out of reach: {_short(error)}") from error
        try:
            if response.status != 200:
                raise TargetError(f"{self.title} at {self._host} does not show {path}: HTTP {response.status}")
            yield Lines(response)
        finally:
            response.close()

    def _try(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[Reply | None, str]:
        """A reply worth reading, or what is wrong for the moment."""
        try:
            response = self._pool.urlopen(
                method,
                url,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                timeout=BOUNDED,
            )
        except HTTPError as error:
            return None, _short(error)
        if response.status == 401:
            raise Unreachable(
                f"{self.title} at {self._host} does not accept our credentials (401)",
                "log in again, or renew the token",
            )
        if response.status in BUSY:
            return None, f"HTTP {response.status}"
        if response.status < 300 and not response.data[:64].lstrip().startswith(b"{"):
            raise Unreachable(
                f"what answers at {self._host} is no API server: its answer to {method} is not JSON",
                f"check the server of {self.title} in the kubeconfig",
            )
        return Reply(response.status, response.data, response.headers.get("Date", "")), ""

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        return f"{self._host}{path}" + (f"?{urlencode(query)}" if query else "")

    def _headers(self, kind: str, accept: str) -> dict[str, str]:
        headers: dict[str, str] = {"Accept": accept, "Content-Type": kind, "User-Agent": "roster", **self._identity}
        token = self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if token:
            headers["Authorization"] = token
        elif self._configuration.username:
            headers["Authorization"] = str(self._configuration.get_basic_auth_token())
        return headers


def _short(error: HTTPError) -> str:
    """The cause of a transport error without the pool's own wrapping."""
    reason = getattr(error, "reason", None) or error
    return ERRNO.sub("", str(reason).rpartition(": ")[2]) or type(error).__name__


def client_for_context(context: str, file: str | None = None, impersonate: str = "", patience: float = 15.0) -> Client:
    """A client for one context of the kubeconfig (`file`, else KUBECONFIG). Raises UsageError if it has none such."""
    configuration = _configuration()
    try:
        load_kube_config(  # type: ignore[no-untyped-call]
            file,
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    except (ConfigException, OSError) as error:
        message = f"the kubeconfig has no usable context {context}: {str(error).splitlines()[0]}"
        help = "`kubectl config get-contexts` lists them; the current context is never used"
        raise UsageError(message, help) from error
    return Client(configuration, context, impersonate, patience)


def client_in_cluster(name: str, impersonate: str = "", patience: float = 15.0) -> Client:
    """A client with the identity of the pod that we run in. Raises UsageError outside a cluster."""
    configuration = _configuration()
    try:
        load_incluster_config(configuration)  # type: ignore[no-untyped-call]
    except ConfigException as error:
        raise UsageError("this process does not run in a pod with a service account") from error
    return Client(configuration, name, impersonate, patience)


def _configuration() -> Configuration:
    configuration = Configuration()
    configuration.connection_pool_maxsize = POOL
    return configuration
