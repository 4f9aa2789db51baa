"""declared_environment: a tree and an environment's name in, its own spec out, whatever is wrong with other specs."""

from typing import Any

from compiler.errors import UsageError
from compiler.memo import Memo
from compiler.overlay import overlay
from compiler.parse import parse
from compiler.read import read
from compiler.translate import translate
from compiler.tree import Tree


def declared_environment(tree: Tree, name: str) -> Any:
    """The EnvironmentSpec. Raises UsageError if there is no such environment, or its environment.yaml is wrong."""
    memo = Memo()
    reading, _ = read(tree, name, memo)
    reading, _ = translate(reading, memo)
    overlaid, _ = overlay(reading, (), memo)
    declarations, _ = parse((overlaid.environment,), memo) if overlaid.environment is not None else ((), ())
    if not declarations:
        raise UsageError(f"environment {name} is not well formed", f"see what is wrong: roster validate {name}")
    return declarations[0].spec
