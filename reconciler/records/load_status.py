"""A target -> the EnvironmentStatus that was last published there."""

from reconciler.records.record_kinds import RECORD_KINDS
from reconciler.records.status_form import statuses_of
from reconciler.status import EnvironmentStatus
from reconciler.target import Target
from reconciler.unit import Unit


def load_status(target: Target, unit: Unit) -> EnvironmentStatus | None:
    """How the environment was at the last pass, from the records on the target; None if nothing was published yet.

    Raises Unreachable, or Denied with the missing permission.
    """
    return statuses_of(target.read_records(unit, RECORD_KINDS), unit)
