"""EnvironmentStatus and SpecStatus: how an environment and each of its specs are, in the words people read."""

from dataclasses import dataclass, field

from compiler.spec_key import SpecKey
from reconciler.health import State

TRUE, FALSE, UNKNOWN = "True", "False", "Unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as Kubernetes writes it."""

    type: str
    """`Ready`, `DeploymentReady`, `ProviderReady`, …"""
    status: str
    """True, False or Unknown."""
    reason: str
    """One CamelCase word."""
    message: str = ""
    """A sentence."""
    since: str = ""
    """When the status last changed, RFC 3339; empty until publish has compared it with what was there."""


@dataclass(frozen=True, slots=True)
class Replicas:
    """How many pods, wanted and ready."""

    desired: int
    """How many are wanted."""
    ready: int
    """How many are ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecStatus:
    """How one spec is."""

    spec: SpecKey
    """Which spec."""
    version: str = ""
    """Its own version, or that of the first versioned spec it refers to: which prompts an agent runs."""
    phase: str
    """Pending, Running or Failed."""
    health: State
    """The word people read."""
    reason: str = ""
    """One CamelCase word."""
    message: str = ""
    """The sentence that explains the health; may be empty if Healthy."""
    replicas: Replicas | None = None
    """Pods, None for a spec without a workload."""
    conditions: tuple[Condition, ...] = ()
    """Sorted by type."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects came to what in the last pass."""

    applied: int = 0
    """Created, updated or recreated."""
    unchanged: int = 0
    """As desired already."""
    deleted: int = 0
    """Deleted, or on their way."""
    kept: int = 0
    """Left on purpose."""
    held: int = 0
    """Left for a person to decide."""
    failed: int = 0
    """Refused by the target."""
    skipped: int = 0
    """Not tried, because something they depend on failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentStatus:
    """How one environment is."""

    fleet: str
    """The fleet's name."""
    environment: str
    """The environment's name."""
    phase: str
    """Pending (being applied), Running (the attempted commit is applied) or Failed."""
    health: State
    """The worst of its specs."""
    attempted: str = ""
    """The commit that the last pass worked on."""
    applied: str = ""
    """The last commit that was applied whole."""
    bundle_digest: str = ""
    """Digest of the bundle last applied."""
    plan_digest: str = ""
    """Digest of the last plan that did something."""
    counts: Counts = field(default_factory=Counts)
    """What the last pass that did something did."""
    last_error: str = ""
    """Why the last pass did not do all it should, empty if it did."""
    conditions: tuple[Condition, ...] = ()
    """Sorted by type; `Ready` and `Synced`."""
    specs: tuple[SpecStatus, ...] = ()
    """One a spec, sorted."""
