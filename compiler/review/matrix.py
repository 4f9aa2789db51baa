"""Matrix: environments of one revision -> the fields in which their specs differ, and the line of each value."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.compiled import Compiled
from compiler.document import known_prefix
from compiler.field_name import field_name
from compiler.inside import at
from compiler.kube_object import KubeObject
from compiler.layering.merge import leaves
from compiler.source import FieldPath
from compiler.span import Span
from compiler.spec_key import SpecKey

WHOLE = ""
"""The field of a row that is about a spec as a whole: some environments do not have it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one environment says of one field."""

    environment: str
    """Its name."""
    value: Any
    """The value; None where the environment has none."""
    is_set: bool
    """Whether there is a value."""
    place: Span | None
    """Where it is set; None for the kind's default and where there is none."""
    note: str
    """What kind of layer sets it, `override for tier=gold`; `default` for the kind's own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field that is not the same everywhere."""

    spec: str
    """The spec, `Agent/support`; `Environment` for the environments themselves."""
    field: str
    """The field, `spec.session.store`; WHOLE for the spec as a whole."""
    cells: tuple[Cell, ...]
    """One for each environment, in the order given."""


def matrix(environments: Iterable[Compiled]) -> tuple[Row, ...]:
    """The rows, by spec and field. All environments have compiled well."""
    several = tuple(environments)
    sides = [_records(compiled) for compiled in several]
    names = sorted({name for side in sides for name in side})
    return tuple(row for name in names for row in _rows(name, several, sides))


def _records(compiled: Compiled) -> dict[str, KubeObject]:
    """Name of a spec -> its record, which has the defaults filled in."""
    records = compiled.bundle.records if compiled.bundle is not None else ()
    return {"Environment" if record.spec.kind == "Environment" else str(record.spec): record for record in records}


def _rows(name: str, environments: tuple[Compiled, ...], sides: list[dict[str, KubeObject]]) -> Iterator[Row]:
    records = [side.get(name) for side in sides]
    if None in records:
        cells = (_whole(compiled, record) for compiled, record in zip(environments, records, strict=True))
        yield Row(name, WHOLE, tuple(cells))
        return
    found = [(record.spec, record.data) for record in records if record is not None]
    for path in _fields([data for _, data in found]):
        if any(at(data, *path) != at(found[0][1], *path) for _, data in found):
            pairs = zip(environments, found, strict=True)
            yield Row(name, field_name(path), tuple(_cell(side, key, path, data) for side, (key, data) in pairs))


def _fields(several: list[Mapping[str, Any]]) -> list[FieldPath]:
    """The fields to compare; of a map that one environment lacks altogether, the map."""
    paths = {path for data in several for path, value in leaves(data["spec"], ("spec",)) if value != {}}
    fields = {path[: min(len(known_prefix(data, path)) for data in several) + 1] for path in paths}
    return sorted(fields, key=lambda path: list(map(str, path)))


def _whole(compiled: Compiled, record: KubeObject | None) -> Cell:
    if record is None:
        return Cell(compiled.name, None, False, None, "")
    return Cell(compiled.name, None, True, compiled.documents[record.spec].span_of(("metadata", "name")), "")


def _cell(compiled: Compiled, key: SpecKey, path: FieldPath, data: Mapping[str, Any]) -> Cell:
    if known_prefix(data, path) != path:
        return Cell(compiled.name, None, False, None, "")
    chain = compiled.documents[key].chain(path)
    place, note = (chain[0].span, chain[0].document.role) if chain else (None, "default")
    return Cell(compiled.name, at(data, *path), True, place, note)
