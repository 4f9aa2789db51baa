"""Verify: lowered objects -> what the API server or a controller would not accept, told at the spec's line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compiler.declaration import Layered
from compiler.diagnostic import Diagnostic, Severity
from compiler.fault import Fault
from compiler.inside import at
from compiler.lowered import Lowered
from compiler.object_index import group_of, index_of
from compiler.object_path import object_path
from compiler.object_schema import LATEST, has_schema, known_kinds, schema_faults, versions
from compiler.output_checks import CROSS_CHECKS, OBJECT_CHECKS
from compiler.scope import Scope
from compiler.source import Cause, Source, cause_of
from compiler.spec_key import SpecKey


def verify(objects: tuple[Lowered, ...], scope: Scope, documents: Mapping[SpecKey, Layered]) -> tuple[Diagnostic, ...]:
    """The findings on all objects, in order of their place. What needs sound objects is judged only where all are."""
    kubernetes = scope.environment.spec.target.kubernetes
    version = LATEST if kubernetes is None else kubernetes.version
    if version not in versions():
        return (_unknown_version(version, scope),)
    faults = [fault for lowered in objects for fault in _object_faults(lowered, version)]
    if not any(fault.code in _UNSOUND for fault in faults):
        index = index_of(objects, scope.capabilities)
        faults += [fault for check in CROSS_CHECKS for fault in check(index)]
    told = {_told(fault, documents) for fault in faults}
    return tuple(sorted(told, key=lambda item: (item.span is None, item.span, item.code, item.message)))


_UNSOUND = frozenset(("R0601", "R0602", "R0603", "R0604", "R0605"))
"""Findings of the schemas: what has one may have any shape, and its other findings would be echoes."""


def _unknown_version(version: str, scope: Scope) -> Diagnostic:
    path = ("spec", "target", "kubernetes", "version")
    return Diagnostic(
        code="R0607",
        severity=Severity.ERROR,
        message=f"the schemas of Kubernetes {version} are not known",
        span=scope.environment.document.span_of(path),
        field=".".join(path),
        help=f"known versions: {versions()[0]} to {versions()[-1]}",
    )


def _object_faults(lowered: Lowered, version: str) -> Iterable[Fault]:
    """What is wrong with one object alone."""
    unsound = [
        Fault(found.code, lowered, found.path, found.message, found.help)
        for found in schema_faults(version, lowered.data, emitted=bool(lowered.template))
    ]
    if unsound:
        return unsound
    faults = [fault for check in OBJECT_CHECKS for fault in check(lowered)]
    if not has_schema(version, lowered.data, emitted=bool(lowered.template)):
        faults += _unchecked(lowered, version)
    return faults


def _unchecked(lowered: Lowered, version: str) -> Iterator[Fault]:
    """R0605, R0606: an object that no schema judges; Kubernetes' own groups are known whole."""
    kind, api_version = lowered.data["kind"], lowered.data["apiVersion"]
    groups = {known.rpartition("/")[0] for known, _ in known_kinds(version)}
    if group_of(lowered) in groups:
        others = sorted(known for known, name in known_kinds(version) if name == kind)
        help = f"write {' or '.join(others)}" if others else "see kubectl api-resources for the kinds there are"
        yield Fault("R0605", lowered, ("apiVersion",), f"{api_version} has no {kind} in Kubernetes {version}", help)
    else:
        message = f"is {api_version}, of which no schema is known: only its name and labels were checked"
        yield Fault("R0606", lowered, ("apiVersion",), message, inert=True)


def _told(fault: Fault, documents: Mapping[SpecKey, Layered]) -> Diagnostic:
    """The finding at the line of the spec that caused it."""
    data = fault.lowered.data
    cause = cause_of(fault.lowered.sources, fault.path)
    source = _source(fault.lowered, cause, documents)
    document = documents.get(source.spec)
    name = f"{data['kind']} {data['metadata']['name']}"
    return Diagnostic(
        code=fault.code,
        severity=_severity(fault, cause, documents),
        message=f"{name}: {object_path(data, fault.path)} {fault.message}".replace(":  ", ": "),
        span=None if document is None else document.span_of(source.path, key=_is_key(fault, cause)),
        field=".".join(map(str, source.path)),
        label=_label(fault, cause, documents),
        help=fault.help,
    )


def _source(lowered: Lowered, cause: Cause | None, documents: Mapping[SpecKey, Layered]) -> Source:
    """The spec field to show: the first that a person wrote; where none is known, the name of the spec."""
    sources = cause.sources if cause is not None else ()
    known = [source for source in sources if source.spec in documents]
    written = (source for source in known if _value(source, documents) is not None)
    return next(written, known[0] if known else Source(lowered.spec, ("metadata", "name")))


def _value(source: Source, documents: Mapping[SpecKey, Layered]) -> Any:
    document = documents.get(source.spec)
    return None if document is None else at(document.data, *source.path)


def _is_key(fault: Fault, cause: Cause | None) -> bool:
    """Whether the name of the field is to blame, and a person wrote it."""
    return fault.code == "R0601" and cause is not None and cause.exact


def _severity(fault: Fault, cause: Cause | None, documents: Mapping[SpecKey, Layered]) -> Severity:
    if fault.inert:
        return Severity.WARNING
    return Severity.WARNING if fault.doubtful and _is_written(fault, cause, documents) else Severity.ERROR


def _is_written(fault: Fault, cause: Cause | None, documents: Mapping[SpecKey, Layered]) -> bool:
    """Whether a person chose the value: it stands as it is in a spec field that it came from."""
    if not fault.lowered.template:
        return True
    value = at(fault.lowered.data, *fault.path)
    sources = cause.sources if cause is not None else ()
    return any(_holds(_value(source, documents), value) for source in sources)


def _holds(written: Any, value: Any) -> bool:
    if isinstance(written, Mapping):
        return any(_holds(item, value) for item in written.values())
    if isinstance(written, list | tuple):
        return any(_holds(item, value) for item in written)
    return written is not None and type(written) is type(value) and bool(written == value)


def _label(fault: Fault, cause: Cause | None, documents: Mapping[SpecKey, Layered]) -> str:
    """Which template put the value there, and where the other object comes from."""
    parts = [f"from templates/{cause.template}:{cause.line}"] if cause is not None and cause.template else []
    if fault.other is not None:
        source = _source(fault.other, cause_of(fault.other.sources, ("metadata", "name")), documents)
        document = documents.get(source.spec)
        place = "" if document is None else f" at {document.span_of(source.path)}"
        other = fault.other.data
        parts.append(f"{other['kind']} {other['metadata']['name']} comes from {source.spec}{place}")
    return "; ".join(parts)
