"""Tell: what is wrong with a field of an object -> the Diagnostic at the line of the spec that caused it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.exported import Exported
from compiler.fault import Fault
from compiler.inside import at
from compiler.layering.layered import Layered
from compiler.lowered import Lowered
from compiler.memo import Memo
from compiler.object_path import object_path
from compiler.object_schemas.kubernetes_schemas import said
from compiler.scope import Assets
from compiler.source import Cause, FieldPath, Source, cause_of
from compiler.span import Span
from compiler.spec_key import SpecKey

_NAME = ("metadata", "name")


def tell(fault: Fault, exported: Exported, documents: Mapping[SpecKey, Layered], memo: Memo) -> Diagnostic:
    """The finding at the line of the spec that caused it, or at the name of the spec where no line is known."""
    keys = memo.of(_concerned, fault)
    layered = tuple([documents[key] for key in keys if key in documents])
    declared = tuple([exported.declarations[key] for key in keys if key in exported.declarations])
    return memo.of(_told, fault, layered, declared, exported.assets)


def _concerned(fault: Fault) -> tuple[SpecKey, ...]:
    """The specs in which the cause may be written."""
    places = [(fault.lowered, fault.path), *([(fault.lowered, fault.rival)] if fault.rival else [])]
    places += [] if fault.other is None else [(fault.other, _NAME)]
    causes = [(lowered.spec, cause_of(lowered.sources, path)) for lowered, path in places]
    sources = [source.spec for _, cause in causes if cause is not None for source in cause.sources]
    return tuple(dict.fromkeys((*sources, *(spec for spec, _ in causes))))


def _told(
    fault: Fault, layered: tuple[Layered, ...], declared: tuple[Declaration[Any], ...], assets: Assets
) -> Diagnostic:
    documents = {document.key: document for document in layered}
    data = fault.lowered.data
    cause = cause_of(fault.lowered.sources, fault.path)
    source = _longest(cause, {declaration.key: declaration for declaration in declared}) if fault.longest else None
    rival = cause_of(fault.lowered.sources, fault.rival) if fault.rival else None
    by_template = _decided_by_template(fault, cause, assets)
    source = source or _source(fault.lowered, (cause,) if by_template else (cause, rival), documents)
    document = documents.get(source.spec)
    name = f"{data['kind']} {data['metadata']['name']}"
    return Diagnostic(
        code=fault.code,
        severity=_severity(fault, cause, documents),
        message=f"{name}: {object_path(data, fault.path)} {fault.message}".replace(":  ", ": "),
        span=by_template or (None if document is None else document.span_of(source.path, key=_is_key(fault, cause))),
        field=".".join(map(str, source.path)),
        label="; ".join((*_made(fault, cause), *_clash(rival, source, documents), *_other(fault, documents))),
        help=fault.help,
        root=f"{by_template} {fault.message}" if by_template and fault.other is None else "",
        kubernetes=fault.versions,
    )


def _decided_by_template(fault: Fault, cause: Cause | None, assets: Assets) -> Span | None:
    """The line of the fleet's template that alone decided a value; None where a spec took part, or it is Roster's."""
    if cause is None:
        return assets.nearest(fault.lowered.template, fault.path)
    return None if cause.sources else assets.span(cause.template, cause.line)


def _source(lowered: Lowered, causes: Iterable[Cause | None], documents: Mapping[SpecKey, Layered]) -> Source:
    """The spec field to show: the first that a person wrote; where none is known, the name of the spec."""
    sources = [source for cause in causes if cause is not None for source in cause.sources]
    known = [source for source in sources if source.spec in documents]
    written = (source for source in known if _value(source, documents) is not None)
    return next(written, known[0] if known else Source(lowered.spec, _NAME))


def _value(source: Source, documents: Mapping[SpecKey, Layered]) -> Any:
    document = documents.get(source.spec)
    return None if document is None else at(document.data, *source.path)


def _is_key(fault: Fault, cause: Cause | None) -> bool:
    """Whether the name of the field is to blame, and a person wrote it."""
    return fault.code == "R0601" and cause is not None and cause.exact


def _severity(fault: Fault, cause: Cause | None, documents: Mapping[SpecKey, Layered]) -> Severity:
    if fault.inert:
        return Severity.WARNING
    return Severity.WARNING if fault.doubtful and _is_written(fault, cause, documents) else Severity.ERROR


def _is_written(fault: Fault, cause: Cause | None, documents: Mapping[SpecKey, Layered]) -> bool:
    """Whether a person chose the value: it stands as it is in a spec field that it came from."""
    if not fault.lowered.template or (fault.lowered.own and cause is not None and not cause.sources):
        return True
    value = at(fault.lowered.data, *fault.path)
    sources = cause.sources if cause is not None else ()
    return any(_holds(_value(source, documents), value) for source in sources)


def _holds(written: Any, value: Any) -> bool:
    if isinstance(written, Mapping):
        return any(_holds(item, value) for item in written.values())
    if isinstance(written, list | tuple):
        return any(_holds(item, value) for item in written)
    return written is not None and type(written) is type(value) and bool(written == value)


def _made(fault: Fault, cause: Cause | None) -> Iterator[str]:
    """In which versions it holds, and which template put the value there."""
    if fault.versions:
        yield f"in Kubernetes {said(fault.versions)}"
    if cause is not None and cause.template:
        yield f"from templates/{cause.template}:{cause.line}"


def _clash(rival: Cause | None, shown: Source, documents: Mapping[SpecKey, Layered]) -> Iterator[str]:
    """Where the other of two fields is written; it may be the one that is shown."""
    source = None if rival is None else next((it for it in rival.sources if _value(it, documents) is not None), None)
    if source is not None:
        yield (
            "clashes with this" if source == shown else f"the other is at {documents[source.spec].span_of(source.path)}"
        )


def _other(fault: Fault, documents: Mapping[SpecKey, Layered]) -> Iterator[str]:
    """Where a second object comes from."""
    if fault.other is not None:
        source = _source(fault.other, (cause_of(fault.other.sources, _NAME),), documents)
        document = documents.get(source.spec)
        place = "" if document is None else f" at {document.span_of(source.path)}"
        other = fault.other.data
        yield f"{other['kind']} {other['metadata']['name']} comes from {source.spec}{place}"


def _longest(cause: Cause | None, declared: Mapping[SpecKey, Declaration[Any]]) -> Source | None:
    """Of all texts that a value was made from, the longest; texts that lie in files are filled in."""
    texts = [
        (len(text), Source(source.spec, path))
        for source in (cause.sources if cause is not None else ())
        if source.spec in declared
        for path, text in _texts(at(declared[source.spec].data, *source.path), source.path)
    ]
    return max(texts, key=lambda item: item[0])[1] if texts else None


def _texts(value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
