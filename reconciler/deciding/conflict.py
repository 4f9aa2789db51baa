"""Conflict and Verdict: a field that we want and another manager holds, and who is to have it."""

from dataclasses import dataclass

from compiler.source import FieldPath


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """One field that server-side apply refused to us because another manager holds it with another value."""

    field: str
    """The API server's own words for the path: `.spec.template.spec.containers[name="facade"].image`."""
    manager: str
    """The field manager that holds it: `kubectl-edit`, `kube-controller-manager`, …"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one contested field."""

    path: FieldPath
    """The field in the body we wanted to send."""
    manager: str
    """Who holds it now."""
    ours: bool
    """True if Git wins, by force; False if the field is left to who holds it."""
    sentence: str
    """The one sentence a person reads about it."""
