"""Live objects and observations made by hand, for tests of what is decided from them."""

from typing import Any

from compiler.kube_object import KubeObject
from reconciler.deciding.conflict import Conflict
from reconciler.declared import fingerprint
from reconciler.inventory import Inventory, Owned
from reconciler.observation import Present
from tests.reconciler.bundles import UNIT

Document = dict[str, Any]


def live(item: KubeObject, uid: str = "uid-1", managers: Document | None = None, **metadata: Any) -> Document:
    """A desired object as a cluster would hold it; `managers` are name -> the fields that it holds."""
    data = item.data
    entries = [
        {"manager": name.partition("/")[0], "operation": name.partition("/")[2] or "Apply", "fieldsV1": fields}
        for name, fields in (managers or {"roster": {}}).items()
    ]
    data["metadata"] |= {"uid": uid, "resourceVersion": "7", "managedFields": entries, **metadata}
    return data


def seen(item: KubeObject, dry_run: Document | None = None, conflicts: tuple[Conflict, ...] = (), **kwargs) -> Present:
    """An observation of that object; equal to what is desired unless a dry run says otherwise."""
    data = live(item, **kwargs)
    return Present(
        live=data, fingerprint=fingerprint(data), dry_run=dry_run, conflicts=conflicts, equal=dry_run is None
    )


def inventory(*objects: KubeObject, uid: str = "uid-1", family: str = "") -> Inventory:
    """An inventory that holds these objects."""
    entries = [
        Owned(key=item.key, api_version=item.api_version, spec=item.spec, uid=uid, family=family) for item in objects
    ]
    return Inventory(unit=UNIT, identity="cluster-1", objects=tuple(sorted(entries, key=lambda owned: owned.key)))
