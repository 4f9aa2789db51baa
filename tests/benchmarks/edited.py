"""Edited: a fleet in one process that has compiled it -> its YAML text after one line was changed, and how long it took.

By what `compile --watch` does in each round: look at the folder, compile, seal, and write out every object.
"""

import time
from pathlib import Path

from compiler.caching.cache import Memory
from compiler.collector import resting_collector
from compiler.compile_each import compile_each
from compiler.memo import Memo
from compiler.rendered.render import render
from compiler.trees.folder import FolderTree
from tests.benchmarks.timed import Timing

FILE = "environments/prod/agents/agent-7.yaml"
LINE, OTHER = "max: 20", "max: 30"
"""A line of an agent, and what else it may say."""


class Edited:
    """One fleet, one line of which says now this and now that."""

    def __init__(self, root: Path) -> None:
        """Compile it for the first time."""
        self.edits, self.text = 0, b""
        self._file = root / FILE
        self._tree = FolderTree(root)
        self._memory, self._memo = Memory(), Memo()
        self._again()

    def edit(self) -> Timing:
        """Change the line, there and back; how long it takes until there is the text of all objects again."""
        old, new = (LINE, OTHER) if self.edits % 2 == 0 else (OTHER, LINE)
        content = self._file.read_text()
        assert old in content
        self._file.write_text(content.replace(old, new))
        self.edits += 1
        started, begun = time.perf_counter(), time.process_time()
        self._again()
        return Timing(time.perf_counter() - started, time.process_time() - begun)

    def _again(self) -> None:
        with resting_collector():
            self._tree = self._tree.again()
            (compiled,) = compile_each(self._tree, ("prod",), self._memory, workers=1)
            self.text = b"".join(render(compiled, self._memo).contents.values())
