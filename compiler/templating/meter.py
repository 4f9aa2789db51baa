"""Meter: how much work a template may do for one object, counted in values and text: the compiler has no clock."""

from collections.abc import Mapping
from typing import Any

from compiler.templating.bad_expression import BadExpression

WORK = 50_000
"""What one object may cost: a value that is looked at or made costs 1, and so does every piece of text."""
TOGETHER = 100_000
"""What all may cost together that templates of the fleet make of one spec: bounds on each are none on their sum."""
PIECE = 64
"""Characters of text that cost 1."""
LARGEST = 2**63
"""Numbers from here on, either way, have no place in an object."""


class Exhausted(BadExpression):
    """The template did more than a template may do, or than the others left it."""

    code = "R0804"

    def __init__(self) -> None:
        help = "loop over less, or make smaller objects or fewer; Kubernetes stores none beyond 1.5 MiB"
        bounds = f"{WORK:,} steps for one object, or {TOGETHER:,} for all that the fleet's templates make of one spec"
        super().__init__(f"the template does too much: more than {bounds}", help)


class Meter:
    """Counts down while one object is made."""

    __slots__ = ("left",)

    def __init__(self, left: int = WORK) -> None:
        self.left = left

    def charge(self, steps: int) -> None:
        """Take the cost of some steps. Raises Exhausted when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise Exhausted

    def weigh(self, value: Any) -> None:
        """Take the cost of looking at all of a value. Raises Exhausted, at the latest when all the work is done."""
        pending = [value]
        while pending:
            item = pending.pop()
            self.charge(1)
            if isinstance(item, str):
                self.charge(len(item) // PIECE)
            elif isinstance(item, Mapping):
                self.charge(len(item))
                pending += [*item, *item.values()]
            elif isinstance(item, list | tuple):
                self.charge(len(item))
                pending += item
