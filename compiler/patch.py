"""Patch: lowered objects -> the same with the patches of their specs applied, and what is wrong with those."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.exported import Exported
from compiler.finding import error, warning
from compiler.inside import at
from compiler.lowered import Lowered, Product
from compiler.memo import Memo
from compiler.naming import DOMAIN, FAMILY, ownership
from compiler.object_path import object_path
from compiler.object_schemas.kubernetes_schemas import LATEST, versions
from compiler.object_schemas.object_shape import shape_of
from compiler.patching.json_patch import json_patch
from compiler.patching.patches import Patch
from compiler.patching.patching import Patching, TooLarge, same
from compiler.patching.strategic_merge import strategic_merge
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, listed
from compiler.workload import workload_of


def patch(
    products: Iterable[Product], exported: Exported, memo: Memo
) -> tuple[tuple[Product, ...], tuple[Diagnostic, ...]]:
    """What each declaration becomes, in the order of the declarations, with its patches applied.

    A patch that is wrong changes nothing. Plain documents are nobody's to patch.
    """
    made = tuple(zip(products, exported.declarations.values(), strict=True))
    patched = memo.each(_patched, made, exported.environment)
    return tuple([product for product, _ in patched]), tuple([fault for _, found in patched for fault in found])


def _patched(
    made: tuple[Product, Declaration[Any]], environment: Declaration[Any]
) -> tuple[Product, tuple[Diagnostic, ...]]:
    """What one declaration becomes after its patches, and what is wrong with those."""
    product, declaration = made
    patches = getattr(declaration.spec, "patches", ())
    if not patches:
        return product, ()
    objects = list(product.objects)
    diagnostics: list[Diagnostic] = []
    for index, item in enumerate(patches):
        diagnostics += _Applying(declaration, index, item, environment).apply(objects)
    return Product(tuple(objects)), tuple(diagnostics)


class _Applying:
    """One patch of one spec."""

    def __init__(self, declaration: Declaration[Any], index: int, item: Patch, environment: Declaration[Any]) -> None:
        self.declaration, self.item, self.environment = declaration, item, environment
        self.place: FieldPath = ("patches", index)

    def apply(self, objects: list[Lowered]) -> tuple[Diagnostic, ...]:
        """Patch every object that is meant, in place in the list; what is wrong with the patch."""
        meant = [(place, lowered) for place, lowered in enumerate(objects) if self._is_meant(lowered)]
        if not meant:
            return (self._no_target(objects),)
        results = [(place, lowered, *self._patched(lowered)) for place, lowered in meant]
        faults = tuple(dict.fromkeys(fault for *_, found in results for fault in found))
        if faults:
            return faults
        for place, _, after, _ in results:
            objects[place] = after
        if all(same(before.data, after.data) for _, before, after, _ in results):
            return (self._warn(),)
        return ()

    def _is_meant(self, lowered: Lowered) -> bool:
        target = self.item.target
        return lowered.data["kind"] == target.kind and target.name in (None, lowered.data["metadata"]["name"])

    def _no_target(self, own: list[Lowered]) -> Diagnostic:
        target, key = self.item.target, self.declaration.key
        names = sorted(lowered.data["metadata"]["name"] for lowered in own if lowered.data["kind"] == target.kind)
        if names and target.name is not None:
            message = f"no {target.kind} of {key.kind} {key.name} is named {target.name}"
            help = did_you_mean(target.name, names) or f"it has {listed(names)}"
            return error(self.declaration, "R0811", message, *self.place, "target", "name", help=help)
        kinds = {lowered.data["kind"] for lowered in own}
        help = did_you_mean(target.kind, kinds) or f"it becomes {listed(kinds)}"
        message = f"{key.kind} {key.name} becomes no {target.kind}"
        return error(self.declaration, "R0811", message, *self.place, "target", "kind", help=help)

    def _patched(self, lowered: Lowered) -> tuple[Lowered, tuple[Diagnostic, ...]]:
        """The object after the patch, or as it was and why not."""
        name = f"{lowered.data['kind']} {lowered.data['metadata']['name']}"
        patching = Patching(lowered.data, self.declaration.key)
        try:
            sources = self._run(patching, lowered)
        except TooLarge:
            message = f"{name}: the patch makes it too large"
            return lowered, (error(self.declaration, "R0812", message, *self.place, help="copy less"),)
        after = replace(lowered, data=patching.data, sources=sources)
        faults = [
            error(self.declaration, "R0812", f"{name}: {miss.message}", *miss.path[1:], help=miss.help)
            for miss in patching.misses
        ]
        if not faults:
            faults = list(self._protected(lowered, after, patching, name))
        return (lowered if faults else after), tuple(faults)

    def _run(self, patching: Patching, lowered: Lowered) -> Mapping[FieldPath, Any]:
        if self.item.merge is not None:
            kubernetes = self.environment.spec.target.kubernetes
            version = LATEST if kubernetes is None or kubernetes.version not in versions() else kubernetes.version
            shape = shape_of(version, lowered.data["apiVersion"], lowered.data["kind"])
            patching.begin()
            strategic_merge(patching, self.item.merge, shape, ("spec", *self.place, "merge"))
            return patching.sources(lowered.sources)
        sources = lowered.sources
        for index, operation in enumerate(self.item.json_ or ()):
            patching.begin()
            patching.touched.clear()
            body = operation.model_dump(by_alias=True, exclude_unset=True)
            json_patch(patching, body, ("spec", *self.place, "json", index))
            if patching.misses:
                break
            sources = patching.sources(sources)
        return sources

    def _protected(self, before: Lowered, after: Lowered, patching: Patching, name: str) -> Iterator[Diagnostic]:
        """R0813: what everything else relies on; of all that one line changes of it, only the first is named."""
        touched: dict[FieldPath, list[tuple[FieldPath, str]]] = {}
        causes = {**{place: source for place, (source, _) in patching.touched.items()}, **patching.removed}
        for path, reason in dict(_fixed(before, after, ownership("", "", self.declaration.key))).items():
            if not same(at(before.data, *path), at(after.data, *path)):
                near = [place for place in causes if place[: len(path)] == path[: len(place)]]
                source = causes[max(near, key=len)][1:] if near else self.place
                touched.setdefault(source, []).append((path, reason))
        for source, ((path, reason), *others) in touched.items():
            message = f"{name}: {object_path(before.data, path)} cannot be patched"
            label = f"nor can {len(others)} other field{'s'[len(others) == 1 :]} that this changes" if others else ""
            yield error(self.declaration, "R0813", message, *source, help=reason, label=label)

    def _warn(self) -> Diagnostic:
        message = "the patch changes nothing: its objects are so without it"
        return warning(self.declaration, "R0814", message, *self.place, "target", "kind", help="remove the patch")


_RENAMED = "an object is known by its type, name and namespace; change the spec instead"
_OWNED = "Roster knows its objects by this label; use another one"
_SELECTS = "pods are found by it, for ever; leave it as it is"
_CONTENT = "the ConfigMap is named after its content and never changes; change the spec it is made from"


def _fixed(before: Lowered, after: Lowered, labels: Iterable[str]) -> Iterator[tuple[FieldPath, str]]:
    """The fields that no patch may change, and what to do instead."""
    for names in (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")):
        yield names, _RENAMED
    for label in (*labels, FAMILY):
        yield ("metadata", "labels", label), _OWNED
    if workload_of(before) is not None:
        yield ("spec", "selector"), _SELECTS
    for path in (*_marked(before.data, ()), *_marked(after.data, ())):
        yield path, _OWNED if path[:2] == ("metadata", "labels") else _SELECTS
    for field in ("data", "binaryData", "immutable") if before.data.get("immutable") is True else ():
        yield (field,), _CONTENT


def _marked(value: Any, path: FieldPath) -> Iterator[FieldPath]:
    """The paths of Roster's own labels, wherever they stand: in selectors, in the pods' template."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        if isinstance(step, str) and step.startswith(f"{DOMAIN}/"):
            yield (*path, step)
        else:
            yield from _marked(item, (*path, step))
