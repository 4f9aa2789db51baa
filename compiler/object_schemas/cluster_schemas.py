"""Cluster schemas: a tree and the objects of an environment -> the schemas of what is defined beyond Kubernetes itself.

`roster schema pull` keeps what a cluster defines in `schemas/cluster/CLUSTER/`, one file a kind and an index. What the
environment's own objects define -- a CustomResourceDefinition in objects/ -- is known too, and counts more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import items, mapping, text
from compiler.kube_object import canonical
from compiler.lowered import Lowered, Product
from compiler.memo import Memo
from compiler.object_schemas.kubernetes_schemas import Gvk
from compiler.object_schemas.object_schema import schema_problem
from compiler.object_schemas.structural_schema import schemas_of
from compiler.span import Span
from compiler.tree import Tree

FOLDER = "schemas/cluster"
"""Where a fleet keeps what its clusters define."""
INDEX = "index.json"
MAX_BYTES = 8_000_000
"""The largest schema that is read."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]|^\.")


@dataclass(frozen=True, slots=True, eq=False)
class ClusterSchemas:
    """What is known to be defined beyond Kubernetes itself."""

    cluster: str = ""
    """The cluster whose definitions were pulled; empty if none were."""
    version: str = ""
    """The Kubernetes version that it had then, `1.36`."""
    schemas: Mapping[Gvk, bytes] = field(default_factory=dict)
    """API version and kind -> JSON Schema, as JSON; of the kinds that the environment has objects of."""
    deprecated: Mapping[Gvk, str] = field(default_factory=dict)
    """Those among them that their definition calls deprecated -> the warning it gives, which may be empty."""
    served: frozenset[str] = frozenset()
    """Every API version that the cluster served when its definitions were pulled; empty if none were."""


def folder_of(cluster: str) -> str:
    """The folder of one cluster's definitions; another name is always another folder."""
    return f"{FOLDER}/{_UNSAFE.sub(lambda found: f'%{ord(found[0]):02x}', cluster)}"


def file_of(gvk: Gvk) -> str:
    """The name of a kind's file: `networking.istio.io_v1_VirtualService.json`."""
    return f"{gvk[0].replace('/', '_')}_{gvk[1]}.json"


def cluster_name(spec: Any, environment: str) -> str:
    """The name under which definitions are kept for an environment: its cluster's, or its own if it has no cluster."""
    kubernetes = spec.target.kubernetes
    return environment if kubernetes is None else str(kubernetes.cluster)


def cluster_schemas(
    tree: Tree, environment: Declaration[Any], products: Iterable[Product], memo: Memo
) -> tuple[ClusterSchemas, tuple[Diagnostic, ...]]:
    """The schemas for the environment's objects, and what is wrong with the files they were read from."""
    every = tuple(lowered for product in products for lowered in product.objects)
    folder = folder_of(cluster_name(environment.spec, environment.name))
    sizes = {entry.path: entry.size for entry in tree.entries(folder) if entry.link is None}
    found: dict[Gvk, bytes] = {}
    problems: list[Diagnostic] = []
    index: Mapping[str, Any] = {}
    if f"{folder}/{INDEX}" in sizes:
        index = _json(tree, f"{folder}/{INDEX}", sizes, problems)
    for gvk in dict.fromkeys((item.data["apiVersion"], item.data["kind"]) for item in every) if index else ():
        path = f"{folder}/{file_of(gvk)}"
        if path in sizes and (schema := _json(tree, path, sizes, problems)):
            unusable = schema_problem(canonical(schema))
            if unusable:
                problems.append(_problem(path, f"is no JSON Schema: {unusable}"))
            else:
                found[gvk] = canonical(schema)
    found |= {gvk: canonical(schema) for gvk, schema in _declared(every)}
    deprecated = {gvk: text(root, "$comment") for gvk, root in _roots(found) if root.get("deprecated") is True}
    served = frozenset(version for version in items(index, "served") if isinstance(version, str))
    known = ClusterSchemas(text(index, "cluster"), text(index, "kubernetes"), found, deprecated, served)
    return known, tuple(problems)


def _json(tree: Tree, path: str, sizes: Mapping[str, int], problems: list[Diagnostic]) -> Mapping[str, Any]:
    """A JSON file that holds a map; empty, and a problem more, for any other file."""
    if sizes[path] > MAX_BYTES:
        problems.append(_problem(path, f"has {sizes[path]:,} bytes, {MAX_BYTES:,} are the limit"))
        return {}
    try:
        value = orjson.loads(tree.read(path))
        canonical(value)
    except orjson.JSONDecodeError as error:
        problems.append(_problem(path, "is not JSON", error.lineno, error.colno))
        return {}
    except TypeError:
        problems.append(_problem(path, "is nested too deep"))
        return {}
    if not isinstance(value, Mapping):
        problems.append(_problem(path, "holds no map"))
    return mapping(value)


def _problem(path: str, message: str, line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic(
        code="R0609",
        severity=Severity.ERROR,
        message=f"{path.rpartition('/')[2]} {message}",
        span=Span(path, line, column),
        help="pull the cluster's definitions again: roster schema pull ENV",
    )


def _declared(objects: Iterable[Lowered]) -> Iterator[tuple[Gvk, dict[str, Any]]]:
    """What the definitions among the objects define, as far as it can be used."""
    for lowered in objects:
        if lowered.data["kind"] == "CustomResourceDefinition":
            for gvk, schema in schemas_of(lowered.data):
                if not schema_problem(canonical(schema)):
                    yield gvk, schema


def _roots(schemas: Mapping[Gvk, bytes]) -> Iterator[tuple[Gvk, Mapping[str, Any]]]:
    return ((gvk, mapping(orjson.loads(schema))) for gvk, schema in schemas.items())
