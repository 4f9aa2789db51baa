"""Definition: a kind -> the CustomResourceDefinition by which a cluster knows its records."""

from typing import Any

from compiler.kind import Kind
from compiler.naming import API_VERSION, DOMAIN
from compiler.spec_schemas.model_schema import Schema, model_schema
from compiler.spec_schemas.record_schema import ANYTHING, record_schema


def definition(kind: Kind) -> dict[str, Any]:
    """The definition of a kind's records: structural, with status and printer columns."""
    singular = kind.name.lower()
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{DOMAIN}"},
        "spec": {
            "group": DOMAIN,
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": kind.plural,
                "singular": singular,
                "shortNames": list(kind.short_names),
                "categories": ["roster"],
            },
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [_version(kind)],
        },
    }


def _version(kind: Kind) -> dict[str, Any]:
    age = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
    return {
        "name": API_VERSION.partition("/")[2],
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _record(kind)},
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            *(
                {"name": column.name, "type": column.type, "jsonPath": column.path, "priority": int(column.wide)}
                for column in kind.columns
            ),
            age,
        ],
    }


def _record(kind: Kind) -> Schema:
    status = {"type": "object", "description": "How the spec is doing; written by the reconciler.", ANYTHING: True}
    return {
        "type": "object",
        "description": f"{kind.title} A record: Git holds the spec, and changes here are not kept.",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": record_schema(model_schema(kind.spec)),
            "status": status,
        },
        "required": ["spec"],
    }
