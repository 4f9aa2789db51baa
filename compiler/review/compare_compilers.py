"""compare_compilers: environments as this Roster compiles them, and the objects of another -> what would change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.elsewhere.elsewhere import Elsewhere
from compiler.kube_object import KubeObject, ObjectKey, canonical, key_of
from compiler.naming import KIND, NAME, label_value
from compiler.review.effect import Comparison
from compiler.review.review import review
from compiler.spec_key import SpecKey


def compare_compilers(
    ours: Iterable[Compiled], theirs: Mapping[str, Elsewhere], *, names: tuple[str, str], commit: str
) -> Comparison:
    """What another compiler would change; `names` are ours and its. Our environments have compiled well."""
    known = sorted(ours, key=lambda item: item.name)
    failures = [(item.name, theirs[item.name].failure) for item in known if theirs[item.name].failure]
    return Comparison(
        base=names[0],
        head=names[1],
        commit=commit,
        reviews=tuple(
            review(item, _compiled(item, item.bundle, theirs[item.name].objects))
            for item in known
            if item.bundle is not None and not theirs[item.name].failure
        ),
        notes=tuple(f"{name} cannot be compared: {names[1]} does not compile it ({why})" for name, why in failures),
    )


def _compiled(ours: Compiled, bundle: Bundle, objects: Iterable[Mapping[str, Any]]) -> Compiled:
    """The other side: the same specs, and other objects, of which no source is known."""
    owner = _Owner(bundle)
    found = tuple(sorted((_object(dict(data), owner) for data in objects), key=lambda item: item.key))
    return replace(ours, bundle=replace(bundle, objects=found, source_maps={}, digest=""))


def _object(data: dict[str, Any], owner: "_Owner") -> KubeObject:
    key = key_of(data)
    return KubeObject(key, data["apiVersion"], canonical(data), owner.of(key, data["metadata"].get("labels", {})))


class _Owner:
    """Finds the spec that an object serves: as ours has it, else by its labels."""

    def __init__(self, bundle: Bundle) -> None:
        self._by_key = {item.key: item.spec for item in bundle.objects}
        self._by_label = {(item.spec.kind, label_value(item.spec.name)): item.spec for item in bundle.records}

    def of(self, key: ObjectKey, labels: Mapping[str, str]) -> SpecKey:
        """The spec of an object with these labels."""
        kind, name = labels.get(KIND, key.kind), labels.get(NAME, key.name)
        return self._by_key.get(key) or self._by_label.get((kind, name)) or SpecKey(kind, name)
