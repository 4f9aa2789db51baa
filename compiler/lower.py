"""Lower: linked declarations -> the Kubernetes objects they become, through templates, each field with its cause."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from compiler.assets import PackageAssets
from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.kind import Emit
from compiler.kinds import KINDS
from compiler.kube_object import CLUSTER_SCOPED
from compiler.lowered import Lowered
from compiler.naming import FAMILY, label_value, ownership
from compiler.problem import Problem
from compiler.scope import Scope
from compiler.source import Derived, Source
from compiler.templating.bad_expression import BadExpression
from compiler.templating.meter import Meter
from compiler.templating.mishaps import Mishaps
from compiler.templating.permitted import permitted
from compiler.templating.template import Mishap, Rendered, TemplateError


def lower(scope: Scope, assets: PackageAssets) -> tuple[tuple[Lowered, ...], tuple[Diagnostic, ...]]:
    """The objects of every declaration, in order of their keys, and what is wrong with templates of the fleet.

    Raises TemplateError for a fault in a template of Roster's own.
    """
    lowering = _Lowering(scope, assets)
    objects = [
        lowered
        for declaration in scope.declarations.values()
        for emit in _emits(declaration, scope, assets)
        if (lowered := lowering.lowered(emit, declaration)) is not None
    ]
    return tuple(objects), lowering.mishaps.diagnostics(scope)


def _emits(declaration: Declaration[Any], scope: Scope, assets: PackageAssets) -> Iterator[Emit]:
    """What a kind makes, and behind its leading object what else the fleet makes of the same values."""
    kind = KINDS[declaration.key.kind]
    leading = next(iter(kind.templates), "")
    for emit in kind.lower(declaration, scope):
        yield emit
        if emit.template == leading:
            for template in assets.extras(leading.partition("/")[0]):
                yield replace(emit, template=template, family="")


class _Lowering:
    """Makes the objects of one environment."""

    def __init__(self, scope: Scope, assets: PackageAssets) -> None:
        self.scope = scope
        self.assets = assets
        self.facts = {"environment": scope.environment.field(), "namespace": scope.environment.field("namespace")}
        self.mishaps = Mishaps()

    def lowered(self, emit: Emit, declaration: Declaration[Any]) -> Lowered | None:
        """One object; None if it serves nothing, or its template is wrong."""
        if self.mishaps.is_hopeless(emit.template):
            return None
        name = Derived(declaration.name, (Source(declaration.key, ("metadata", "name")),), exact=True)
        values = {**self.facts, "name": name, **emit.values}
        template = self.assets.template(emit.template)
        rendered = template.render(values, self.assets.text)
        own = self.assets.is_own(emit.template)
        mishaps = self._judged(rendered, emit, values) if own else rendered.mishaps
        if not own and (template.problems or mishaps):
            raise TemplateError([*(Mishap(emit.template, problem) for problem in template.problems), *mishaps][0])
        self.mishaps.note(mishaps, emit.template, rendered.data, declaration.key)
        if rendered.data is None or mishaps:
            return None
        self._stamp(rendered.data, emit, declaration)
        return Lowered(rendered.data, declaration.key, rendered.sources, emit.template, own)

    def _judged(self, rendered: Rendered, emit: Emit, values: Mapping[str, Any]) -> tuple[Mishap, ...]:
        """What is wrong with an object that a template of the fleet made."""
        data, path = rendered.data, emit.template
        if rendered.mishaps or data is None:
            return rendered.mishaps
        try:
            Meter().weigh(data)
        except BadExpression as error:
            return (Mishap(path, Problem(error.code, error.message, 1, 1, help=error.help)),)
        shipped = PackageAssets()
        base = shipped.template(path).render(values, shipped.text).data if path in shipped.names() else None
        namespace = self.scope.environment.spec.namespace
        problems = permitted(data, base, self.assets.content(path), namespace, emit.family)
        return tuple(Mishap(path, problem) for problem in problems)

    def _stamp(self, data: dict[str, Any], emit: Emit, declaration: Declaration[Any]) -> None:
        """Ownership labels and the namespace: the same for every object, so no template repeats them."""
        environment = self.scope.environment
        metadata = data["metadata"]
        labels = ownership(environment.spec.fleet, environment.name, declaration.key)
        if emit.family:
            labels[FAMILY] = label_value(emit.family)
        metadata["labels"] = {**metadata.get("labels", {}), **labels}
        if data["kind"] not in CLUSTER_SCOPED:
            metadata.setdefault("namespace", environment.spec.namespace)
