"""Vet: layered documents -> what a single layer gets wrong, at its own line, even where a higher layer hides it.

Each layer is held against the model of its kind as far as a part can be: what it says must be right, what it leaves out
may stand in another layer. Only what is new in a layer must be complete on its own, so that a misspelt name is not
taken for half a new thing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compiler.diagnostic import Diagnostic
from compiler.document import Document
from compiler.inside import at, mapping
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.layering.merge import DIRECTIVES
from compiler.memo import Memo
from compiler.misfits.misfit import Misfit
from compiler.misfits.model_faults import fault, misfits, told
from compiler.overlaid import Overlaid
from compiler.shapes import is_map
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, nearest


def vet(overlaid: Overlaid, memo: Memo) -> tuple[Diagnostic, ...]:
    """The findings about single layers; of what a layer leaves out, R0406 and R0415 only."""
    documents = overlaid.specs if overlaid.environment is None else (overlaid.environment, *overlaid.specs)
    seen: set[int] = set()
    findings = [finding for document in documents for finding in _layers(document, seen, memo)]
    return (*findings, *_strangers(overlaid, memo))


def _layers(layered: Layered, seen: set[int], memo: Memo) -> Iterator[Diagnostic]:
    """What the layers of one spec get wrong, where there are several; each layer once, however many specs it is in."""
    if len(layered.layers) < 2 or layered.key.kind not in KINDS:
        return
    for number, document in enumerate(layered.layers):
        if id(document) not in seen:
            seen.add(id(document))
            yield from memo.of(_layer, layered, number)


def _layer(layered: Layered, number: int) -> tuple[Diagnostic, ...]:
    """What one layer of a spec gets wrong."""
    return tuple(_faults(layered, layered.layers[number], layered.layers[:number]))


def _faults(layered: Layered, document: Document, below: tuple[Document, ...]) -> Iterator[Diagnostic]:
    model = KINDS[layered.key.kind].spec
    alone = Layered(layered.key, document.data, (document,))
    _, found = misfits(document.data, model, _plain(mapping(document.data, "spec")), ("spec",))
    lacking: dict[FieldPath, list[str]] = {}
    for misfit in found:
        if misfit.kind == "missing":
            entry = _new_entry(layered.key.kind, misfit.path[:-1], below) if not document.role else ()
            if entry:
                lacking.setdefault(entry, []).append(".".join(map(str, misfit.path[len(entry) :])))
        elif not _is_partial(misfit, at(document.data, *misfit.path)):
            yield told(alone, model, misfit, ("spec",))
    for entry, fields in lacking.items():
        yield _half(alone, entry, fields, below)


def _plain(value: Any) -> Any:
    """A layer's data without directives, which say nothing of their own."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if key not in DIRECTIVES}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _is_partial(misfit: Misfit, value: Any) -> bool:
    """Whether what does not fit may fit when the other layers are there: rules over several fields, variables."""
    of_whole = misfit.kind in ("value_error", "assertion_error", "too_short") or misfit.kind.startswith("union_tag")
    in_union = misfit.union is not None
    return (isinstance(value, Mapping) and (of_whole or in_union)) or (isinstance(value, str) and "${var." in value)


def _new_entry(kind: str, path: FieldPath, below: tuple[Document, ...]) -> FieldPath:
    """The outermost entry of a map around a field that no lower layer has; empty if there is none."""
    for length in range(2, len(path) + 1 if below else 0):
        entry = path[:length]
        if is_map(KINDS[kind].spec, entry[1:-1]) and not any(document.has(entry) for document in below):
            return entry
    return ()


def _half(alone: Layered, entry: FieldPath, fields: list[str], below: Iterable[Document]) -> Diagnostic:
    """R0406: an entry of a map that is new in a layer is not complete on its own."""
    known = [name for document in below for name in mapping(document.data, *entry[:-1])]
    where, lacks = ".".join(map(str, entry[:-1])), " and ".join(fields)
    return fault(
        alone,
        "R0406",
        f"{entry[-1]} is new in {where}, and lacks {lacks}",
        entry,
        did_you_mean(str(entry[-1]), known) or f"add {lacks}",
        key=True,
        label="no lower layer has it",
        known=[name for name in known if name not in mapping(alone.data, *entry[:-1])],
    )


def _strangers(overlaid: Overlaid, memo: Memo) -> Iterator[Diagnostic]:
    """R0415: a spec that only one folder has is not complete, and bears nearly the name of one in another folder."""
    folders: dict[str, dict[str, dict[str, Layered]]] = {}
    for spec in overlaid.specs:
        folders.setdefault(spec.key.kind, {}).setdefault(memo.of(_folder, spec), {})[spec.key.name] = spec
    for kind, named in folders.items():
        for folder, specs in named.items() if kind in KINDS else ():
            others = {name: spec for other, found in named.items() if other != folder for name, spec in found.items()}
            for spec in specs.values() if others else ():
                fields = memo.of(_lacking, spec)
                if fields:
                    yield from _stranger(spec, fields, others)


def _lacking(spec: Layered) -> tuple[str, ...]:
    """The fields that a spec lacks which only one folder has."""
    if sum(not document.role for document in spec.layers) > 1:
        return ()
    _, found = misfits(spec.data, KINDS[spec.key.kind].spec, _plain(mapping(spec.data, "spec")), ("spec",))
    return tuple(str(misfit.path[-1]) for misfit in found if misfit.kind == "missing" and len(misfit.path) == 2)


def _stranger(spec: Layered, fields: tuple[str, ...], others: Mapping[str, Layered]) -> Iterator[Diagnostic]:
    near = nearest(spec.key.name, others)
    if near:
        yield fault(
            spec,
            "R0415",
            f"{spec.key.kind} {spec.key.name} is new here, and lacks {' and '.join(fields)}",
            ("metadata", "name"),
            f"did you mean {near}? ({others[near].span_of(('metadata', 'name'))})",
            label=f"no lower layer has this {spec.key.kind}",
            known=[name for name, other in others.items() if _folder(spec) not in map(_folder_of, other.layers)],
        )


def _folder(spec: Layered) -> str:
    """The base or the environment that the lowest layer of a spec stands in."""
    return _folder_of(spec.layers[0])


def _folder_of(layer: Document) -> str:
    return "/".join(layer.path.split("/", 2)[:2])
