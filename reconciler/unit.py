"""Unit and Pass: which environment of which fleet a pass is for, and at which revision; every log line names them."""

from dataclasses import dataclass

MANAGER = "roster"
"""Our field manager, and the value of the label that marks an object as made by Roster."""
MANAGED_BY = "app.kubernetes.io/managed-by"
FLEET_LABEL = "roster.dev/fleet"
ENVIRONMENT_LABEL = "roster.dev/environment"
KIND_LABEL = "roster.dev/kind"
NAME_LABEL = "roster.dev/name"
FAMILY_LABEL = "roster.dev/family"


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """One environment of one fleet: what an inventory, a lease and a status belong to."""

    fleet: str
    """The fleet's name."""
    environment: str
    """The environment's name."""

    def __str__(self) -> str:
        return f"{self.fleet}/{self.environment}"

    @property
    def labels(self) -> dict[str, str]:
        """The labels that prove an object to belong to this unit."""
        return {FLEET_LABEL: self.fleet, ENVIRONMENT_LABEL: self.environment}


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of the reconciler."""

    unit: Unit
    """What is reconciled."""
    revision: str
    """The commit's full name, or empty where nothing could be fetched."""

    def __str__(self) -> str:
        return f"{self.unit} @ {self.revision[:7]}"
