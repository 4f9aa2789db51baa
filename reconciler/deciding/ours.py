"""A live object, what the inventory says of it and the unit -> is it ours; the only place where that is decided."""

from reconciler.answer import Live
from reconciler.deciding.managed_fields import applied_by_us
from reconciler.inventory import Owned
from reconciler.unit import ENVIRONMENT_LABEL, FLEET_LABEL, Unit


def labels_of(live: Live) -> dict[str, str]:
    """The labels of a live object, empty if it has none."""
    return live.get("metadata", {}).get("labels") or {}


def uid_of(live: Live) -> str:
    """The UID of a live object, empty if it has none."""
    return str(live.get("metadata", {}).get("uid", ""))


def belongs(live: Live, owned: Owned | None, unit: Unit) -> bool:
    """True if we may write it: it carries our labels, or lost them and is the very object that we recorded."""
    labels = labels_of(live)
    if FLEET_LABEL in labels or ENVIRONMENT_LABEL in labels:
        return unit.labels.items() <= labels.items()
    return owned is not None and owned.uid != "" and owned.uid == uid_of(live)


def foreign_owner(live: Live, unit: Unit) -> str:
    """The fleet and environment that another Roster's labels name, empty if there are none such."""
    labels = labels_of(live)
    fleet = labels.get(FLEET_LABEL, "")
    if not fleet or unit.labels.items() <= labels.items():
        return ""
    return f"{fleet}/{labels.get(ENVIRONMENT_LABEL, '?')}"


def proven_ours(live: Live, owned: Owned, unit: Unit) -> bool:
    """True if we may delete it: our labels, and the recorded UID or, where none was recorded, our Apply entry."""
    if not unit.labels.items() <= labels_of(live).items():
        return False
    return owned.uid == uid_of(live) if owned.uid else applied_by_us(live)
