"""Placement: in which environments specs say that they run -> what of it cannot be, and what is said in vain."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.inside import at
from compiler.layer import Reading
from compiler.layering.layered import Layered
from compiler.suggestion import did_you_mean, listed, slip

FIELD = ("spec", "environments")

_Folders = Mapping[str, frozenset[str]]
"""Environment -> the folders that are read for it."""


def environments_of(spec: Layered) -> tuple[str, ...]:
    """The environments that a spec runs in; none for all."""
    names = at(spec.data, *FIELD)
    # A list that is malformed is told where the spec is parsed; set aside, it would be silently nowhere.
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return ()
    return tuple(names)


def runs_elsewhere(spec: Layered) -> str:
    """What to say where a spec is spoken of that runs in other environments only."""
    return f"{spec.key.kind} {spec.key.name} runs in {listed(environments_of(spec))} only: {spec.span_of(FIELD)}"


def misplaced(here: Iterable[Layered], elsewhere: Iterable[Layered], reading: Reading) -> Iterator[Diagnostic]:
    """What is wrong with where specs run: those that run here, and those that run in other environments only."""
    away = tuple(elsewhere)
    for spec in chain(here, away):
        for index, name in enumerate(environments_of(spec)):
            if name not in reading.environments:
                yield _unknown(spec, index, name, reading)
            elif not any(_reads(reading.environments, name, layer) for layer in spec.layers if not layer.role):
                yield _unreached(spec, index, name, reading.environments)
    for spec in away:
        for layer in spec.layers:
            if not layer.role and _is_vain(spec, layer, reading.environments):
                yield _vain(spec, layer, reading)


def _reads(folders: _Folders, name: str, layer: Document) -> bool:
    """Whether an environment reads a layer."""
    return any(layer.path.startswith(f"{folder}/") for folder in folders.get(name, ()))


def _is_vain(spec: Layered, layer: Document, folders: _Folders) -> bool:
    """Whether a layer changes a spec that runs only where other layers are read, and this one is not."""
    readers = [other for other in spec.layers for name in environments_of(spec) if _reads(folders, name, other)]
    return bool(readers) and layer not in readers and not layer.has(FIELD)


def _unknown(spec: Layered, index: int, name: str, reading: Reading) -> Diagnostic:
    """R0410: a spec runs in an environment that does not exist, and so perhaps nowhere."""
    span = spec.span_of((*FIELD, index))
    return Diagnostic(
        code="R0410",
        severity=Severity.ERROR,
        message=f"{spec.key.kind} {spec.key.name} runs in environment {name}, which does not exist",
        span=span,
        field=f"spec.environments.{index}",
        help=did_you_mean(name, reading.environments) or f"there are {listed(reading.environments)}",
        fix=slip(span, name, reading.environments),
    )


def _unreached(spec: Layered, index: int, name: str, folders: _Folders) -> Diagnostic:
    """R0418: a spec runs in an environment that does not read it, and so perhaps nowhere."""
    own = next(layer for layer in spec.layers if not layer.role)
    return Diagnostic(
        code="R0418",
        severity=Severity.ERROR,
        message=f"{spec.key.kind} {spec.key.name} cannot run in environment {name}, which does not read it",
        span=spec.span_of((*FIELD, index)),
        field=f"spec.environments.{index}",
        label=f"{own.path} lies in no folder that {name} reads",
        help=f"move it to {_home(environments_of(spec), folders)}, or write only environments that read it",
    )


def _home(names: Iterable[str], folders: _Folders) -> str:
    """A folder that all these environments read; in words where there is none yet."""
    wanted = [name for name in dict.fromkeys(names) if name in folders]
    shared = frozenset.intersection(*(folders[name] for name in wanted))
    own = f"environments/{wanted[0]}"
    return own if len(wanted) == 1 else min(shared, default=f"a base of {' and '.join(wanted)}")


def _vain(spec: Layered, layer: Document, reading: Reading) -> Diagnostic:
    """R0419: a document changes a spec that does not run where the document is read."""
    return Diagnostic(
        code="R0419",
        severity=Severity.WARNING,
        message=f"{spec.key.kind} {spec.key.name} does not run in {reading.name}: what this says of it has no effect",
        span=layer.span_of(("metadata", "name")),
        field="metadata.name",
        label=runs_elsewhere(spec),
        help=f"remove it, or add {reading.name} to the environments of the {spec.key.kind}",
    )
