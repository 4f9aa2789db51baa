"""Link: declarations -> the same with every reference resolved and every text file read, or why that cannot be."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.linking.named import Named, named
from compiler.linking.reference_error import missing, reference_error
from compiler.linking.wants import Reference, Wants, wants_of
from compiler.memo import Memo, blocks
from compiler.source import FieldPath
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean, listed, misspelt
from compiler.tree import Tree
from compiler.yaml_reader import MAX_BYTES


def link(
    declarations: Iterable[Declaration[Any]],
    tree: Tree,
    environment: str,
    elsewhere: Mapping[SpecKey, Layered],
    memo: Memo,
) -> tuple[tuple[Declaration[Any], ...], tuple[Diagnostic, ...]]:
    """The linked declarations, in the order given; `elsewhere` are the specs that run in other environments only."""
    declared = tuple(declarations)
    known: dict[str, dict[str, list[Declaration[Any]]]] = {kind: {} for kind in KINDS}
    for declaration in declared:
        known[declaration.key.kind].setdefault(declaration.key.name, []).append(declaration)
    linked: list[Declaration[Any]] = []
    diagnostics: list[Diagnostic] = []
    for block in blocks(declared):
        wanted = memo.nested(_wanted, block)
        there = tuple([_named(known, kind, name, memo) for kind, name in wanted.names])
        contents = tuple([_content(tree, file) for file in wanted.files])
        for made, found, absent in memo.nested(_linked, block, wanted, there, contents):
            linked.append(made)
            diagnostics += found
            diagnostics += [missing(made, want, known[want.ref.kind], environment, elsewhere) for want in absent]
    return tuple(linked), tuple(diagnostics)


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """What a block of declarations wants to be linked to."""

    wants: tuple[Wants, ...]
    """What each of them wants."""
    names: tuple[tuple[str, str], ...]
    """The kinds and names of other specs, each once."""
    files: tuple[str, ...]
    """The files, each once."""


def _wanted(memo: Memo, block: tuple[Declaration[Any], ...]) -> _Wanted:
    wants = tuple([memo.of(wants_of, declaration) for declaration in block])
    names = dict.fromkeys((want.ref.kind, want.name) for each in wants for want in each.references)
    files = dict.fromkeys(file for each in wants for _, file in each.texts)
    return _Wanted(wants, tuple(names), tuple(files))


def _named(
    known: Mapping[str, Mapping[str, Sequence[Declaration[Any]]]], kind: str, name: str, memo: Memo
) -> Named | None:
    found = known[kind].get(name)
    return None if found is None else memo.of(named, *found)


def _content(tree: Tree, path: str) -> bytes | None:
    """What a file holds; None if there is none."""
    try:
        return tree.read(path)
    except KeyError:
        return None


_Linked = tuple[Declaration[Any], tuple[Diagnostic, ...], tuple[Reference, ...]]
"""A linked declaration, what is wrong with what it refers to, and its references to what is not there."""


def _linked(
    memo: Memo,
    block: tuple[Declaration[Any], ...],
    wanted: _Wanted,
    there: tuple[Named | None, ...],
    contents: tuple[bytes | None, ...],
) -> tuple[_Linked, ...]:
    """The declarations of a block, linked to what there is under the names and in the files that they want."""
    found = dict(zip(wanted.names, there, strict=True))
    texts = dict(zip(wanted.files, contents, strict=True))
    linked: list[_Linked] = []
    for declaration, wants in zip(block, wanted.wants, strict=True):
        meant = tuple([found[want.ref.kind, want.name] for want in wants.references])
        targets, faults = memo.of(_targets, declaration, wants, meant)
        made, more = memo.of(_filled, declaration, wants, targets, tuple([texts[file] for _, file in wants.texts]))
        absent = [want for want, named in zip(wants.references, meant, strict=True) if named is None]
        linked.append((made, (*faults, *more), tuple(absent)))
    return tuple(linked)


def _targets(
    declaration: Declaration[Any], wants: Wants, named: tuple[Named | None, ...]
) -> tuple[tuple[SpecKey | None, ...], tuple[Diagnostic, ...]]:
    """The spec that each reference of a declaration means, as far as what it names is there."""
    linking = _Linking(declaration)
    pairs = zip(wants.references, named, strict=True)
    targets = [None if there is None else linking.target(want, there) for want, there in pairs]
    return tuple(targets), tuple(linking.diagnostics)


def _filled(
    declaration: Declaration[Any],
    wants: Wants,
    targets: tuple[SpecKey | None, ...],
    contents: tuple[bytes | None, ...],
) -> tuple[Declaration[Any], tuple[Diagnostic, ...]]:
    """One declaration with its references and its texts filled in."""
    linking = _Linking(declaration)
    data = linking.with_texts(wants.texts, contents)
    pairs = zip(wants.references, targets, strict=True)
    references = {want.path: target for want, target in pairs if target is not None}
    return replace(declaration, references=references, data=data), tuple(linking.diagnostics)


@dataclass(frozen=True, slots=True)
class _Linking:
    """One declaration that is being linked."""

    declaration: Declaration[Any]
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def target(self, want: Reference, there: Named) -> SpecKey | None:
        """The spec that a reference means; None, and told, if that version is not there."""
        if KINDS[want.ref.kind].versioned:
            return self._version(want.path, there)
        if want.ref.member:
            self._check_member(want, there.first)
        return there.first.key

    def _check_member(self, want: Reference, target: Declaration[Any]) -> None:
        ref, member = want.ref, want.member
        entries = target.data["spec"].get(ref.member, {})
        if member in entries:
            return
        if not member:
            example = f"{target.name}/{next(iter(entries), 'NAME')}"
            self._report(
                "R0204",
                f"{target.name} names no entry of {ref.kind} {target.name}",
                want.path,
                f"one of its {ref.member} must be named",
                f"write {example}",
            )
            return
        self._report(
            "R0204",
            f"{ref.kind} {target.name} has no {ref.member} entry {member}",
            want.path,
            f"declared at {target.document.span_of(('spec', ref.member))}",
            did_you_mean(member, entries) or f"it has {listed(entries)}",
            word=(member, len(target.name) + 1, misspelt(member, entries)),
            root=f"{ref.kind}/{target.name}/{member}",
        )

    def _version(self, path: FieldPath, there: Named) -> SpecKey | None:
        """The version that a reference pins with `version`, or the newest of its `track`."""
        parent = _parent(self.declaration.data, path)
        pinned, track = parent.get("version"), parent.get("track", "stable")
        chosen = pinned if pinned is not None else there.newest[track]
        if chosen is not None and chosen in there.versions:
            return there.versions[chosen].key
        near = did_you_mean(pinned, there.versions) if pinned is not None else ""
        wanted = f"version {pinned}" if pinned is not None else f"{track} version"
        where = (*path[:-1], "version") if pinned is not None else path
        key = there.first.key
        self._report(
            "R0205",
            f"{key.kind} {key.name} has no {wanted}",
            where,
            "",
            f"{near} it has {listed(there.versions)}".lstrip(),
            root=f"{key.kind}/{key.name} {wanted}",
        )
        return None

    def with_texts(
        self, texts: tuple[tuple[FieldPath, str], ...], contents: tuple[bytes | None, ...]
    ) -> Mapping[str, Any]:
        """The data with each `{file: path}` replaced by the file's text."""
        if not texts:
            return self.declaration.data
        changed = deepcopy(dict(self.declaration.data))
        for (path, file), content in zip(texts, contents, strict=True):
            _parent(changed, path)[path[-1]] = self._text(path, file, content)
        return changed

    def _text(self, path: FieldPath, file: str, content: bytes | None) -> str:
        fault, help = f"the file {file} does not exist", "name a file of the repository, relative to this one"
        if content is not None and len(content) > MAX_BYTES:
            fault, help = f"{file} has {len(content):,} bytes", "a ConfigMap holds at most 1 MiB; split the text"
        elif content is not None:
            try:
                return content.decode("utf-8")
            except UnicodeDecodeError as error:
                fault, help = f"{file} is not UTF-8 at byte {error.start}", "save the file as UTF-8"
        self._report("R0206", fault, (*path, "file"), "", help)
        return ""

    def _report(
        self,
        code: str,
        message: str,
        path: FieldPath,
        label: str,
        help: str,
        word: tuple[str, int, str] | None = None,
        root: str = "",
    ) -> None:
        self.diagnostics.append(
            reference_error(self.declaration, code, message, path, label, help, word=word, root=root)
        )


def _parent(data: Any, path: FieldPath) -> Any:
    for step in path[:-1]:
        data = data[step]
    return data
