"""Link: declarations -> the same with every reference resolved and every text file read, or why that cannot be."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import at
from compiler.kinds import KINDS
from compiler.layering.layered import Layered
from compiler.mending.edit import reworded
from compiler.shapes import marked, places
from compiler.source import FieldPath
from compiler.spec import Ref, TextFile
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean, listed, misspelt, nearest
from compiler.tree import Tree
from compiler.version import newest
from compiler.yaml_reader import MAX_BYTES


def link(
    declarations: Iterable[Declaration[Any]], tree: Tree, environment: str, elsewhere: Mapping[SpecKey, Layered]
) -> tuple[tuple[Declaration[Any], ...], tuple[Diagnostic, ...]]:
    """The linked declarations, in the order given; `elsewhere` are the specs that run in other environments only."""
    declared = tuple(declarations)
    linker = _Linker(_by_kind(declared), tree, environment, elsewhere, [], {})
    linked = tuple(linker.linked(declaration) for declaration in declared)
    return linked, tuple(linker.diagnostics)


_ByKind = Mapping[str, Mapping[str, list[Declaration[Any]]]]


def _by_kind(declarations: tuple[Declaration[Any], ...]) -> _ByKind:
    index: dict[str, dict[str, list[Declaration[Any]]]] = defaultdict(lambda: defaultdict(list))
    for declaration in declarations:
        index[declaration.key.kind][declaration.name].append(declaration)
    return index


@dataclass(frozen=True, slots=True)
class _Linker:
    by_kind: _ByKind
    tree: Tree
    environment: str
    elsewhere: Mapping[SpecKey, Layered]
    diagnostics: list[Diagnostic]
    newest: dict[tuple[str, str], str | None]
    """Name and track of a pack -> its version: a pack may have many, and as many agents that follow it."""

    def linked(self, declaration: Declaration[Any]) -> Declaration[Any]:
        """The declaration with its references and texts filled in."""
        model = KINDS[declaration.key.kind].spec
        references: dict[FieldPath, SpecKey] = {}
        for pattern, ref in marked(model, Ref):
            for path, text in places(declaration.data["spec"], pattern, ("spec",)):
                key = self._resolved(declaration, ref, path, text)
                if key is not None:
                    references[path] = key
        return replace(declaration, references=references, data=self._with_texts(declaration))

    def _resolved(self, declaration: Declaration[Any], ref: Ref, path: FieldPath, text: str) -> SpecKey | None:
        name, _, member = text.partition("/")
        known = self.by_kind.get(ref.kind, {})
        if name not in known:
            self._missing(declaration, ref, path, name)
            return None
        if KINDS[ref.kind].versioned:
            return self._version(declaration, path, known[name])
        target = known[name][0]
        if ref.member:
            self._check_member(declaration, ref, path, target, member)
        return target.key

    def _missing(self, declaration: Declaration[Any], ref: Ref, path: FieldPath, name: str) -> None:
        known = self.by_kind.get(ref.kind, {})
        absent = [spec for key, spec in self.elsewhere.items() if (key.kind, key.name) == (ref.kind, name)]
        if absent:
            self._report(
                declaration,
                "R0203",
                f"{declaration.key.kind} {declaration.name} refers to a {ref.kind} that is not here",
                path,
                f"{ref.kind} {name} runs in other environments only",
                f"add {self.environment} to its environments ({absent[0].span_of(('spec', 'environments'))})",
                width=len(name),
                root=f"{ref.kind}/{name}",
            )
            return
        near, guess = nearest(name, known), ""
        if near:
            guess = f"did you mean {near}? ({known[near][0].document.span_of(('metadata', 'name'))})"
        self._report(
            declaration,
            "R0203",
            f"{declaration.key.kind} {declaration.name} refers to a {ref.kind} that does not exist",
            path,
            f"no {ref.kind} is named {name} in environment {self.environment}",
            guess or (f"it has {listed(known)}" if known else f"declare {ref.kind} {name}"),
            width=len(name),
            word=(name, 0, misspelt(name, known)),
            root=f"{ref.kind}/{name}",
        )

    def _check_member(
        self, declaration: Declaration[Any], ref: Ref, path: FieldPath, target: Declaration[Any], member: str
    ) -> None:
        entries = target.data["spec"].get(ref.member, {})
        if member in entries:
            return
        if not member:
            example = f"{target.name}/{next(iter(entries), 'NAME')}"
            self._report(
                declaration,
                "R0204",
                f"{target.name} names no entry of {ref.kind} {target.name}",
                path,
                f"one of its {ref.member} must be named",
                f"write {example}",
            )
            return
        self._report(
            declaration,
            "R0204",
            f"{ref.kind} {target.name} has no {ref.member} entry {member}",
            path,
            f"declared at {target.document.span_of(('spec', ref.member))}",
            did_you_mean(member, entries) or f"it has {listed(entries)}",
            word=(member, len(target.name) + 1, misspelt(member, entries)),
            root=f"{ref.kind}/{target.name}/{member}",
        )

    def _version(
        self, declaration: Declaration[Any], path: FieldPath, versions: list[Declaration[Any]]
    ) -> SpecKey | None:
        """The version that a reference pins with `version`, or the newest of its `track`."""
        parent = _parent(declaration.data, path)
        pinned, track = parent.get("version"), parent.get("track", "stable")
        chosen = pinned if pinned is not None else self._newest(versions, track)
        found = next((item.key for item in versions if item.key.version == chosen), None)
        if found is not None:
            return found
        available = [item.key.version for item in versions]
        near = did_you_mean(pinned, available) if pinned is not None else ""
        wanted = f"version {pinned}" if pinned is not None else f"{track} version"
        where = (*path[:-1], "version") if pinned is not None else path
        self._report(
            declaration,
            "R0205",
            f"{versions[0].key.kind} {versions[0].name} has no {wanted}",
            where,
            "",
            f"{near} it has {listed(available)}".lstrip(),
            root=f"{versions[0].key.kind}/{versions[0].name} {wanted}",
        )
        return None

    def _newest(self, versions: list[Declaration[Any]], track: str) -> str | None:
        follows = (versions[0].name, track)
        if follows not in self.newest:
            self.newest[follows] = newest([item.key.version for item in versions], track)
        return self.newest[follows]

    def _with_texts(self, declaration: Declaration[Any]) -> Mapping[str, Any]:
        """The data with each `{file: path}` replaced by the file's text."""
        data = declaration.data
        found = [
            (path, value["file"])
            for pattern, _ in marked(KINDS[declaration.key.kind].spec, TextFile)
            for path, value in places(data["spec"], pattern, ("spec",))
            if isinstance(value, dict)
        ]
        if not found:
            return data
        changed = deepcopy(dict(data))
        for path, file in found:
            _parent(changed, path)[path[-1]] = self._text(declaration, path, file)
        return changed

    def _text(self, declaration: Declaration[Any], path: FieldPath, file: str) -> str:
        beside = declaration.document.path_of((*path, "file"))
        where = posixpath.normpath(posixpath.join(posixpath.dirname(beside), file))
        fault, help = "", "name a file of the repository, relative to this one"
        try:
            content = self.tree.read(where)
            if len(content) > MAX_BYTES:
                fault, help = f"{where} has {len(content):,} bytes", "a ConfigMap holds at most 1 MiB; split the text"
            else:
                return content.decode("utf-8")
        except KeyError:
            fault = f"the file {where} does not exist"
        except UnicodeDecodeError as error:
            fault, help = f"{where} is not UTF-8 at byte {error.start}", "save the file as UTF-8"
        self._report(declaration, "R0206", fault, (*path, "file"), "", help)
        return ""

    def _report(
        self,
        declaration: Declaration[Any],
        code: str,
        message: str,
        path: FieldPath,
        label: str,
        help: str,
        width: int | None = None,
        word: tuple[str, int, str] | None = None,
        root: str = "",
    ) -> None:
        """Add an error; `word` is the wrong word of the value, where in it that begins, and the right one if known."""
        span = declaration.document.span_of(path)
        old, start, new = word or ("", 0, "")
        whole = at(declaration.data, *path)
        self.diagnostics.append(
            Diagnostic(
                code=code,
                severity=Severity.ERROR,
                message=message,
                label=label,
                help=help,
                span=span if width is None else replace(span, width=width),
                field=".".join(map(str, path)),
                fix=reworded(span, old, new, start, str(whole)) if new else None,
                root=root,
            )
        )


def _parent(data: Any, path: FieldPath) -> Any:
    for step in path[:-1]:
        data = data[step]
    return data
