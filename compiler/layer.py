"""Layer: the documents of one folder that take part in an environment, and Reading, all of them in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.document import Document


@dataclass(frozen=True, slots=True)
class Layer:
    """One base, or the environment's own folder."""

    folder: str
    """Path of the folder from the tree's root."""
    environment: Document | None
    """The folder's `environment.yaml`."""
    specs: tuple[Document, ...]
    """Documents of `roster.dev` and of the systems whose documents we read, by path and index."""
    objects: tuple[Document, ...]
    """Plain Kubernetes documents."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read for one environment."""

    name: str
    layers: tuple[Layer, ...]
    """Lowest first; the last is the environment's own folder."""
    environments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The environments there are, and the folders read for each; only looked up where a spec says in which it runs."""
