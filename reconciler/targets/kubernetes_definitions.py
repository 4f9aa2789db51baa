"""What a cluster defines: a client in, its CustomResourceDefinitions, its version and what it serves out."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.errors import TargetError
from reconciler.errors import Denied
from reconciler.pulling.defined import Defined
from reconciler.targets.kubernetes_answers import missing_permission, sentence
from reconciler.targets.kubernetes_client import Client

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PAGE = "100"
"""Definitions asked for at once: some have half a megabyte."""
MINOR = re.compile(r"^\d+")


def read_defined(client: Client) -> Defined:
    """What the cluster defines and serves. Raises Denied, TargetError or Unreachable."""
    version = _asked(client, "/version", {})
    minor = MINOR.match(str(version.get("minor", "")))
    paths = _asked(client, "/openapi/v3", {}).get("paths", {})
    served = sorted(path.partition("/")[2] for path in paths if path.count("/") == (2 if path[:4] == "apis" else 1))
    return Defined(
        version=f"{version.get('major')}.{minor[0]}" if minor else "",
        definitions=tuple(_definitions(client)),
        served=tuple(name for name in served if name.rpartition("/")[2].startswith("v")),
    )


def _definitions(client: Client) -> Iterator[Mapping[str, Any]]:
    more = ""
    while True:
        page = _asked(client, DEFINITIONS, {"limit": PAGE} | ({"continue": more} if more else {}))
        yield from page.get("items", ())
        more = page.get("metadata", {}).get("continue", "")
        if not more:
            return


def _asked(client: Client, path: str, query: Mapping[str, str]) -> dict[str, Any]:
    reply = client.request("GET", path, query)
    if reply.status != 200:
        permission = missing_permission(reply)
        raise Denied(permission) if permission else TargetError(f"{client.title}: {path}: {sentence(reply)}")
    return reply.json()
