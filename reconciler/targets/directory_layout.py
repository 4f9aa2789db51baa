"""Where things lie in a directory target: an object's identity in, a path below the target's folder out."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from compiler.kube_object import ObjectKey, key_of
from reconciler.unit import ENVIRONMENT_LABEL, FLEET_LABEL, Unit

STATE = ".roster-state"
LONGEST = 150
"""File systems allow 255 bytes for a name; a kind, a group and an ending must fit beside it."""


def object_path(key: ObjectKey) -> str:
    """`agents/deployment-support.yaml`; a cluster-scoped object lies at the top."""
    return f"{safe(key.namespace)}/{_file(key)}" if key.namespace else _file(key)


def record_path(record: Mapping[str, Any]) -> str:
    """The file of a record, by the unit that its labels name."""
    labels = record["metadata"].get("labels") or {}
    unit = Unit(labels.get(FLEET_LABEL, ""), labels.get(ENVIRONMENT_LABEL, ""))
    return f"{records_folder(unit)}/{_file(key_of(dict(record)))}"


def records_folder(unit: Unit) -> str:
    """The folder of a unit's records."""
    return f"{STATE}/records/{unit_name(unit)}"


def inventory_path(unit: Unit) -> str:
    """The file of a unit's inventory."""
    return f"{STATE}/{unit_name(unit)}.inventory"


def lock_path(unit: Unit) -> str:
    """The file that whoever writes to a unit has locked."""
    return f"{STATE}/{unit_name(unit)}.lock"


def unit_name(unit: Unit) -> str:
    """`acme.prod`."""
    return f"{safe(unit.fleet)}.{safe(unit.environment)}"


def safe(name: str) -> str:
    """A name as one step of a path: no slash, no dot in front, not too long for a file system."""
    text = quote(name, safe="")
    text = f"%2E{text[1:]}" if text.startswith(".") else text
    return text if len(text) <= LONGEST else f"{text[:100]}~{sha256(name.encode()).hexdigest()[:16]}"


def _file(key: ObjectKey) -> str:
    """The file name; a group that is not Kubernetes' own is part of it, for kinds of one name exist in several."""
    own = "." not in key.group or key.group.endswith(".k8s.io") or key.group == "roster.dev"
    kind = key.kind if own else f"{key.kind}.{key.group}"
    return f"{safe(kind.lower())}-{safe(key.name)}.yaml"
