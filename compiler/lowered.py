"""Lowered: one object as plain data, before it is verified and sealed; Product: all objects that one spec becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from compiler.kube_object import ObjectKey
from compiler.source import SourceMap
from compiler.spec_key import SpecKey


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """What lowering makes of one template, or of one plain document; nobody changes it."""

    data: Mapping[str, Any]
    """The object."""
    spec: SpecKey
    """The spec that the object serves."""
    sources: SourceMap
    """Where its fields came from."""
    template: str
    """Path of its template; empty for a plain document of the environment."""
    own: bool = False
    """True if the fleet wrote the template, or the document itself: then its shape is not Roster's."""


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What one spec, or one plain document, becomes."""

    objects: tuple[Lowered, ...]
    """Its objects, in the order in which its kind makes them."""


def namespace_of(lowered: Lowered) -> str:
    """The object's namespace; empty if it is cluster-scoped."""
    namespace: str = lowered.data["metadata"].get("namespace", "")
    return namespace


def identity(lowered: Lowered) -> ObjectKey:
    """The object's identity."""
    data = lowered.data
    return ObjectKey(group_of(lowered), data["kind"], namespace_of(lowered), data["metadata"]["name"])


def type_of(lowered: Lowered) -> str:
    """Kind and group, as kubectl takes them: `Deployment.apps`, and the kind alone for the core group."""
    return _type(lowered.data["apiVersion"], lowered.data["kind"])


@cache
def _type(api_version: str, kind: str) -> str:
    group = api_version.rpartition("/")[0]
    return f"{kind}.{group}" if group else kind


def group_of(lowered: Lowered) -> str:
    """The API group; empty for the core group."""
    version: str = lowered.data["apiVersion"]
    return version.rpartition("/")[0]
