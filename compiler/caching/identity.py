"""Identity: the compiler, its templates and schemas and the libraries that matter -> one digest that names them."""

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from compiler.assets import folder

LIBRARIES = (
    *("Jinja2", "MarkupSafe", "PyYAML", "jsonpatch", "jsonpointer", "jsonschema-rs", "kubernetes-validate"),
    *("orjson", "packaging", "pydantic", "pydantic-core", "rapidfuzz"),
)
"""Distributions whose version may change what is compiled."""
_CODE = Path(__file__).resolve().parents[1]


@cache
def compiler_identity() -> str:
    """The digest; another one for every change of the compiler's files, of Python or of a library."""
    digest = hashlib.sha256()
    for words in (sys.version, *(f"{name} {version(name)}" for name in LIBRARIES)):
        digest.update(words.encode() + b"\0")
    for place, path in _files():
        content = path.read_bytes()
        digest.update(f"{place} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files() -> Iterator[tuple[str, Path]]:
    """Each file, and where it lies: what a template is for follows from its folder."""
    for name, top, pattern in (
        ("compiler", _CODE, "*.py"),
        ("templates", folder("templates"), "*"),
        ("schemas", folder("schemas"), "*"),
    ):
        for path in sorted(path for path in top.rglob(pattern) if path.is_file()):
            yield f"{name}/{path.relative_to(top).as_posix()}", path
