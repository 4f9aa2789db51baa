"""RECORD_KINDS: every kind of record that a target may hold, taken from the compiler's own table."""

from compiler.kinds import KINDS
from compiler.kube_object import ObjectKey
from reconciler.target import Named

GROUP, VERSION = "roster.dev", "roster.dev/v1alpha1"
RECORD_KINDS = tuple(Named(ObjectKey(GROUP, kind, "", ""), VERSION) for kind in sorted(KINDS))
"""One entry a kind; names and namespaces are left empty."""
