"""Alike: the effects in an environment -> groups of specs to which the same thing happens, so that it is told once."""

import re
from collections.abc import Iterable

from compiler.kube_object import canonical
from compiler.review.effect import Action, SpecEffect
from compiler.review.fields import FieldChange

_HASH = re.compile(r"-[0-9a-f]{10}\b")


def alike(effects: Iterable[SpecEffect]) -> tuple[tuple[SpecEffect, ...], ...]:
    """The effects in groups, in the order of each group's first. New specs, and those that are gone, stand alone."""
    groups: dict[object, list[SpecEffect]] = {}
    for effect in effects:
        alone = effect.action in (Action.CREATE, Action.DELETE)
        groups.setdefault(effect.spec if alone else _signature(effect), []).append(effect)
    return tuple(tuple(group) for group in groups.values())


def _signature(effect: SpecEffect) -> str:
    """What happens, with the spec's own name and the hashes of contents taken out."""
    told = [
        effect.spec.kind,
        [_plain(field.change) for field in effect.fields],
        [
            [item.key.kind, item.key.name, item.action, item.restarts, [_plain(field.change) for field in item.fields]]
            for item in effect.objects
        ],
        [reason.sentence for reason in effect.reasons],
    ]
    text = canonical(told).decode()
    return _HASH.sub("-#", re.sub(rf"\b{re.escape(effect.spec.name)}\b", "*", text))


def _plain(change: FieldChange) -> list[str]:
    return [change.path, *(repr(side) for side in (change.before, change.after))]
