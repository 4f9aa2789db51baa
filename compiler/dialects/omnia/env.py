"""A list of environment variables -> ours: a map by name, of texts and of what stands under `valueFrom`."""

from typing import Any

from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Call, Rule, goal, named
from compiler.source import FieldPath


def env(*where: str) -> Rule:
    """The rule for such a list; the variables are put in each of these places."""

    def put(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        for name, item, inner in named(rewrite, value, path, "name"):
            for field in sorted(item.keys() - {"name", "value", "valueFrom"}):
                rewrite.unknown((*inner, field), ("name", "value", "valueFrom"))
            source = item.get("valueFrom")
            at = (*inner, "value") if source is None else (*inner, "valueFrom")
            for place in where:
                rewrite.put((*goal(base, place), name), item.get("value", "") if source is None else source, at)

    return Call(put)
