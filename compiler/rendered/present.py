"""Present: what lies in a folder where an environment's files belong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.rendered.folder import Mark


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """The files that were looked at."""

    contents: Mapping[str, bytes]
    """Path -> content of each file that is there and can be read."""
    digests: Mapping[str, str]
    """Path -> SHA-256 of the same, as hexadecimal."""
    unreadable: Mapping[str, str]
    """Path -> why what is there cannot be read: a link, a folder, no right."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """Path -> the mark that each file had when it was read."""

    def has(self, path: str) -> bool:
        """Whether anything is there."""
        return path in self.digests or path in self.unreadable
