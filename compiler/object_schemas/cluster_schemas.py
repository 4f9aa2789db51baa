"""Cluster schemas: a tree and the objects of an environment -> the schemas of what is defined beyond Kubernetes itself.

`roster schema pull` keeps what a cluster defines in `schemas/cluster/CLUSTER/`, one file a kind and an index. What the
environment's own objects define -- a CustomResourceDefinition in objects/ -- is known too, and counts more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import items, mapping, text
from compiler.kube_object import canonical
from compiler.lowered import Product
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
    kinds = dict.fromkeys(memo.each(_kinds, tuple(products)))
    folder = folder_of(cluster_name(environment.spec, environment.name))
    sizes = {entry.path: entry.size for entry in tree.entries(folder) if entry.link is None}
    problems: list[Diagnostic] = []
    found: dict[Gvk, bytes] = {}
    index = _Index()
    if f"{folder}/{INDEX}" in sizes:
        index, faults = memo.of(_index, *_content(tree, f"{folder}/{INDEX}", sizes))
        problems += faults
    for gvk in dict.fromkeys([gvk for product in kinds for gvk in product.used]) if index.is_usable else ():
        path = f"{folder}/{file_of(gvk)}"
        if path in sizes:
            schema, faults = memo.of(_schema, *_content(tree, path, sizes))
            problems += faults
            found |= {gvk: schema} if schema else {}
    found |= {gvk: schema for product in kinds for gvk, schema in product.defined}
    return memo.of(_known, index, tuple(sorted(found.items()))), tuple(problems)


class _Kinds(NamedTuple):
    used: tuple[Gvk, ...]
    """Of what kinds the objects of a product are."""
    defined: tuple[tuple[Gvk, bytes], ...]
    """What the definitions among them define, as far as it can be used."""


def _kinds(product: Product) -> _Kinds:
    used = dict.fromkeys((lowered.data["apiVersion"], lowered.data["kind"]) for lowered in product.objects)
    schemas = (
        (gvk, canonical(schema))
        for lowered in product.objects
        if lowered.data["kind"] == "CustomResourceDefinition"
        for gvk, schema in schemas_of(lowered.data)
    )
    return _Kinds(tuple(used), tuple((gvk, schema) for gvk, schema in schemas if not schema_problem(schema)))


@dataclass(frozen=True, slots=True)
class _Index:
    cluster: str = ""
    version: str = ""
    served: frozenset[str] = frozenset()
    is_usable: bool = False
    """Whether there is one, and it says something."""


def _index(path: str, size: int, content: bytes) -> tuple[_Index, tuple[Diagnostic, ...]]:
    index, problems = _json(path, size, content)
    served = frozenset(version for version in items(index, "served") if isinstance(version, str))
    return _Index(text(index, "cluster"), text(index, "kubernetes"), served, is_usable=bool(index)), problems


def _schema(path: str, size: int, content: bytes) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """The JSON Schema in a file; empty, and what is wrong with it, where there is none."""
    schema, problems = _json(path, size, content)
    unusable = schema_problem(canonical(schema)) if schema else ""
    if unusable:
        return b"", (_problem(path, f"is no JSON Schema: {unusable}"),)
    return canonical(schema) if schema else b"", problems


def _known(index: _Index, found: tuple[tuple[Gvk, bytes], ...]) -> ClusterSchemas:
    roots = ((gvk, mapping(orjson.loads(schema))) for gvk, schema in found)
    deprecated = {gvk: text(root, "$comment") for gvk, root in roots if root.get("deprecated") is True}
    return ClusterSchemas(index.cluster, index.version, dict(found), deprecated, index.served)


def _content(tree: Tree, path: str, sizes: Mapping[str, int]) -> tuple[str, int, bytes]:
    """A file: its path, its size in bytes, and what is in it; nothing of one that is too large."""
    return path, sizes[path], tree.read(path) if sizes[path] <= MAX_BYTES else b""


def _json(path: str, size: int, content: bytes) -> tuple[Mapping[str, Any], tuple[Diagnostic, ...]]:
    """The map in a JSON file; empty, and what is wrong, for any other file."""
    if size > MAX_BYTES:
        return {}, (_problem(path, f"has {size:,} bytes, {MAX_BYTES:,} are the limit"),)
    try:
        value = orjson.loads(content)
        canonical(value)
    except orjson.JSONDecodeError as error:
        return {}, (_problem(path, "is not JSON", error.lineno, error.colno),)
    except TypeError:
        return {}, (_problem(path, "is nested too deep"),)
    return mapping(value), () if isinstance(value, Mapping) else (_problem(path, "holds no map"),)


def _problem(path: str, message: str, line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic(
        code="R0609",
        severity=Severity.ERROR,
        message=f"{path.rpartition('/')[2]} {message}",
        span=Span(path, line, column),
        help="pull the cluster's definitions again: roster schema pull ENV",
    )
