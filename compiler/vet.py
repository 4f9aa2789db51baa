"""Vet: layered documents -> what a single layer gets wrong, at its own line, even where a higher layer hides it.

Each layer is held against the model of its kind as far as a part can be: what it says must be right, what it leaves out
may stand in another layer. Only what is new in a layer must be complete on its own, so that a misspelt name is not
taken for half a new thing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
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
from compiler.shapes import is_map, key_at
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, nearest


def vet(overlaid: Overlaid, memo: Memo) -> tuple[Diagnostic, ...]:
    """The findings about single layers; of what a layer leaves out, R0406 and R0415 only."""
    documents = overlaid.specs if overlaid.environment is None else (overlaid.environment, *overlaid.specs)
    # An override lies over many specs: what is wrong with it is told once, of the first that shows it.
    once: dict[tuple[object, ...], Diagnostic] = {}
    for document in documents:
        for finding in _layers(document, memo):
            once.setdefault((finding.code, finding.span, finding.message), finding)
    return (*once.values(), *_strangers(overlaid, memo))


def _layers(layered: Layered, memo: Memo) -> Iterator[Diagnostic]:
    """What the layers of one spec get wrong, where there are several."""
    if len(layered.layers) > 1 and layered.key.kind in KINDS:
        for number in range(len(layered.layers)):
            yield from memo.nested(_layer, layered, number)


def _layer(memo: Memo, layered: Layered, number: int) -> tuple[Diagnostic, ...]:
    """What one layer of a spec gets wrong."""
    document = layered.layers[number]
    found = memo.of(_misfits, layered.key.kind, document)
    return (*_faults(layered, document, found), *_halves(layered, number, found))


def _misfits(kind: str, document: Document) -> tuple[Misfit, ...]:
    """What of a layer does not fit the model of its kind; an override is held against it once, not for every spec."""
    _, found = misfits(document.data, KINDS[kind].spec, _plain(mapping(document.data, "spec")), ("spec",))
    return found


def _faults(layered: Layered, document: Document, found: Iterable[Misfit]) -> Iterator[Diagnostic]:
    """What is wrong whatever other layers say."""
    alone = Layered(layered.key, document.data, (document,))
    for misfit in found:
        if misfit.kind != "missing" and not _is_partial(misfit, at(document.data, *misfit.path)):
            yield told(alone, KINDS[layered.key.kind].spec, misfit, ("spec",))


def _halves(layered: Layered, number: int, found: Iterable[Misfit]) -> Iterator[Diagnostic]:
    """R0406: entries that only this layer has, and that are not complete."""
    document = layered.layers[number]
    # Overrides, and settings, are of one rank, and the documents above may have what an override speaks of.
    others = (*layered.layers[:number], *(layered.layers[number + 1 :] if document.role else ()))
    beside = Layered(layered.key, document.data, others, layered.keyed)
    lacking: dict[FieldPath, list[str]] = {}
    for misfit in found:
        entry = _new_entry(beside, misfit.path[:-1]) if misfit.kind == "missing" else ()
        if entry:
            lacking.setdefault(entry, []).append(".".join(map(str, misfit.path[len(entry) :])))
    for entry, fields in lacking.items():
        yield _half(layered, document, beside, entry, fields)


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


def _new_entry(beside: Layered, path: FieldPath) -> FieldPath:
    """The outermost entry of a map, or of a list that merges, around a field, that no other layer has."""
    for length in range(2, len(path) + 1 if beside.layers else 0):
        entry = path[:length]
        is_entry = is_map(KINDS[beside.key.kind].spec, entry[1:-1]) or _is_item(beside, entry)
        if is_entry and not beside.has(entry):
            return entry
    return ()


def _is_item(beside: Layered, entry: FieldPath) -> bool:
    """Whether it is an item, with a name, of a list that merges."""
    key = key_at(beside.keyed, entry[:-1])
    return bool(key) and isinstance(at(beside.data, *entry, key), str)


def _half(layered: Layered, document: Document, beside: Layered, entry: FieldPath, fields: Iterable[str]) -> Diagnostic:
    """R0406: an entry that is new in a layer is not complete on its own."""
    key = key_at(layered.keyed, entry[:-1])
    place = (*entry, key) if key else entry
    name = str(at(document.data, *place) if key else entry[-1])
    known = {name for layer in beside.chain(entry[:-1]) for name in _names(layer.value, key)}
    where, lacks = ".".join(map(str, entry[:-1])), " and ".join(fields)
    found = fault(
        Layered(layered.key, document.data, (document,)),
        "R0406",
        f"{name} is new in {where}, and lacks {lacks}",
        place,
        did_you_mean(name, sorted(known)) or f"add {lacks}",
        key=not key,
        label=f"no other layer of {layered.key} has it" if document.role else "no lower layer has it",
        known=known - set(_names(at(document.data, *entry[:-1]), key)),
    )
    return replace(found, field=".".join(map(str, layered.merged(document, entry))))


def _names(entries: Any, key: str) -> list[str]:
    """The names of the entries of a map, or, where they have a key, of a list."""
    if isinstance(entries, Mapping):
        return [name for name in entries if name not in DIRECTIVES]
    return [name for item in entries if isinstance(name := at(item, key), str)] if isinstance(entries, list) else []


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
    # Of the same name it is another version, or says none.
    version = others[near].key.version if near == spec.key.name else ""
    if near:
        place = f"({others[near].span_of(('metadata', 'name'))})"
        yield fault(
            spec,
            "R0415",
            f"{spec.key.kind} {spec.key.name} is new here, and lacks {' and '.join(fields)}",
            ("metadata", "name"),
            f"write the version that it changes, {version} {place}" if version else f"did you mean {near}? {place}",
            label=f"no lower layer has this {spec.key.kind}",
            known=[name for name, other in others.items() if _folder(spec) not in map(_folder_of, other.layers)],
        )


def _folder(spec: Layered) -> str:
    """The base or the environment that the lowest layer of a spec stands in."""
    return _folder_of(spec.layers[0])


def _folder_of(layer: Document) -> str:
    return "/".join(layer.path.split("/", 2)[:2])
