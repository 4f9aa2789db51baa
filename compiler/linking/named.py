"""Named: the declarations of an environment -> by kind and name, what is declared under it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.version import TRACKS, newest


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """All declarations of one kind and name: the versions of a pack, or the one that there is."""

    versions: Mapping[str, Declaration[Any]]
    """Version -> declaration; the version is empty where the kind has none."""
    newest: Mapping[str, str | None]
    """Track -> its newest version; none where the kind has no versions."""

    @property
    def first(self) -> Declaration[Any]:
        """The lowest version, or the only one."""
        return next(iter(self.versions.values()))


Known = Mapping[str, Mapping[str, Named]]
"""Kind -> name -> what is declared under it."""


def known_names(declarations: Iterable[Declaration[Any]], memo: Memo) -> Known:
    """What there is to refer to."""
    index: dict[str, dict[str, list[Declaration[Any]]]] = {kind: defaultdict(list) for kind in KINDS}
    for declaration in declarations:
        index[declaration.key.kind][declaration.key.name].append(declaration)
    return {kind: {name: memo.of(_named, *found) for name, found in names.items()} for kind, names in index.items()}


def _named(*declarations: Declaration[Any]) -> Named:
    versions = {declaration.key.version: declaration for declaration in declarations}
    tracks = TRACKS if KINDS[declarations[0].key.kind].versioned else ()
    return Named(versions, {track: newest(versions, track) for track in tracks})
