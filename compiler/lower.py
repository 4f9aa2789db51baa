"""Lower: linked declarations -> the Kubernetes objects they become, through templates, each field with its cause."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from compiler.assets import PackageAssets
from compiler.diagnostic import Diagnostic
from compiler.exported import Exported
from compiler.kind import Emit
from compiler.kinds import KINDS
from compiler.kube_object import CLUSTER_SCOPED
from compiler.lowered import Lowered, Product
from compiler.memo import Memo, blocks
from compiler.naming import FAMILY, label_value, ownership
from compiler.problem import Problem
from compiler.scope import Scope
from compiler.source import Derived, Source
from compiler.templating.bad_expression import BadExpression
from compiler.templating.meter import TOGETHER, WORK, Meter
from compiler.templating.mishaps import Failure, Mishaps, hopeless
from compiler.templating.permitted import permitted
from compiler.templating.template import Mishap, Rendered, TemplateError


def lower(exported: Exported, assets: PackageAssets, memo: Memo) -> tuple[tuple[Product, ...], tuple[Diagnostic, ...]]:
    """What every declaration becomes, in order of their keys, and what is wrong with templates of the fleet.

    Raises TemplateError for a fault in a template of Roster's own.
    """
    found = Mishaps()
    products: list[Product] = []
    for block in blocks(exported.scopes):
        for scope, (product, failures) in zip(block, memo.nested(_block, block, assets, found.hopeless), strict=True):
            products.append(product)
            if failures:
                found.note(failures, scope.own.declaration.key)
    return tuple(products), found.diagnostics(exported.declarations)


def _block(
    memo: Memo, block: tuple[Scope, ...], assets: PackageAssets, given_up: frozenset[str]
) -> tuple[tuple[Product, tuple[Failure, ...]], ...]:
    """What some declarations become; a template that does too much once is given up for those behind."""
    made: list[tuple[Product, tuple[Failure, ...]]] = []
    for scope in block:
        product, failures = memo.of(_lowered, scope, assets, given_up)
        given_up |= hopeless(failures)
        made.append((product, failures))
    return tuple(made)


def _lowered(scope: Scope, assets: PackageAssets, given_up: frozenset[str]) -> tuple[Product, tuple[Failure, ...]]:
    """What one declaration becomes, without those of the templates that it is no use to fill in again."""
    lowering = _Lowering(scope, assets)
    objects = [
        lowered
        for emit in _emits(scope, assets)
        if emit.template not in given_up and (lowered := lowering.lowered(emit)) is not None
    ]
    return Product(tuple(objects)), tuple(lowering.failures)


def _emits(scope: Scope, assets: PackageAssets) -> Iterator[Emit]:
    """What a kind makes, and behind its leading object what else the fleet makes of the same values."""
    declaration = scope.own.declaration
    kind = KINDS[declaration.key.kind]
    leading = next(iter(kind.templates), "")
    for emit in kind.lower(declaration, scope):
        yield emit
        if emit.template == leading:
            for template in assets.extras(leading.partition("/")[0]):
                yield replace(emit, template=template, family="")


class _Lowering:
    """Makes the objects of one declaration."""

    def __init__(self, scope: Scope, assets: PackageAssets) -> None:
        self.declaration = declaration = scope.own.declaration
        self.scope = scope
        self.assets = assets
        environment = scope.environment
        self.facts = {
            "environment": environment.field(),
            "namespace": environment.field("namespace"),
            "name": Derived(declaration.name, (Source(declaration.key, ("metadata", "name")),), exact=True),
        }
        self.failures: list[Failure] = []
        self.left = TOGETHER
        """Steps that are left for templates of the fleet."""

    def lowered(self, emit: Emit) -> Lowered | None:
        """One object; None if it serves nothing, or its template is wrong."""
        values = {**self.facts, **emit.values}
        template = self.assets.template(emit.template)
        own = self.assets.is_own(emit.template)
        given = min(WORK, self.left) if own else WORK
        meter = Meter(given)
        rendered = template.render(values, self.assets.text, meter)
        mishaps = self._judged(rendered, emit, values, meter) if own else rendered.mishaps
        self.left -= given - max(0, meter.left) if own else 0
        if not own and (template.problems or mishaps):
            raise TemplateError([*(Mishap(emit.template, problem) for problem in template.problems), *mishaps][0])
        kind = (rendered.data or {}).get("kind")
        self.failures += [Failure(mishap, emit.template, kind if isinstance(kind, str) else "") for mishap in mishaps]
        if rendered.data is None or mishaps:
            return None
        self._stamp(rendered.data, emit)
        return Lowered(rendered.data, self.declaration.key, rendered.sources, emit.template, own)

    def _judged(self, rendered: Rendered, emit: Emit, values: Mapping[str, Any], meter: Meter) -> tuple[Mishap, ...]:
        """What is wrong with an object that a template of the fleet made; to look at it costs, too."""
        data, path = rendered.data, emit.template
        if rendered.mishaps or data is None:
            return rendered.mishaps
        try:
            meter.weigh(data)
        except BadExpression as error:
            return (Mishap(path, Problem(error.code, error.message, 1, 1, help=error.help)),)
        shipped = PackageAssets()
        base = shipped.template(path).render(values, shipped.text).data if path in shipped.names() else None
        namespace = self.scope.environment.spec.namespace
        problems = permitted(data, base, self.assets.content(path), namespace, emit.family)
        return tuple(Mishap(path, problem) for problem in problems)

    def _stamp(self, data: dict[str, Any], emit: Emit) -> None:
        """Ownership labels and the namespace: the same for every object, so no template repeats them."""
        environment = self.scope.environment
        labels = ownership(environment.spec.fleet, environment.name, self.declaration.key)
        if emit.family:
            labels[FAMILY] = label_value(emit.family)
        # Another map: a template of the fleet may have taken this one from a spec as it is, where it is to stay so.
        metadata = {**data["metadata"], "labels": {**data["metadata"].get("labels", {}), **labels}}
        if data["kind"] not in CLUSTER_SCOPED:
            metadata.setdefault("namespace", environment.spec.namespace)
        data["metadata"] = metadata
