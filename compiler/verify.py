"""Verify: lowered objects -> what the API server or a controller would not accept, told at the spec's line."""

from collections.abc import Iterable, Iterator, Mapping

from compiler.diagnostic import Diagnostic, Severity
from compiler.fault import Fault
from compiler.layered import Layered
from compiler.lowered import Lowered
from compiler.object_index import group_of, index_of
from compiler.object_schema import LATEST, has_schema, known_kinds, schema_faults, versions
from compiler.output_checks import CROSS_CHECKS, OBJECT_CHECKS
from compiler.scope import Scope
from compiler.spec_key import SpecKey
from compiler.tell import tell


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
    told = {tell(fault, scope, documents) for fault in faults}
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
