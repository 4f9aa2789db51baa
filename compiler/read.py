"""Read: a tree and the name of an environment -> the documents of its folder and of its bases, in layers."""

import posixpath
from functools import lru_cache
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document, is_document
from compiler.errors import UsageError
from compiler.fleet import ENVIRONMENTS, environment_names
from compiler.inside import items, mapping, text
from compiler.kinds import KINDS
from compiler.layer import Layer, Reading
from compiler.naming import API_VERSION
from compiler.problem import Problem
from compiler.span import Span
from compiler.suggestion import did_you_mean
from compiler.symlink import followed
from compiler.tree import Entry, Tree
from compiler.yaml_reader import MAX_BYTES, load

_OURS = "roster.dev/"
_UNTYPED = "add it; payload files that are YAML belong in a folder named files/"
_SECRET = ("data", "stringData")


def read(tree: Tree, environment: str, *, all_names: bool = False) -> tuple[Reading, tuple[Diagnostic, ...]]:
    """The layers of an environment. Raises UsageError if the tree has no such environment.

    With `all_names` the environments of the tree are looked up even if no layer says where a spec runs.
    """
    folder = f"{ENVIRONMENTS}/{environment}"
    if not any(entry.path == f"{folder}/environment.yaml" for entry in tree.entries(folder)):
        raise _unknown(tree, environment)
    reader = _Reader(tree)
    reader.add(folder, None)
    return Reading(
        environment, tuple(reader.layers), environment_names(tree) if all_names or reader.names_some() else ()
    ), tuple(reader.diagnostics)


def _unknown(tree: Tree, environment: str) -> UsageError:
    names = environment_names(tree)
    listed = f"there are: {', '.join(names)}" if names else f"{tree.name}: it has no {ENVIRONMENTS}/*/environment.yaml"
    help = did_you_mean(environment, names) or listed
    return UsageError(f"there is no environment named {environment}", help)


class _Reader:
    """Reads a folder after its bases."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.layers: list[Layer] = []
        self.diagnostics: list[Diagnostic] = []
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
                self._report("R0112", f"the base {base} does not exist", span, help="name a folder of this repository")
        self.layers.append(layer)
        self._open.pop()

    def names_some(self) -> bool:
        """Whether a spec or an override says in which environments a spec runs."""
        specs = (document.data for layer in self.layers for document in layer.specs)
        own = (layer.environment.data for layer in self.layers if layer.environment is not None)
        overrides = (override for data in own for override in items(data, "spec", "overrides"))
        return any("environments" in mapping(data, "spec") for data in (*specs, *overrides))

    def _bases(self, layer: Layer) -> list[tuple[str, Span]]:
        document = layer.environment
        spec = document.data.get("spec") if document else None
        bases = spec.get("bases") if isinstance(spec, dict) else None
        if document is None or not isinstance(bases, list):
            return []
        return [
            (posixpath.normpath(posixpath.join(layer.folder, base)), document.span_of(("spec", "bases", index)))
            for index, base in enumerate(bases)
            if isinstance(base, str)
        ]

    def _layer(self, folder: str) -> Layer:
        environment: Document | None = None
        specs: list[Document] = []
        objects: list[Document] = []
        for entry in self.tree.entries(folder):
            if not is_document(entry.path, folder):
                continue
            plain = entry.path.startswith(f"{folder}/objects/")
            for document in self._documents(entry):
                if entry.path == f"{folder}/environment.yaml":
                    environment = document
                elif plain or _is_kubernetes(document):
                    objects.append(document)
                else:
                    specs.append(document)
        specs, objects = self._placed(folder, specs, objects)
        return Layer(folder, environment, tuple(specs), tuple(objects))

    def _placed(
        self, folder: str, specs: list[Document], objects: list[Document]
    ) -> tuple[list[Document], list[Document]]:
        """Refuse what stands in the wrong place: specs in objects/, and plain documents where no dialect wants them."""
        foreign = {document.path for document in specs if not str(document.data["apiVersion"]).startswith(_OURS)}
        foreign_folders = {posixpath.dirname(path) for path in foreign}
        for document in objects:
            in_objects = document.path.startswith(f"{folder}/objects/")
            if in_objects and str(document.data.get("apiVersion", "")).startswith(_OURS):
                span = document.span_of(("apiVersion",))
                self._report(
                    "R0111",
                    f"{document.kind} {document.name} is a spec, and stands in objects/",
                    span,
                    help="move it out of objects/, which is for plain Kubernetes documents",
                )
            if not in_objects and posixpath.dirname(document.path) not in foreign_folders:
                self._report_plain(document, folder)
        return specs, objects

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

    def _documents(self, entry: Entry) -> list[Document]:
        file = self._resolved(entry)
        if file is None:
            return []
        if file.size > MAX_BYTES:
            self._report(
                "R0101",
                f"the file has {file.size:,} bytes",
                Span(entry.path, 1, 1),
                help=f"a document file may have {MAX_BYTES:,}; keep payloads in files beside it",
            )
            return []
        content = self.tree.read(file.path)
        documents, problems = _loaded(content)
        self.diagnostics += [_diagnostic(entry.path, problem) for problem in problems]
        found = [
            Document(entry.path, index, _without_secrets(data) if isinstance(data, dict) else {}, content)
            for index, data in enumerate(documents)
            if data is not None
        ]
        return [document for document in found if self._is_typed(document)]

    def _is_typed(self, document: Document) -> bool:
        """Whether the document says what it is; reported if not."""
        if document.kind.endswith("List") and isinstance(document.data.get("items"), list):
            help = "write each of its items as a document of its own, behind ---"
            self._report("R0109", f"a {document.kind} is no object", document.span_of(("kind",)), help=help)
            return False
        missing = [key for key in ("apiVersion", "kind") if not text(document.data, key)]
        if not missing and not document.name:
            missing = ["metadata.name"]
        if missing:
            ours = missing == ["apiVersion"] and document.kind in KINDS
            help = f"add apiVersion: {API_VERSION}" if ours else _UNTYPED
            self._report("R0109", f"the document has no {' and no '.join(missing)}", document.span_of(()), help=help)
        return not missing

    def _resolved(self, entry: Entry) -> Entry | None:
        """The file that an entry stands for; reported if there is none."""
        file, diagnostics = followed(self.tree, entry)
        self.diagnostics += diagnostics
        return file

    def _report(self, code: str, message: str, span: Span | None, *, help: str) -> None:
        self.diagnostics.append(Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, help=help))


def _is_kubernetes(document: Document) -> bool:
    """Whether it is a plain Kubernetes document: of a group that Kubernetes itself, KEDA or Istio defines."""
    version = str(document.data["apiVersion"])
    group = version.rpartition("/")[0]
    return "." not in group or group.endswith((".k8s.io", "keda.sh", "istio.io"))


def _without_secrets(data: dict[str, Any]) -> dict[str, Any]:
    """A Secret with the names of its keys only: its values go no further than this door."""
    if data.get("kind") != "Secret":
        return data
    return {
        key: (dict.fromkeys(value) if isinstance(value, dict) else None) if key in _SECRET else value
        for key, value in data.items()
    }


@lru_cache(maxsize=20_000)
def _loaded(text: bytes) -> tuple[tuple[Any, ...], tuple[Problem, ...]]:
    """Parsed once even when several environments share a base; what is returned is never changed."""
    return load(text)


def _diagnostic(path: str, problem: Problem) -> Diagnostic:
    span = Span(path, problem.line, problem.column, problem.width)
    return Diagnostic(code=problem.code, severity=Severity.ERROR, message=problem.message, span=span, help=problem.help)
