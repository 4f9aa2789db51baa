"""Resources: an object that makes pods -> amounts of CPU or memory that are none, and requests above their limits."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from compiler.fault import Fault
from compiler.inside import mapping
from compiler.source import FieldPath
from compiler.workload import Workload

_QUANTITY = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$")
_BINARY = {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)}
_DECIMAL = {letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)}
_SMALL = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1)}
_FACTORS: Mapping[str, Decimal] = _BINARY | _DECIMAL | _SMALL


def check_quantities(workload: Workload) -> Iterator[Fault]:
    """R0624: an amount that Kubernetes cannot read."""
    lowered = workload.lowered
    for path, amount in _amounts(workload):
        if _quantity(amount) is None:
            yield Fault("R0624", lowered, path, "is no amount", "write a number with a unit: 250m, 0.5, 256Mi, 1Gi")


def check_limits(workload: Workload) -> Iterator[Fault]:
    """R0625: a request above its limit."""
    lowered = workload.lowered
    for place, container in workload.containers:
        limits = mapping(container, "resources", "limits")
        for name, amount in mapping(container, "resources", "requests").items():
            request, limit = _quantity(amount), _quantity(limits.get(name))
            if request is not None and limit is not None and request > limit:
                path = (*place, "resources", "requests", name)
                message = f"is {amount}, above its limit of {limits[name]}"
                yield Fault("R0625", lowered, path, message, "raise the limit, or lower the request")


def _amounts(workload: Workload) -> Iterator[tuple[FieldPath, Any]]:
    for place, container in workload.containers:
        for field in ("requests", "limits"):
            path = (*place, "resources", field)
            for name, amount in mapping(container, "resources", field).items():
                yield (*path, name), amount


@lru_cache(maxsize=10_000)
def _quantity(amount: str | int | float | None) -> Decimal | None:
    """An amount as a number; None for what is none."""
    match = None if amount is None else _QUANTITY.match(str(amount))
    if match is None:
        return None
    number, exponent, unit = match.groups()
    return Decimal(number + (exponent or "")) * _FACTORS[unit or ""]
