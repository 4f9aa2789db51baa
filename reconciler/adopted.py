"""adopted: the words of --adopt and a bundle in, the objects that they name out."""

from collections import defaultdict
from collections.abc import Iterable

from compiler.bundle import Bundle
from compiler.errors import UsageError
from compiler.kube_object import ObjectKey
from compiler.suggestion import nearest


def adopted(words: Iterable[str], bundle: Bundle) -> frozenset[ObjectKey]:
    """The objects of the bundle that the words name, KIND/NAME in any case; one may be ours already, or not be there.

    Raises UsageError for a word that names none of them, with the nearest that does.
    """
    known: dict[str, list[ObjectKey]] = defaultdict(list)
    for item in bundle.objects:
        known[str(item.key).lower()].append(item.key)
    for word in words:
        if word.lower() not in known:
            meant = nearest(word.lower(), known)
            help = (
                f"did you mean {known[meant][0]}?" if meant else f"`roster plan {bundle.environment}` shows the names"
            )
            raise UsageError(f"--adopt {word} names no object of {bundle.environment}", help)
    return frozenset(key for word in words for key in known[word.lower()])
