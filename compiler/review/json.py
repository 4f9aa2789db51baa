"""JSON: a comparison -> one JSON document for machines; its `version` grows when a field changes its meaning."""

import json
from collections.abc import Iterable
from typing import Any

from compiler.kube_object import ObjectKey
from compiler.mask import masked
from compiler.review.effect import Comparison, FieldEffect, ObjectEffect, Review, SpecEffect
from compiler.review.fields import ABSENT
from compiler.spec_key import SpecKey

VERSION = 1


def render(comparison: Comparison) -> str:
    """The document, indented. A field that is absent on one side has no `before` or no `after`."""
    document = {
        "version": VERSION,
        "base": comparison.base,
        "head": comparison.head,
        **({"commit": comparison.commit} if comparison.commit else {}),
        "notes": comparison.notes,
        "environments": [_review(review) for review in comparison.reviews],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _review(review: Review) -> dict[str, Any]:
    return {
        "name": review.environment,
        "action": review.action.value,
        "risk": review.risk.word,
        "unchanged": review.unchanged,
        "agents": {"all": review.agents, "affected": review.affected},
        "patches": [{**_spec(spec), "count": count} for spec, count in review.patches.items()],
        "specs": [_effect(effect) for effect in review.effects],
    }


def _effect(effect: SpecEffect) -> dict[str, Any]:
    return {
        **_spec(effect.spec),
        "action": effect.action.value,
        "risk": effect.risk.word,
        "reasons": [{"risk": reason.risk.word, "sentence": reason.sentence} for reason in effect.reasons],
        "place": str(effect.place) if effect.place else None,
        "through": [_spec(spec) for spec in effect.through],
        "usedBy": [_spec(spec) for spec in effect.used_by],
        "fields": _fields(effect.fields),
        "objects": [_object(item) for item in effect.objects],
    }


def _object(item: ObjectEffect) -> dict[str, Any]:
    return {
        **_key(item.key),
        "action": item.action.value,
        "replaces": item.replaces.name if item.replaces else None,
        "restarts": item.restarts or None,
        "fields": _fields(item.fields),
        **({"causes": [str(span) for span in item.causes]} if item.causes else {}),
        **({"template": item.template} if item.template else {}),
    }


def _fields(fields: Iterable[FieldEffect]) -> list[dict[str, Any]]:
    return [_field(field) for field in fields]


def _field(field: FieldEffect) -> dict[str, Any]:
    change = field.change
    sides = {"before": change.before, "after": change.after}
    return {
        "path": change.path,
        **{side: masked(value, change.name) for side, value in sides.items() if value is not ABSENT},
        **({"order": True} if change.is_order else {}),
        "causes": [str(span) for span in field.causes],
        **({"template": field.template} if field.template else {}),
    }


def _spec(spec: SpecKey) -> dict[str, str]:
    version = {"version": spec.version} if spec.version else {}
    return {"kind": spec.kind, "name": spec.name, **version}


def _key(key: ObjectKey) -> dict[str, str]:
    return {"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name}
