"""Named: the declarations of one kind and name -> what a reference to that name may mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.kinds import KINDS
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


def named(*declarations: Declaration[Any]) -> Named:
    """What is declared under one name."""
    versions = {declaration.key.version: declaration for declaration in declarations}
    tracks = TRACKS if KINDS[declarations[0].key.kind].versioned else ()
    return Named(versions, {track: newest(versions, track) for track in tracks})
