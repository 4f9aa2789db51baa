"""TextTemplate: the text of a config file, never of a prompt, with expressions -> a function from values to a text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from compiler.problem import Problem
from compiler.templating.bad_expression import BadExpression
from compiler.templating.expression import Expression, compile_expression, compile_text

_NAMED = re.compile(r"[\w.]+(?= is not defined)")


@dataclass(frozen=True, slots=True, eq=False)
class TextTemplate:
    """One compiled text."""

    name: str
    text: str
    """As it is written."""
    problems: tuple[Problem, ...]
    """Why it cannot be filled in; then it never is."""
    expression: Expression
    """Makes the text."""

    def problem(self, error: BadExpression) -> Problem:
        """What went wrong, at its line; at the name that is meant, where that is known."""
        return _problem(self.text, error, error.code)


@lru_cache(maxsize=256)
def compile_text_template(name: str, text: str) -> TextTemplate:
    """The text compiled, or what is wrong with it."""
    try:
        return TextTemplate(name, text, (), compile_text(text))
    except BadExpression as error:
        return TextTemplate(name, text, (_problem(text, error, "R0801"),), compile_expression("omit"))


def _problem(text: str, error: BadExpression, code: str) -> Problem:
    lines = text.split("\n")
    line = lines[error.line - 1] if error.line <= len(lines) else ""
    named = _NAMED.search(error.message)
    start = line.find(named[0]) if named else -1
    if start >= 0 and named:
        return Problem(code, error.message, error.line, start + 1, len(named[0]), error.help)
    margin = len(line) - len(line.lstrip())
    return Problem(code, error.message, error.line, margin + 1, max(1, len(line.strip())), error.help)
