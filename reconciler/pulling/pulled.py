"""pulled: what a cluster defines in, the files that a fleet keeps of it out: the same bytes for the same kinds."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.kube_object import readable
from compiler.object_schemas.cluster_schemas import INDEX, file_of
from compiler.object_schemas.kubernetes_schemas import Gvk
from compiler.object_schemas.structural_schema import schemas_of
from reconciler.pulling.defined import Defined

VERSION = 1
"""Grows when a field of the index changes its meaning."""
OURS = "roster.dev"
FILE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


def pulled(cluster: str, defined: Defined) -> Mapping[str, str]:
    """File name -> text: a JSON Schema for each kind and version served, and the index. No address, no description."""
    schemas = {file_of(gvk): (gvk, schema) for gvk, schema in _schemas(defined)}
    index = {
        "version": VERSION,
        "cluster": cluster,
        "kubernetes": defined.version,
        "served": defined.served,
        "kinds": [{"apiVersion": gvk[0], "kind": gvk[1], "file": name} for name, (gvk, _) in sorted(schemas.items())],
    }
    return {name: readable(schema) for name, (_, schema) in schemas.items()} | {INDEX: readable(index)}


def listed(index: Any) -> tuple[str, ...]:
    """The files that an index of an earlier pull names: those that may be removed."""
    kinds = index.get("kinds", ()) if isinstance(index, Mapping) else ()
    names = (entry.get("file") for entry in kinds if isinstance(entry, Mapping))
    return tuple(name for name in names if isinstance(name, str) and FILE_NAME.match(name) and name != INDEX)


def _schemas(defined: Defined) -> Iterator[tuple[Gvk, dict[str, Any]]]:
    for definition in defined.definitions:
        for gvk, schema in schemas_of(definition):
            if gvk[0].partition("/")[0] != OURS and FILE_NAME.match(file_of(gvk)):
                yield gvk, schema
