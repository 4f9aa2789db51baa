"""Gathered: what each of many items says under some keys -> all that is said under one key, in the order of the items.

It is carried on from round to round: only items that came or went are looked at, and it is known what that touched.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Key = tuple[Any, ...]
"""What something is found by: first a word for what is asked, then what it is asked about."""
Sayings = Mapping[Key, tuple[Any, ...]]
"""What one item says."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered(Generic[T]):
    """What many items say."""

    said: Mapping[T, Sayings]
    """Each item, in order, and what it says."""
    speakers: Mapping[Key, tuple[T, ...]]
    """Key -> the items that say something under it, in order."""
    came: tuple[T, ...]
    """The items that the round before did not have, or had elsewhere."""
    went: tuple[T, ...]
    """The items that only the round before had, or had elsewhere."""
    touched: frozenset[Key]
    """Under any other key, all is said as in the round before."""

    def under(self, key: Key) -> tuple[Any, ...]:
        """All that is said under a key."""
        return tuple([saying for item in self.speakers.get(key, ()) for saying in self.said[item][key]])


def gathered(before: Gathered[T] | None, items: Iterable[T], says: Callable[[T], Sayings]) -> Gathered[T]:
    """What different items say, given what was gathered in the round before; only what came is asked what it says."""
    then = {} if before is None else before.said
    order = tuple(items)
    stayed = then.keys() & order
    if [item for item in then if item in stayed] != [item for item in order if item in stayed]:
        stayed = set()
    said = {item: then[item] if item in stayed else says(item) for item in order}
    came = tuple([item for item in order if item not in stayed])
    went = tuple([item for item in then if item not in stayed])
    newly: dict[Key, list[T]] = {key: [] for item in went for key in then[item]}
    for item in came:
        for key in said[item]:
            newly.setdefault(key, []).append(item)
    speakers = {} if before is None else dict(before.speakers)
    places = {item: place for place, item in enumerate(order)}
    for key, speaking in newly.items():
        kept = [item for item in speakers.get(key, ()) if item in stayed]
        speakers[key] = tuple(sorted([*kept, *speaking], key=places.__getitem__) if kept else speaking)
        if not speakers[key]:
            del speakers[key]
    return Gathered(said, speakers, came, went, frozenset(newly))
