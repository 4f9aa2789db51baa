"""A target -> the EnvironmentStatus that was last published there."""

from reconciler.status import EnvironmentStatus
from reconciler.target import Target
from reconciler.unit import Unit


def load_status(target: Target, unit: Unit) -> EnvironmentStatus | None:
    """How the environment was at the last pass, from the records on the target; None if nothing was published yet."""
    raise NotImplementedError
