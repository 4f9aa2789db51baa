"""The exceptions of the reconciler: what stops a whole pass, with a message fit for a person.

RosterError
└── TargetError                exit code 3
    ├── Unreachable            no answer inside the bound of retries, or not let in at all
    ├── Denied                 an answer, but the permission that the message names is missing
    ├── ForeignInventory       the inventory there belongs to another environment, fleet or cluster
    ├── StaleInventory         someone else wrote the inventory since it was read
    └── LeaseHeld              another writer works on this environment now
"""

from compiler.errors import TargetError


class Unreachable(TargetError):
    """The target did not answer, or did not let us in; nothing more can be said about what is there."""


class Denied(TargetError):
    """The target answers, and refuses a request that the whole pass needs; the message names the permission."""


class ForeignInventory(TargetError):
    """The stored inventory names another fleet, environment or cluster than this pass: it must not be touched."""


class StaleInventory(TargetError):
    """The inventory changed between load and store; a new pass must start from the beginning."""


class LeaseHeld(TargetError):
    """Another writer holds the environment; the message says who and since when."""
