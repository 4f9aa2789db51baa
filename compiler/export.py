"""Export: linked declarations -> for each its scope, in which it is checked and lowered."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from compiler.declaration import Declaration
from compiler.exported import Exported
from compiler.kinds import KINDS
from compiler.memo import Memo, blocks
from compiler.scope import Assets, Offer, Scope, Versions
from compiler.spec_key import SpecKey


def export(
    environment: Declaration[Any], declarations: Iterable[Declaration[Any]], assets: Assets, memo: Memo
) -> Exported:
    """The scopes of an environment's specs. A kind sees the exports of the kinds above it in the table."""
    declared = (environment, *sorted(declarations, key=attrgetter("key")))
    by_kind: dict[str, list[Declaration[Any]]] = {kind: [] for kind in KINDS}
    for declaration in declared:
        by_kind[declaration.key.kind].append(declaration)
    offers: dict[SpecKey, Offer] = {}
    for items in by_kind.values():
        made = [
            memo.nested(_offers, block, environment, assets, _referred(block, offers, memo)) for block in blocks(items)
        ]
        offers.update({offer.declaration.key: offer for block in made for offer in block})
    versions = _versions(offers.values(), memo)
    scopes: list[Scope] = []
    for block in blocks(declared):
        own = tuple([offers[item.key] for item in block])
        known = tuple([versions.get(item.key[:2]) for item in block])
        scopes += memo.nested(_scopes, own, known, environment, assets, _referred(block, offers, memo))
    return Exported(environment, {item.key: item for item in declared}, tuple(scopes), assets)


def _offers(
    memo: Memo,
    block: tuple[Declaration[Any], ...],
    environment: Declaration[Any],
    assets: Assets,
    referred: tuple[Offer, ...],
) -> tuple[Offer, ...]:
    return tuple([memo.of(_offer, item, environment, assets, _of(item, referred)) for item in block])


def _offer(
    declaration: Declaration[Any], environment: Declaration[Any], assets: Assets, referred: tuple[Offer, ...]
) -> Offer:
    own = Offer(declaration, {})
    scope = Scope(environment, assets, _by_key(referred), own, Versions((own,)))
    return Offer(declaration, KINDS[declaration.key.kind].exports(declaration, scope))


def _scopes(
    memo: Memo,
    block: tuple[Offer, ...],
    versions: tuple[Versions | None, ...],
    environment: Declaration[Any],
    assets: Assets,
    referred: tuple[Offer, ...],
) -> tuple[Scope, ...]:
    return tuple(
        [
            memo.of(_scope, own, known, environment, assets, _of(own.declaration, referred))
            for own, known in zip(block, versions, strict=True)
        ]
    )


def _scope(
    own: Offer,
    versions: Versions | None,
    environment: Declaration[Any],
    assets: Assets,
    referred: tuple[Offer, ...],
) -> Scope:
    return Scope(environment, assets, _by_key(referred), own, versions or Versions((own,)))


def _versions(offers: Iterable[Offer], memo: Memo) -> Mapping[tuple[str, ...], Versions]:
    """Kind and name -> the versions there are, of kinds that have versions."""
    found: dict[tuple[str, ...], list[Offer]] = {}
    for offer in offers:
        if KINDS[offer.declaration.key.kind].versioned:
            found.setdefault(offer.declaration.key[:2], []).append(offer)
    return {name: memo.of(_together, *some) for name, some in found.items()}


def _together(*offers: Offer) -> Versions:
    return Versions(offers)


def _referred(block: tuple[Declaration[Any], ...], offers: Mapping[SpecKey, Offer], memo: Memo) -> tuple[Offer, ...]:
    """What the specs of a block refer to, as far as it has been exported."""
    return tuple([offers[key] for key in memo.of(_targets, block) if key in offers])


def _targets(block: tuple[Declaration[Any], ...]) -> tuple[SpecKey, ...]:
    return tuple(dict.fromkeys(key for declaration in block for key in declaration.references.values()))


def _of(declaration: Declaration[Any], offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Those of them that one spec refers to."""
    wanted = frozenset(declaration.references.values())
    return tuple([offer for offer in offers if offer.declaration.key in wanted])


def _by_key(offers: Iterable[Offer]) -> Mapping[SpecKey, Offer]:
    return {offer.declaration.key: offer for offer in offers}
