"""Read: a tree and the name of an environment -> the documents of its folder and of its bases, in layers."""

import posixpath
from collections.abc import Iterable

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document, is_document
from compiler.documents import Documents, documents, is_ours
from compiler.errors import UsageError
from compiler.fleet import ENVIRONMENTS, environment_folders, environment_names
from compiler.kinds import KINDS
from compiler.layer import Layer, Reading
from compiler.memo import Memo
from compiler.naming import API_VERSION
from compiler.span import Span
from compiler.suggestion import did_you_mean
from compiler.symlink import followed
from compiler.tree import Entry, Tree
from compiler.yaml_reader import MAX_BYTES


def read(
    tree: Tree, environment: str, memo: Memo, *, all_names: bool = False
) -> tuple[Reading, tuple[Diagnostic, ...]]:
    """The layers of an environment. Raises UsageError if the tree has no such environment.

    With `all_names` the environments of the tree are looked up even if no layer says where a spec runs.
    """
    folder = f"{ENVIRONMENTS}/{environment}"
    if not any(entry.path == f"{folder}/environment.yaml" for entry in tree.entries(folder)):
        raise _unknown(tree, environment)
    reader = _Reader(tree, memo)
    reader.add(folder, None)
    reader.report_name(environment)
    environments = environment_folders(tree) if all_names or reader.placed else {}
    return Reading(environment, tuple(reader.layers), environments), tuple(reader.diagnostics)


_EMPTY = "declare the environment: apiVersion, kind: Environment, metadata and spec"


def _unknown(tree: Tree, environment: str) -> UsageError:
    names = environment_names(tree)
    listed = f"there are: {', '.join(names)}" if names else f"{tree.name}: it has no {ENVIRONMENTS}/*/environment.yaml"
    help = did_you_mean(environment, names) or listed
    return UsageError(f"there is no environment named {environment}", help)


class _Reader:
    """Reads a folder after its bases."""

    def __init__(self, tree: Tree, memo: Memo) -> None:
        self.tree = tree
        self.memo = memo
        self.layers: list[Layer] = []
        self.diagnostics: list[Diagnostic] = []
        self.placed = False
        """Whether a spec or an override says in which environments a spec runs."""
        self._open: list[str] = []

    def add(self, folder: str, named_at: Span | None) -> None:
        """Append the layers of a folder's bases, then its own; each folder once."""
        if folder in self._open:
            chain = " -> ".join([*self._open[self._open.index(folder) :], folder])
            self._report("R0112", f"the bases form a circle: {chain}", named_at, help="remove one of the bases")
            return
        if any(layer.folder == folder for layer in self.layers):
            return
        self._open.append(folder)
        layer = self._layer(folder)
        for base, span in self._bases(layer):
            if self.tree.entries(base):
                self.add(base, span)
            else:
                help = self._near(base) or "name a folder of this repository"
                self._report("R0112", f"the base {base} does not exist", span, help=help)
        self.layers.append(layer)
        self._open.pop()

    def _bases(self, layer: Layer) -> list[tuple[str, Span]]:
        document = layer.environment
        spec = document.data.get("spec") if document else None
        bases = spec.get("bases") if isinstance(spec, dict) else None
        if document is not None and isinstance(bases, str):
            # That it is no list is told; what the base holds is not told to be missing as well.
            bases = [bases]
        if document is None or not isinstance(bases, list):
            return []
        return [
            (posixpath.normpath(posixpath.join(layer.folder, base)), document.span_of(("spec", "bases", index)))
            for index, base in enumerate(bases)
            if isinstance(base, str)
        ]

    def _near(self, base: str) -> str:
        """The folder beside a base that does not exist which was probably meant."""
        above, name = posixpath.split(base)
        inside = (entry.path.removeprefix(f"{above}/") for entry in self.tree.entries(above)) if above else ()
        return did_you_mean(name, {path.split("/")[0] for path in inside if "/" in path})

    def _layer(self, folder: str) -> Layer:
        environment: Document | None = None
        specs: list[Document] = []
        objects: list[Document] = []
        foreign: set[str] = set()
        for entry in self.tree.entries(folder):
            if not self.memo.of(is_document, entry.path, folder):
                continue
            found = self._documents(entry)
            self.diagnostics += found.diagnostics
            self.placed = self.placed or found.placed
            if entry.path == f"{folder}/environment.yaml":
                environment = next(iter(found.environments), None)
                self._report_strangers(document for document in found.every if document is not environment)
                if environment is None and not found.every and not found.diagnostics:
                    self._report("R0109", "the file holds no document", Span(entry.path, 1, 1), help=_EMPTY)
            elif entry.path.startswith(f"{folder}/objects/"):
                objects += found.every
            else:
                specs += found.specs
                self._report_environments(found.environments)
                objects += found.plain
                foreign.update((posixpath.dirname(entry.path),) if found.foreign else ())
        for document in objects:
            self._place(document, folder, foreign)
        return Layer(folder, environment, tuple(specs), tuple(objects))

    def _place(self, document: Document, folder: str, foreign: set[str]) -> None:
        """Refuse what stands in the wrong place: specs in objects/, and plain documents where no dialect wants them."""
        in_objects = document.path.startswith(f"{folder}/objects/")
        if in_objects and is_ours(document):
            self._report(
                "R0111",
                f"{document.kind} {document.name} is a spec, and stands in objects/",
                document.span_of(("apiVersion",)),
                help="move it out of objects/, which is for plain Kubernetes documents",
            )
        if not in_objects and posixpath.dirname(document.path) not in foreign:
            self._report_plain(document, folder)

    def report_name(self, environment: str) -> None:
        """R0111: an environment goes by the name of its folder, and its document says another."""
        document = self.layers[-1].environment
        if document is not None and document.name != environment:
            self._report(
                "R0111",
                f"Environment {document.name} stands in the folder of {environment}",
                document.span_of(("metadata", "name")),
                help=f"write name: {environment}, or rename the folder: an environment goes by its name",
            )

    def _report_strangers(self, documents: Iterable[Document]) -> None:
        """R0111: what stands beside an environment in its file, or in its place."""
        for document in documents:
            named = document.kind == "Environment" and not is_ours(document)
            message = f"{document.kind} {document.name} stands in environment.yaml"
            alone = "the file holds the Environment alone: move this to a file of its own"
            self._report(
                "R0111",
                f"{message}, and is none of Roster's" if named else message,
                document.span_of(("apiVersion",) if named else ("kind",)),
                help=f"write apiVersion: {API_VERSION}"
                if named
                else did_you_mean(document.kind, ("Environment",)) or alone,
            )

    def _report_environments(self, documents: Iterable[Document]) -> None:
        """R0111: an environment that no folder is."""
        for document in documents:
            self._report(
                "R0111",
                f"Environment {document.name} does not stand in an environment.yaml",
                document.span_of(("kind",)),
                help=f"an environment is declared in {ENVIRONMENTS}/NAME/environment.yaml: move it there",
            )

    def _report_plain(self, document: Document, folder: str) -> None:
        """R0111: a plain document among specs; where its kind is ours, it is the apiVersion that is wrong."""
        ours = document.kind in KINDS
        move = f"move the file to {folder}/objects/, or write a roster.dev spec"
        self._report(
            "R0111",
            f"{document.kind} {document.name} is a plain Kubernetes document",
            document.span_of(("apiVersion",) if ours else ("kind",)),
            help=f"write apiVersion: {API_VERSION}" if ours else move,
        )

    def _documents(self, entry: Entry) -> Documents:
        """What a file holds; nothing where a link leads nowhere, and of a file that is too large."""
        file, broken = followed(self.tree, entry)
        if file is None:
            return _unread(broken)
        if file.size > MAX_BYTES:
            message = f"the file has {file.size:,} bytes"
            help = f"a document file may have {MAX_BYTES:,}; keep payloads in files beside it"
            return _unread((_error("R0101", message, Span(entry.path, 1, 1), help),))
        return self.memo.of(documents, entry.path, self.tree.read(file.path))

    def _report(self, code: str, message: str, span: Span | None, *, help: str) -> None:
        self.diagnostics.append(_error(code, message, span, help))


def _unread(reasons: tuple[Diagnostic, ...]) -> Documents:
    return Documents(every=(), specs=(), plain=(), environments=(), foreign=False, placed=False, diagnostics=reasons)


def _error(code: str, message: str, span: Span | None, help: str) -> Diagnostic:
    return Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, help=help)
