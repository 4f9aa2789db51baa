"""Pipeline: a tree and the name of an environment -> its Bundle, or every diagnostic of the stage that failed.

    read -> pin -> shadow -> translate -> overlay -> vet -> substitute -> parse -> link -> export -> check
      -> lower -> patch -> verify -> seal

A pure function: it knows no cluster, no clock and no setting. Each stage hands frozen values to the next; after a stage
with errors it stops, so that nobody reads the echo of a mistake that was already told; only the references of what is
well formed are still looked up when something else is not.
"""

from collections.abc import Iterable, Mapping

from compiler import __version__
from compiler.assets import PackageAssets
from compiler.check import check
from compiler.collector import resting_collector
from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic, Severity
from compiler.echo import are_of_shape, is_echo, names_one_of
from compiler.export import export
from compiler.exported import Exported
from compiler.layering.layered import Layered
from compiler.layering.setting import Setting
from compiler.link import link
from compiler.lower import lower
from compiler.lowered import Product
from compiler.memo import Memo
from compiler.object_schemas.cluster_schemas import cluster_schemas
from compiler.overlay import overlay
from compiler.parse import parse
from compiler.patch import patch
from compiler.pin import pin
from compiler.plain import plain
from compiler.read import read
from compiler.seal import seal
from compiler.shadow import shadow
from compiler.spec_key import SpecKey
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
    found: list[Diagnostic] = []
    reading, diagnostics = read(tree, environment, all_names=bool(settings))
    refusal = pin(reading, version) if version is not None else ()
    if refusal:
        return _compiled(environment, refusal)
    assets, faults = shadow(tree)
    reading, foreign = translate(reading)
    found += (*diagnostics, *foreign)
    if _failed(found):
        return _compiled(environment, (*faults, *found))
    overlaid, diagnostics = overlay(reading, settings)
    found += diagnostics
    found += [finding for finding in vet(overlaid) if not is_echo(finding, found)]
    overlaid, diagnostics = substitute(overlaid)
    found += diagnostics
    if overlaid.environment is None:
        return _compiled(environment, (*faults, *found))
    declarations, diagnostics = parse((overlaid.environment, *overlaid.specs))
    found += [finding for finding in diagnostics if not is_echo(finding, found)]
    broken = {document.key for document in overlaid.specs} - {declaration.key for declaration in declarations}
    if not are_of_shape(found) or not any(declaration.key.kind == "Environment" for declaration in declarations):
        return _compiled(environment, (*faults, *found))
    (own, *linked), diagnostics = link(declarations, tree, environment, overlaid.elsewhere)
    passed, more = plain(overlaid.objects, own, memo)
    found += (*(finding for finding in diagnostics if not names_one_of(finding, broken)), *more)
    if _failed(found):
        return _compiled(environment, (*faults, *found))
    exported = export(own, linked, assets, memo)
    found += (*faults, *check(exported, memo))
    if _failed(found):
        return _compiled(environment, found)
    made, diagnostics = _made(exported, assets, memo)
    found += diagnostics
    if _failed(found):
        return _compiled(environment, found)
    documents = {document.key: document for document in (overlaid.environment, *overlaid.specs, *overlaid.objects)}
    return _sealed((*made, *passed), exported, documents, tree, kubernetes, found, memo)


def _sealed(
    products: tuple[Product, ...],
    exported: Exported,
    documents: Mapping[SpecKey, Layered],
    tree: Tree,
    kubernetes: tuple[str, ...],
    found: Iterable[Diagnostic],
    memo: Memo,
) -> Compiled:
    """The last two stages: objects judged, and sealed if nothing was found that stops them."""
    own = exported.environment
    known, problems = cluster_schemas(tree, own, products, memo)
    every = (*found, *problems, *verify(products, exported, documents, known, kubernetes, memo))
    bundle = None if _failed(every) else seal(products, exported, memo)
    return Compiled(name=own.name, bundle=bundle, diagnostics=_ordered(every), environment=own, documents=documents)


def _made(exported: Exported, assets: PackageAssets, memo: Memo) -> tuple[tuple[Product, ...], tuple[Diagnostic, ...]]:
    """What specs become, patched; where a template failed, nothing is patched."""
    lowered, diagnostics = lower(exported, assets, memo)
    if _failed(diagnostics):
        return lowered, diagnostics
    patched, more = patch(lowered, exported, memo)
    return patched, (*diagnostics, *more)


def _failed(found: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)


def _compiled(environment: str, found: Iterable[Diagnostic]) -> Compiled:
    return Compiled(name=environment, bundle=None, diagnostics=_ordered(found))


def _ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place, so that the order of stages and files does not show."""
    return tuple(sorted(set(found), key=lambda item: (item.span is None, item.span, item.code, item.message)))
