"""PROTECTED: the kinds that are never pruned and never recreated, because what they hold would go with them."""

PROTECTED = frozenset(
    {
        ("", "Namespace"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    }
)
"""Group and kind."""
