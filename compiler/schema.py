"""Schema: the kinds -> every file of `schemas/` that is generated, by its path below that folder.

`python -m compiler.schema` writes them; a test compares what is checked in.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from compiler.assets import folder
from compiler.emit import emit
from compiler.kind import Kind
from compiler.kinds import KINDS
from compiler.spec_schemas.definition import definition
from compiler.spec_schemas.document_schema import any_schema, document_schema, overlay_schema

GENERATED = ("*.json", "overlay/*.json", "crds/*.yaml")
"""Where generated files lie; everything else in the folder is written by hand."""
_HEAD = "# Generated from the kinds by `python -m compiler.schema`.\n"


def schema(kinds: Iterable[Kind] = tuple(KINDS.values())) -> Mapping[str, str]:
    """Path -> text of the schemas of these kinds: for whole documents, for overlays, and for the cluster."""
    return dict(_files(kinds))


def _files(kinds: Iterable[Kind]) -> Iterator[tuple[str, str]]:
    every = tuple(kinds)
    yield "any.json", _json(any_schema(every, document_schema))
    yield "overlay/any.json", _json(any_schema(every, overlay_schema))
    for kind in every:
        yield f"{kind.name.lower()}.json", _json(document_schema(kind))
        yield f"overlay/{kind.name.lower()}.json", _json(overlay_schema(kind))
        yield f"crds/{kind.plural}.yaml", _HEAD + emit([definition(kind)])


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _write(target: Path) -> None:
    """Make the generated files below a folder exactly these."""
    files = schema()
    for pattern in GENERATED:
        for path in target.glob(pattern):
            if path.relative_to(target).as_posix() not in files:
                path.unlink()
    for name, text in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write(folder("schemas"))
    sys.stdout.write(f"wrote {folder('schemas')}\n")
