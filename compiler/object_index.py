"""ObjectIndex: the objects of one environment, found by what checks ask of them; it notes what it was asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.gathered import Gathered, Key, Sayings
from compiler.inside import items, text
from compiler.kube_object import ObjectKey
from compiler.lowered import Lowered, Product, identity, namespace_of, type_of
from compiler.object_links import ROUTES, SCALERS, hosts, local_service, scale_target
from compiler.object_names import Names
from compiler.workload import Workload, workload_of


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What an index was asked: as long as it would answer the same, what follows from the answers holds."""

    keys: frozenset[Key]
    """Under which keys something was looked for, and found or not."""
    nearest: Mapping[tuple[str, tuple[str, ...]], str]
    """Name that was missed, and types -> the name of them that is most like it."""

    def is_touched(self, objects: Gathered[Product], names: Names) -> bool:
        """Whether an answer may be another one than in the round before."""
        if not self.keys.isdisjoint(objects.touched):
            return True
        return bool(self.nearest) and any(names.may_differ(*missed, best) for missed, best in self.nearest.items())


class ObjectIndex:
    """All objects of an environment, as the checks of some of them see them."""

    __slots__ = ("_keys", "_names", "_nearest", "_objects", "capabilities")

    def __init__(self, objects: Gathered[Product], names: Names, capabilities: frozenset[str]) -> None:
        """Nothing was asked yet. The capabilities are what the environment's cluster has beyond Kubernetes itself."""
        self.capabilities = capabilities
        self._objects = objects
        self._names = names
        self._keys: set[Key] = set()
        self._nearest: dict[tuple[str, tuple[str, ...]], str] = {}

    @property
    def asked(self) -> Asked:
        """What was asked so far."""
        return Asked(frozenset(self._keys), dict(self._nearest))

    def first(self, key: ObjectKey) -> Lowered | None:
        """The first object of an identity."""
        return next(iter(self._under("object", *key)), None)

    def named(self, kind: str, like: Lowered, name: str, group: str = "") -> Lowered | None:
        """The object of this kind and name in the namespace of another one."""
        return self.first(ObjectKey(group, kind, namespace_of(like), name))

    def selected(self, labels: Mapping[str, Any], namespace: str) -> tuple[Workload, ...]:
        """The workloads in a namespace whose pods carry all these labels."""
        # Those that carry one of the labels are all that can matter, whichever it is: so the one with the fewest.
        keys: list[Key] = [("label", namespace, *label) for label in labels.items()]
        rarest = min(keys or [("pods", namespace)], key=lambda key: len(self._objects.speakers.get(key, ())))
        found: tuple[Workload, ...] = self._under(*rarest)
        return tuple([item for item in found if labels.items() <= item.labels.items()])

    def scalers(self, lowered: Lowered) -> tuple[Lowered, ...]:
        """The autoscalers of an object, those of Kubernetes' own first."""
        key = identity(lowered)
        found = self._under("scaled", *key) if self.first(key) is lowered else ()
        return _by_type(found, SCALERS)

    def routes(self, host: Any) -> tuple[Lowered, ...]:
        """The routes that take a host, capitals or not, those of the Gateway API first."""
        return _by_type(self._under("host", str(host).lower()), ROUTES)

    def has_subset(self, service: str, name: str, like: Lowered) -> bool:
        """Whether a DestinationRule declares a subset of a Service in the namespace of an object."""
        return bool(self._under("subset", namespace_of(like), service, name))

    def has_limits(self, namespace: str) -> bool:
        """Whether containers in a namespace get requests that they do not ask for."""
        return bool(self._under("limits", namespace))

    def nearest(self, word: str, *types: str) -> str:
        """The name that is most like a word, of all objects of some types; empty if none is."""
        best = self._names.nearest(word, types)
        self._nearest[word, types] = best
        return best

    def _under(self, *key: Any) -> tuple[Any, ...]:
        self._keys.add(key)
        return self._objects.under(key)


def _by_type(found: tuple[Lowered, ...], types: tuple[str, ...]) -> tuple[Lowered, ...]:
    return tuple(sorted(found, key=lambda lowered: types.index(type_of(lowered)))) if len(found) > 1 else found


def findable(product: Product) -> Sayings:
    """The keys under which an index finds the objects of a product."""
    found: dict[Key, list[Any]] = {}
    for lowered in product.objects:
        for key, item in _entries(lowered):
            found.setdefault(key, []).append(item)
    return {key: tuple(entries) for key, entries in found.items()}


def _entries(lowered: Lowered) -> Iterator[tuple[Key, Any]]:
    yield ("object", *identity(lowered)), lowered
    workload = workload_of(lowered)
    if workload is not None:
        namespace = namespace_of(lowered)
        yield ("pods", namespace), workload
        for label in workload.labels.items():
            yield ("label", namespace, *label), workload
    for key in _KEYS.get(type_of(lowered), _none)(lowered):
        yield key, lowered


def _none(_: Lowered) -> Iterable[Key]:
    return ()


def _scaled(lowered: Lowered) -> Iterable[Key]:
    return (("scaled", *scale_target(lowered)),)


def _hosts(lowered: Lowered) -> Iterable[Key]:
    return (("host", str(host).lower()) for host in hosts(lowered))


def _subsets(lowered: Lowered) -> Iterable[Key]:
    service = local_service(text(lowered.data, "spec", "host"), lowered)
    names = (text(subset, "name") for subset in items(lowered.data, "spec", "subsets"))
    return (("subset", namespace_of(lowered), service, name) for name in names)


def _limits(lowered: Lowered) -> Iterable[Key]:
    return (("limits", namespace_of(lowered)),)


_KEYS: Mapping[str, Callable[[Lowered], Iterable[Key]]] = {
    **dict.fromkeys(SCALERS, _scaled),
    **dict.fromkeys(ROUTES, _hosts),
    "DestinationRule.networking.istio.io": _subsets,
    "LimitRange": _limits,
}
"""Type -> further keys under which its objects are found."""
