"""Example: the code of a diagnostic -> files that have the mistake, laid over a small fleet, and the same files mended.

They lie in `examples/`: one file for each code, and `fleet.yaml`. `mistake` maps the path of a file to its text, or to
what it is made of: `start`, then `text` so many `times`, in an `encoding`; or to `link`, where a symbolic link leads.
`mend` maps words of the mistake to those that mend it; where other files are needed, `mended` holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compiler.yaml_reader import load

_FOLDER = Path(__file__).resolve().parent / "examples"


@dataclass(frozen=True, slots=True)
class File:
    """One file of an example."""

    content: bytes
    """What stands in it; nothing if it is a link."""
    link: str = ""
    """Where it leads, if it is a symbolic link."""


Files = Mapping[str, File]
"""Path from the tree's root -> file."""


@dataclass(frozen=True, slots=True)
class Example:
    """One mistake."""

    mistake: Files
    """The files that have it, to be laid over those of the fleet."""
    mended: Files
    """The files to be laid over the fleet in their place."""


def fleet() -> Files:
    """The small fleet that examples are laid over; its environment is called dev."""
    return _files(_read("fleet"))


def example(code: str) -> Example:
    """The example of a code. Raises LookupError if there is none, or if its mend hits nothing."""
    data = _read(code)
    mistake = data["mistake"]
    mended = data["mended"] if "mended" in data else _mended(code, mistake, data["mend"])
    return Example(_files(mistake), _files(mended))


def _mended(code: str, mistake: Mapping[str, Any], mend: Mapping[str, str]) -> Mapping[str, Any]:
    for words in mend:
        if not any(isinstance(text, str) and words in text for text in mistake.values()):
            raise LookupError(f"{code}: {words!r} of its mend stands nowhere in its mistake")
    return {path: _replaced(text, mend) for path, text in mistake.items()}


def _replaced(text: Any, mend: Mapping[str, str]) -> Any:
    for words, better in mend.items() if isinstance(text, str) else ():
        text = text.replace(words, better)
    return text


def _files(plain: Mapping[str, Any]) -> Files:
    return {path: _file(value if isinstance(value, Mapping) else {"text": value}) for path, value in plain.items()}


def _file(parts: Mapping[str, Any]) -> File:
    if "link" in parts:
        return File(b"", parts["link"])
    text = parts.get("start", "") + parts["text"] * parts.get("times", 1)
    return File(text.encode(parts.get("encoding", "utf-8")))


@cache
def _read(name: str) -> Mapping[str, Any]:
    file = _FOLDER / f"{name}.yaml"
    if not file.is_file():
        raise LookupError(f"{name} has no example: write compiler/catalogue/examples/{name}.yaml")
    (data,), problems = load(file.read_bytes())
    if problems:
        raise LookupError(f"{file.name}:{problems[0].line}: {problems[0].message}")
    found: Mapping[str, Any] = data
    return found
