"""Kind: the contract that one file under `kinds/` fills in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.scope import Scope
from compiler.spec import Shape, Spec

Exports = Mapping[str, Any]
"""What other kinds may see of a declaration: names of objects, facts; the kind's docstring lists them."""


@dataclass(frozen=True, slots=True)
class Emit:
    """One object to make: a template and what it may use. An object that serves nothing is not emitted."""

    template: str
    """Path below `templates/`, `agent/deployment.yaml`."""
    values: Mapping[str, Any]
    """Name -> Derived (`declaration.field(...)` for what was written) or plain data; `lower` adds the facts of the
    environment."""
    family: str = ""
    """For an immutable ConfigMap: the name without its hash."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """What the data files of one folder below `templates/` are, for a kind that reads them."""

    model: type[Shape]
    """Their shape."""
    words: Mapping[str, str]
    """The words of Roster's that they may use, and what each stands for."""
    check: Callable[[str, bytes], Iterable[Diagnostic]]
    """What is wrong with one, by its path in the tree and its bytes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that `kubectl get` prints."""

    name: str
    path: str
    """JSON path in the record, `.status.health`."""
    type: str = "string"
    """Type of the value, `string`, `integer` or `date`."""
    wide: bool = False
    """True if it is shown with `-o wide` only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of `roster.dev` document: what it accepts, offers and becomes."""

    name: str
    plural: str
    """Plural in the API, `agents`."""
    short_names: tuple[str, ...] = ()
    """Short names for kubectl; none that a foreign system uses."""
    spec: type[Spec]
    title: str
    """One sentence: what the kind declares."""
    lower: Callable[[Declaration[Any], Scope], Iterable[Emit]]
    """The objects that a declaration becomes."""
    exports: Callable[[Declaration[Any], Scope], Exports] = field(default=lambda _declaration, _scope: {})
    """What specs that refer to this one may see of it."""
    check: Callable[[Declaration[Any], Scope], Iterable[Diagnostic]] = field(default=lambda _declaration, _scope: ())
    """Rules that need more than types."""
    versioned: bool = False
    """True if name and `spec.version` together are the identity, so that versions coexist."""
    columns: tuple[Column, ...] = ()
    """What `kubectl get` prints of its records."""
    namespaced: bool = True
    """Whether its records live in a namespace."""
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Path of each template -> what it may use: a name, or a dotted path into a computed map, and what that is; with a
    `?` behind it where not every object has it. The first is the one whose values more templates of a fleet see."""
    data: Mapping[str, DataFile] = field(default_factory=dict)
    """Folder below `templates/` with data that the kind reads -> what they are."""
