"""A definition that was just applied -> nothing, once its kind is served or a bound has passed."""

import time

from compiler.kube_object import ObjectKey
from reconciler.health import State
from reconciler.readiness.custom_resource_definition import custom_resource_definition
from reconciler.readiness.surroundings import Surroundings
from reconciler.target import Found, Named, Target
from reconciler.unit import Unit

SECONDS = 15.0
POLL_SECONDS = 0.1


def await_definition(target: Target, unit: Unit, key: ObjectKey, api_version: str, seconds: float = SECONDS) -> bool:
    """Wait up to `seconds` until the definition is established; False if it is not by then. Raises Unreachable."""
    end = time.monotonic() + (seconds if target.runs_workloads else 0)
    while True:
        reading = target.read(unit, [Named(key, api_version)])[key]
        if isinstance(reading, Found):
            state = custom_resource_definition(reading.live, Surroundings()).state
            if state is State.HEALTHY:
                return True
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
