"""Link: declarations -> the same with every reference resolved and every text file read, or why that cannot be."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.linking.named import Named, known_names
from compiler.linking.reference_error import missing, reference_error
from compiler.linking.wants import Reference, Wants, wants_of
from compiler.memo import Memo
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
    known = known_names(declared, memo)
    linked: list[Declaration[Any]] = []
    diagnostics: list[Diagnostic] = []
    for declaration in declared:
        wants = memo.of(wants_of, declaration)
        named = tuple([known[want.ref.kind].get(want.name) for want in wants.references])
        contents = tuple([_content(tree, file) for _, file in wants.texts])
        targets, found = memo.of(_targets, declaration, wants, named)
        made, more = memo.of(_linked, declaration, wants, targets, contents)
        linked.append(made)
        diagnostics += (*found, *more)
        for want, there in zip(wants.references, named, strict=True):
            if there is None:
                diagnostics.append(missing(declaration, want, known[want.ref.kind], environment, elsewhere))
    return tuple(linked), tuple(diagnostics)


def _content(tree: Tree, path: str) -> bytes | None:
    """What a file holds; None if there is none."""
    try:
        return tree.read(path)
    except KeyError:
        return None


def _targets(
    declaration: Declaration[Any], wants: Wants, named: tuple[Named | None, ...]
) -> tuple[tuple[SpecKey | None, ...], tuple[Diagnostic, ...]]:
    """The spec that each reference of a declaration means, as far as what it names is there."""
    linking = _Linking(declaration)
    pairs = zip(wants.references, named, strict=True)
    targets = [None if there is None else linking.target(want, there) for want, there in pairs]
    return tuple(targets), tuple(linking.diagnostics)


def _linked(
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
