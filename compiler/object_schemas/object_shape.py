"""ObjectShape: a kind and a version of Kubernetes -> how the lists in its objects merge, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.object_schemas.kubernetes_schemas import definition


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """One place in an object, as the schema of its kind has it."""

    version: str
    """Version of Kubernetes, `1.36`."""
    schema: Mapping[str, Any]
    """What is known of the place; empty if nothing is."""

    def inner(self, step: str) -> "ObjectShape":
        """A field of a map."""
        properties = self.schema.get("properties", {})
        return self._followed(properties.get(step) or self.schema.get("additionalProperties") or {})

    @property
    def item(self) -> "ObjectShape":
        """An item of a list."""
        return self._followed(self.schema.get("items") or {})

    @property
    def key(self) -> str:
        """The field by which the items of a list merge; empty for a list that is replaced."""
        merges = "merge" in self.schema.get("x-kubernetes-patch-strategy", "")
        found = self.schema.get("x-kubernetes-patch-merge-key") if merges else None
        names = self.schema.get("x-kubernetes-list-map-keys") or ("",)
        return str(found or names[0])

    @property
    def is_set(self) -> bool:
        """Whether a list holds each value once, so that a patch adds to it."""
        merges = "merge" in self.schema.get("x-kubernetes-patch-strategy", "")
        return not self.key and (merges or self.schema.get("x-kubernetes-list-type") == "set")

    def _followed(self, schema: Any) -> "ObjectShape":
        if not isinstance(schema, Mapping):
            return ObjectShape(self.version, {})
        name = schema["$ref"].rpartition("/")[2] if "$ref" in schema else ""
        return ObjectShape(self.version, {**definition(self.version, name), **schema} if name else schema)


def shape_of(version: str, api_version: str, kind: str) -> ObjectShape:
    """The shape of a kind of Kubernetes' own; of any other nothing is known."""
    return ObjectShape(version, definition(version, (api_version, kind)))
