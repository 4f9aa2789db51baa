"""Defined: what a cluster defines and serves, as it was asked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Defined:
    """The kinds of one cluster beyond Kubernetes' own."""

    version: str
    """Its Kubernetes version, `1.36`; empty if it does not say."""
    definitions: tuple[Mapping[str, Any], ...]
    """Its CustomResourceDefinitions."""
    served: tuple[str, ...]
    """Every API version that it serves, `apps/v1`, sorted."""
