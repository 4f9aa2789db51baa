"""Names: what the objects of some types are called, for who missed a name, and whether a nearer one came up since."""

from collections.abc import Iterable

from compiler.gathered import Gathered
from compiler.lowered import Product, type_of
from compiler.suggestion import nearest

Types = tuple[str, ...]


class Names:
    """The names of all objects of an environment."""

    __slots__ = ("_known", "_nearest", "_objects")

    def __init__(self, objects: Gathered[Product]) -> None:
        """Nothing is looked at before it is asked for."""
        self._objects = objects
        self._known: dict[tuple[str, Types], tuple[str, ...]] = {}
        self._nearest: dict[tuple[str, Types], str] = {}

    def nearest(self, word: str, types: Types) -> str:
        """The name that is most like a word, of all objects of some types; empty if none is."""
        if (word, types) not in self._nearest:
            self._nearest[word, types] = nearest(word, self._of("all", self._objects.said, types))
        return self._nearest[word, types]

    def may_differ(self, word: str, types: Types, best: str) -> bool:
        """Whether a name that was nearest in the round before may be so no longer."""
        gone, new = self._of("went", self._objects.went, types), self._of("came", self._objects.came, types)
        if best in gone and best not in new:
            return self.nearest(word, types) != best
        return nearest(word, (best, *new)) != best

    def _of(self, which: str, products: Iterable[Product], types: Types) -> tuple[str, ...]:
        if (which, types) not in self._known:
            objects = (lowered for product in products for lowered in product.objects if type_of(lowered) in types)
            self._known[which, types] = tuple(lowered.data["metadata"]["name"] for lowered in objects)
        return self._known[which, types]
