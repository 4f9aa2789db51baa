"""Rule: what must hold between the fields of one mapping, said once for the compiler, editors and the API server."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

RULES = "x-roster-rules"
"""The keyword under which a mapping's JSON Schema carries its rules."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in the three languages in which a spec is judged."""

    message: str
    """What is wrong where it does not hold, and behind `; ` how to mend it."""
    holds: Callable[[AbstractSet[str]], bool]
    """For the compiler: whether it holds where these fields are given, called as people write them."""
    cel: str
    """For the API server: an expression over `self`."""
    schema: Mapping[str, Any]
    """For editors: what a mapping must match, in JSON Schema."""


def exactly_one(*fields: str, message: str) -> Rule:
    """The rule that one of these fields is given, and only one."""
    given = ", ".join(f"has(self.{field})" for field in fields)
    return Rule(
        message,
        lambda names: len(names & set(fields)) == 1,
        f"[{given}].exists_one(given, given)",
        {"oneOf": [{"required": [field]} for field in fields]},
    )
