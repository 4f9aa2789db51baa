"""Pipeline: a tree and the name of an environment -> its Bundle, or every diagnostic of the stage that failed.

    read -> pin -> shadow -> translate -> overlay -> vet -> substitute -> parse -> link -> export -> check
      -> lower -> patch -> verify -> seal

A pure function: it knows no cluster, no clock and no setting. Each stage hands frozen values to the next; after a stage
with errors it stops, so that nobody reads the echo of a mistake that was already told; only the references of what is
well formed are still looked up when something else is not.
"""

from collections.abc import Iterable
from typing import Any

from compiler import __version__
from compiler.assets import PackageAssets
from compiler.check import check
from compiler.collector import resting_collector
from compiler.compiled import Compiled
from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic, Severity
from compiler.echo import are_of_shape, is_echo, names_one_of
from compiler.export import export
from compiler.exported import Exported
from compiler.layer import Reading
from compiler.layering.setting import Setting
from compiler.link import link
from compiler.lower import lower
from compiler.lowered import Product
from compiler.memo import Memo
from compiler.object_schemas.cluster_schemas import cluster_schemas
from compiler.overlaid import Overlaid
from compiler.overlay import overlay
from compiler.parse import parse
from compiler.patch import patch
from compiler.pin import pin
from compiler.plain import plain
from compiler.read import read
from compiler.seal import seal
from compiler.shadow import shadow
from compiler.substitute import substitute
from compiler.translate import translate
from compiler.tree import Tree
from compiler.verify import verify
from compiler.vet import vet


@resting_collector()
def compile_environment(
    tree: Tree,
    environment: str,
    settings: tuple[Setting, ...] = (),
    *,
    version: str | None = __version__,
    kubernetes: tuple[str, ...] = (),
    memo: Memo | None = None,
) -> Compiled:
    """Compile one environment, with some fields set for the moment. Raises UsageError if the tree has none so named.

    `version` is the one that an environment's pin is held against; None holds none. `kubernetes` are the versions,
    known ones, to judge the objects by instead of the environment's own. With the `memo` of an earlier compile of the
    same environment, only what changed since is worked out.
    """
    memo = memo or Memo()
    compiled = _Compiling(tree, environment, memo).compiled(settings, version, kubernetes)
    memo.end_round(whole=compiled.bundle is not None)
    return compiled


class _Compiling:
    """One environment on its way through the stages."""

    def __init__(self, tree: Tree, name: str, memo: Memo) -> None:
        self.tree, self.name, self.memo = tree, name, memo
        self.found: list[Diagnostic] = []
        self.faults: tuple[Diagnostic, ...] = ()
        """What is wrong with templates of the fleet: it stops nothing before they are filled in."""

    def compiled(self, settings: tuple[Setting, ...], version: str | None, kubernetes: tuple[str, ...]) -> Compiled:
        """What becomes of it."""
        reading, diagnostics = read(self.tree, self.name, self.memo, all_names=bool(settings))
        refusal = pin(reading, version) if version is not None else ()
        if refusal:
            return _without_bundle(self.name, refusal)
        assets, self.faults = shadow(self.tree, self.memo)
        reading, foreign = translate(reading, self.memo)
        self.found += (*diagnostics, *foreign)
        if _failed(self.found):
            return self._stopped()
        overlaid = self._overlaid(reading, settings)
        declarations = self._declared(overlaid)
        if not are_of_shape(self.found) or not any(item.key.kind == "Environment" for item in declarations):
            return self._stopped()
        own, linked = self._linked(declarations, overlaid)
        passed, diagnostics = plain(overlaid.objects, own, self.memo)
        self.found += diagnostics
        if _failed(self.found):
            return self._stopped()
        exported = export(own, linked, assets, self.memo)
        self.found += (*self.faults, *check(exported, self.memo))
        made = () if _failed(self.found) else self._made(exported, assets)
        if _failed(self.found):
            return self._stopped()
        return self._sealed((*made, *passed), exported, overlaid, kubernetes)

    def _stopped(self) -> Compiled:
        """The reasons why it goes no further."""
        return _without_bundle(self.name, (*self.faults, *self.found))

    def _overlaid(self, reading: Reading, settings: tuple[Setting, ...]) -> Overlaid:
        overlaid, diagnostics = overlay(reading, settings, self.memo)
        self.found += diagnostics
        self.found += [finding for finding in vet(overlaid, self.memo) if not is_echo(finding, self.found)]
        overlaid, diagnostics = substitute(overlaid, self.memo)
        self.found += diagnostics
        return overlaid

    def _declared(self, overlaid: Overlaid) -> tuple[Declaration[Any], ...]:
        if overlaid.environment is None:
            return ()
        declarations, diagnostics = parse((overlaid.environment, *overlaid.specs), self.memo)
        self.found += [finding for finding in diagnostics if not is_echo(finding, self.found)]
        return declarations

    def _linked(
        self, declarations: tuple[Declaration[Any], ...], overlaid: Overlaid
    ) -> tuple[Declaration[Any], list[Declaration[Any]]]:
        """The environment and its specs; a reference to what is only not well formed is no mistake of its own."""
        (own, *linked), diagnostics = link(declarations, self.tree, self.name, overlaid.elsewhere, self.memo)
        broken = {spec.key for spec in overlaid.specs} - {declaration.key for declaration in declarations}
        self.found += [finding for finding in diagnostics if not names_one_of(finding, broken)]
        return own, linked

    def _made(self, exported: Exported, assets: PackageAssets) -> tuple[Product, ...]:
        """What specs become, patched; where a template failed, nothing is patched."""
        products, diagnostics = lower(exported, assets, self.memo)
        self.found += diagnostics
        if _failed(diagnostics):
            return ()
        products, diagnostics = patch(products, exported, self.memo)
        self.found += diagnostics
        return products

    def _sealed(
        self, products: tuple[Product, ...], exported: Exported, overlaid: Overlaid, kubernetes: tuple[str, ...]
    ) -> Compiled:
        """The last two stages: objects judged, and sealed if nothing was found that stops them."""
        own = exported.environment
        documents = {item.key: item for item in (own.document, *overlaid.specs, *overlaid.objects)}
        known, problems = cluster_schemas(self.tree, own, products, self.memo)
        self.found += (*problems, *verify(products, exported, documents, known, kubernetes, self.memo))
        bundle = None if _failed(self.found) else seal(products, exported, self.memo)
        diagnostics = _ordered(self.found)
        return Compiled(
            name=own.name, bundle=bundle, diagnostics=diagnostics, environment=own.data["spec"], documents=documents
        )


def _failed(found: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)


def _without_bundle(environment: str, found: Iterable[Diagnostic]) -> Compiled:
    return Compiled(name=environment, bundle=None, diagnostics=_ordered(found))


def _ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each once, by place, so that the order of stages and files does not show; of one place and text, as found."""
    return tuple(sorted(dict.fromkeys(found), key=lambda item: (item.span is None, item.span, item.code, item.message)))
