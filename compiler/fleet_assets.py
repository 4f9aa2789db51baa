"""FleetAssets: the templates that a fleet wrote, laid over those that the compiler ships."""

from collections.abc import Mapping

from compiler.assets import PackageAssets
from compiler.source import FieldPath
from compiler.span import Span
from compiler.yaml_nodes import place_of

FOLDER = "templates"
"""The fleet's folder of templates, at the tree's root."""


class FleetAssets(PackageAssets):
    """Each file is the fleet's own where it has one of this path, else the shipped one."""

    def __init__(self, own: Mapping[str, bytes]) -> None:
        """Take the fleet's files by path below `templates/`; every one is UTF-8 text."""
        self._own = own

    def names(self) -> tuple[str, ...]:
        """The path of every file, sorted."""
        return tuple(sorted({*super().names(), *self._own}))

    def content(self, path: str) -> bytes:
        """The bytes of one file. Raises KeyError if there is none."""
        return self._own[path] if path in self._own else super().content(path)

    def is_own(self, path: str) -> bool:
        """Whether the fleet wrote the file."""
        return path in self._own

    def extras(self, folder: str) -> tuple[str, ...]:
        """The fleet's templates of more objects of the kind whose templates lie in a folder, sorted."""
        return tuple(sorted(path for path in self._own if path.startswith(f"{folder}/extra/")))

    def span(self, path: str, line: int) -> Span | None:
        """One line of a file that the fleet wrote; None for a file of Roster's own."""
        if path not in self._own:
            return None
        lines = self.read(path).split("\n")
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        margin = len(text) - len(text.lstrip())
        return Span(f"{FOLDER}/{path}", line, margin + 1, max(1, len(text.strip())))

    def nearest(self, path: str, field: FieldPath) -> Span | None:
        """Where a template that the fleet wrote has a field, or its nearest parent; None for one of Roster's own."""
        if path not in self._own:
            return None
        place = place_of(self._own[path], 0, field, key=True)
        return Span(f"{FOLDER}/{path}", place.line, place.column, place.width)
