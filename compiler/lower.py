"""Lower: linked declarations -> the Kubernetes objects they become, through templates, each field with its cause."""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.assets import PackageAssets
from compiler.declaration import Declaration
from compiler.kind import Emit
from compiler.kinds import KINDS
from compiler.lowered import Lowered
from compiler.naming import FAMILY, label_value, ownership
from compiler.scope import Scope
from compiler.source import Derived, Source

_CLUSTER_SCOPED = frozenset(("Namespace",))


def lower(scope: Scope, assets: PackageAssets) -> Iterator[Lowered]:
    """The objects of every declaration, in order of their keys. Raises TemplateError for a fault in a template."""
    facts = _facts(scope)
    for declaration in scope.declarations.values():
        for emit in KINDS[declaration.key.kind].lower(declaration, scope):
            lowered = _lowered(emit, declaration, scope, facts, assets)
            if lowered is not None:
                yield lowered


def _facts(scope: Scope) -> Mapping[str, Any]:
    """What every template may use beside its own values."""
    return {"environment": scope.environment.field(), "namespace": scope.environment.field("namespace")}


def _lowered(
    emit: Emit, declaration: Declaration[Any], scope: Scope, facts: Mapping[str, Any], assets: PackageAssets
) -> Lowered | None:
    name = Derived(declaration.name, (Source(declaration.key, ("metadata", "name")),), exact=True)
    data, sources = assets.template(emit.template).render({**facts, "name": name, **emit.values})
    if data is None:
        return None
    _stamp(data, emit, declaration, scope)
    return Lowered(data, declaration.key, sources, emit.template)


def _stamp(data: dict[str, Any], emit: Emit, declaration: Declaration[Any], scope: Scope) -> None:
    """Ownership labels and the namespace: the same for every object, so no template repeats them."""
    environment = scope.environment
    metadata = data["metadata"]
    labels = ownership(environment.spec.fleet, environment.name, declaration.key)
    if emit.family:
        labels[FAMILY] = label_value(emit.family)
    metadata["labels"] = {**metadata.get("labels", {}), **labels}
    if data["kind"] not in _CLUSTER_SCOPED:
        metadata.setdefault("namespace", environment.spec.namespace)
