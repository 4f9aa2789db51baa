"""Reach: what whoever runs the reconciler lets an environment touch; never set by the repository."""

from dataclasses import dataclass

from compiler.kube_object import ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The bounds of one reconciler; the default is the whole target, as the identity's own rights allow."""

    namespaces: frozenset[str] | None = None
    """Namespaces that may be written, None for all of them."""
    cluster_kinds: frozenset[str] | None = None
    """Cluster-scoped kinds that may be written (`Namespace`, …), None for all of them."""
    impersonate: str = ""
    """The user that every request is made as, empty for the identity itself."""

    def refusal(self, key: ObjectKey) -> str:
        """Why an object is out of reach, as a sentence; empty if it is within."""
        if key.namespace:
            within = self.namespaces is None or key.namespace in self.namespaces
            return "" if within else f"this reconciler may not write to namespace {key.namespace}"
        if key.kind == "Namespace" and self.namespaces is not None and key.name not in self.namespaces:
            return f"this reconciler may not write to namespace {key.name}"
        within = self.cluster_kinds is None or key.kind in self.cluster_kinds
        return "" if within else f"this reconciler may not write cluster-scoped objects of kind {key.kind}"
