"""Where things lie in a directory target: an object's identity in, a path below the target's folder out."""

from collections.abc import Mapping
from typing import Any

from compiler.kube_object import key_of
from compiler.rendered.layout import object_file, safe
from reconciler.unit import ENVIRONMENT_LABEL, FLEET_LABEL, Unit

STATE = ".roster-state"


def record_path(record: Mapping[str, Any]) -> str:
    """The file of a record, by the unit that its labels name."""
    labels = record["metadata"].get("labels") or {}
    unit = Unit(labels.get(FLEET_LABEL, ""), labels.get(ENVIRONMENT_LABEL, ""))
    return f"{records_folder(unit)}/{object_file(key_of(dict(record))._replace(namespace=''))}"


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
