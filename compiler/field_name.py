"""Field name: `spec.containers[runtime].env[0]`, as people write it -> the steps of a path, and back."""

import re

from compiler.errors import UsageError
from compiler.source import FieldPath

_STEP = re.compile(r"\.?(?P<word>[^.\[\]]+)|\[(?P<key>[^\]]*)\]")
_PLAIN = re.compile(r"[^.\[\]=]+")


def steps(text: str) -> FieldPath:
    """The steps: words between dots, and in brackets a number, or a name that may hold dots. Raises UsageError."""
    found: list[str | int] = []
    place = 0
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None:
            raise UsageError(f"{text} is no field", "write names with dots between them, spec.env[API.KEY]")
        key = match["key"]
        found.append(match["word"] if key is None else int(key) if key.isdigit() else key)
        place = match.end()
    if not found:
        raise UsageError("a field is missing", "write names with dots between them, spec.runtime.scale.max")
    return tuple(found)


def field_name(path: FieldPath) -> str:
    """The text that `steps` reads back."""
    text = ""
    for step in path:
        if isinstance(step, int) or step.isdigit() or not _PLAIN.fullmatch(step):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
