"""Compare: the files of an environment and what lies in a folder -> the files that differ, the first with its cause."""

from collections.abc import Iterator
from typing import Any

from compiler.compiled import Compiled
from compiler.inside import at
from compiler.kube_object import ObjectKey
from compiler.rendered.difference import Difference, Mismatch
from compiler.rendered.layout import MANIFEST
from compiler.rendered.manifest import Manifest, encoded
from compiler.rendered.present import Present
from compiler.rendered.render import Rendered
from compiler.review.change_lines import change_lines
from compiler.review.fields import FieldChange, changes, opened
from compiler.source import FieldPath, cause_of
from compiler.yaml_reader import load

WRITE_ANEW = "{command} writes it anew"
RESTORE = "move what was edited into the specs, remove the file, then {command}"
LINE_ENDS = "let Git leave line ends alone: write `* -text` to .gitattributes there, and check the files out anew"
_NAME: FieldPath = ("metadata", "name")


def compare(rendered: Rendered, before: Manifest | None, present: Present, compiled: Compiled) -> Mismatch | None:
    """What differs; None if the folder holds exactly the environment. Files that are not ours do not matter."""
    paths = _differing(rendered, before, present)
    return Mismatch(paths, _difference(paths[0], rendered, before, present, compiled)) if paths else None


def _differing(rendered: Rendered, before: Manifest | None, present: Present) -> tuple[str, ...]:
    """The files that differ, sorted; the manifest where nothing else does."""
    wanted = rendered.manifest.files
    wrong = {path for path, file in wanted.items() if present.digests.get(path) != file.sha256}
    known = before.files if before is not None else {}
    wrong |= {path for path in known.keys() - wanted.keys() if present.has(path)}
    if not wrong and (before is None or encoded(before) != encoded(rendered.manifest)):
        return (MANIFEST,)
    return tuple(sorted(wrong))


def _difference(
    path: str, rendered: Rendered, before: Manifest | None, present: Present, compiled: Compiled
) -> Difference:
    if path == MANIFEST:
        return Difference(path, (), "does not say what the specs compile to", WRITE_ANEW)
    if path in present.unreadable:
        return Difference(path, (), present.unreadable[path], "remove it, then {command}")
    if not present.has(path):
        return _missing(path, rendered, before, compiled)
    if path not in rendered.contents:
        return _superfluous(path, before, present)
    return _different(path, rendered, before, present, compiled)


def _missing(path: str, rendered: Rendered, before: Manifest | None, compiled: Compiled) -> Difference:
    key = rendered.manifest.files[path].object
    if before is None:
        cause = "nothing was compiled to this folder yet"
    elif path in before.files:
        cause = "was removed since Roster wrote it"
    else:
        cause = _stale(rendered, before, _lines(compiled, key, _NAME))
    return Difference(path, (f"+ {key} is missing",), cause, WRITE_ANEW)


def _superfluous(path: str, before: Manifest | None, present: Present) -> Difference:
    file = before.files[path] if before is not None else None
    edited = file is None or not file.is_ours(present.digests[path])
    lines = (f"- {file.object} is not compiled any more",) if file is not None else ()
    cause = "no spec makes it any more" + (", and it was edited since Roster wrote it" if edited else "")
    return Difference(path, lines, cause, "remove the file, then {command}" if edited else WRITE_ANEW)


def _different(
    path: str, rendered: Rendered, before: Manifest | None, present: Present, compiled: Compiled
) -> Difference:
    wanted, there = rendered.contents[path], present.contents[path]
    if there.replace(b"\r\n", b"\n") == wanted:
        return Difference(path, (), "has other line ends than Roster wrote", LINE_ENDS)
    first, count = _first_change(there, wanted)
    lines = change_lines(first) if first is not None else ()
    more = (f"and {count - 1} more field{'' if count == 2 else 's'}",) if count > 1 else ()
    known = before.files.get(path) if before is not None else None
    if before is None or known is None:
        return Difference(path, (*lines, *more), "was not written by Roster", "remove the file, then {command}")
    if not known.is_ours(present.digests[path]):
        return Difference(path, (*lines, *more), "was edited since Roster wrote it", RESTORE)
    spans = () if first is None or first.is_gone else _lines(compiled, known.object, first.place)
    return Difference(path, (*lines, *more), _stale(rendered, before, spans), WRITE_ANEW)


def _first_change(there: bytes, wanted: bytes) -> tuple[FieldChange | None, int]:
    """The first field that differs, and how many do; None where the texts differ and not what they say."""
    old, new = _document(there), _document(wanted)
    found = [inner for change in changes(old, new) for inner in opened(change)] if old is not None else []
    return (found[0] if found else None), len(found)


def _document(content: bytes) -> Any:
    documents, problems = load(content)
    return documents[0] if len(documents) == 1 and isinstance(documents[0], dict) and not problems else None


def _stale(rendered: Rendered, before: Manifest, spans: tuple[str, ...]) -> str:
    if rendered.manifest.specs == before.specs:
        return "the specs are as they were: another version of Roster, or of its templates, wrote it"
    where = f", see {', '.join(spans)}" if spans else ""
    return f"the specs have changed since Roster wrote it{where}"


def _lines(compiled: Compiled, key: ObjectKey, place: FieldPath) -> tuple[str, ...]:
    """The lines of specs that made a field, and the template's where no line did."""
    cause = cause_of(compiled.bundle.source_maps.get(key, {}), place) if compiled.bundle is not None else None
    if cause is None:
        return ()
    return tuple(dict.fromkeys(_spans(compiled, cause.sources))) or (f"templates/{cause.template}:{cause.line}",)


def _spans(compiled: Compiled, sources: Any) -> Iterator[str]:
    for source in sources[:3]:
        document = compiled.documents.get(source.spec)
        if document is not None and at(document.data, *source.path) is not None:
            span = document.span_of(source.path)
            yield f"{span.path}:{span.line}"
