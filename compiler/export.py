"""Export: linked declarations -> for each its scope, in which it is checked and lowered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.exported import Exported
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.scope import Assets, Offer, Scope, Versions
from compiler.spec_key import SpecKey


def export(
    environment: Declaration[Any], declarations: Iterable[Declaration[Any]], assets: Assets, memo: Memo
) -> Exported:
    """The scopes of an environment's specs. A kind sees the exports of the kinds above it in the table."""
    declared = {environment.key: environment} | {item.key: item for item in sorted(declarations, key=lambda d: d.key)}
    by_kind: dict[str, list[Declaration[Any]]] = defaultdict(list)
    for declaration in declared.values():
        by_kind[declaration.key.kind].append(declaration)
    offers: dict[SpecKey, Offer] = {}
    for kind in KINDS:
        made = [
            memo.of(_offer, item, environment, assets, _referred(item, offers, memo)) for item in by_kind.get(kind, ())
        ]
        offers.update((offer.declaration.key, offer) for offer in made)
    versions: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for key in declared:
        versions[key[:2]].append(offers[key])
    known = {name: memo.of(_versions, *found) for name, found in versions.items()}
    scopes = {
        key: memo.of(_scope, environment, assets, offers[key], known[key[:2]], _referred(declaration, offers, memo))
        for key, declaration in declared.items()
    }
    return Exported(environment, declared, scopes, assets)


_NONE = Versions(())


def _offer(
    declaration: Declaration[Any], environment: Declaration[Any], assets: Assets, referred: tuple[Offer, ...]
) -> Offer:
    scope = Scope(environment, assets, _by_key(referred), {}, _NONE)
    return Offer(declaration, KINDS[declaration.key.kind].exports(declaration, scope))


def _versions(*offers: Offer) -> Versions:
    return Versions(offers)


def _scope(
    environment: Declaration[Any], assets: Assets, own: Offer, versions: Versions, referred: tuple[Offer, ...]
) -> Scope:
    return Scope(environment, assets, _by_key(referred), own.exports, versions)


def _by_key(offers: Iterable[Offer]) -> Mapping[SpecKey, Offer]:
    return {offer.declaration.key: offer for offer in offers}


def _referred(declaration: Declaration[Any], offers: Mapping[SpecKey, Offer], memo: Memo) -> tuple[Offer, ...]:
    """What a spec refers to, as far as it has been exported."""
    return tuple([offers[key] for key in memo.of(_targets, declaration) if key in offers])


def _targets(declaration: Declaration[Any]) -> tuple[SpecKey, ...]:
    return tuple(dict.fromkeys(declaration.references.values()))
