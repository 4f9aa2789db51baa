"""Review: one environment compiled at two revisions -> what changes, spec by spec, why, and how dangerous it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.compiled import Compiled
from compiler.kube_object import KubeObject, ObjectKey
from compiler.naming import FAMILY
from compiler.review.affected import agents_among
from compiler.review.blame import Blame
from compiler.review.effect import Action, FieldEffect, ObjectEffect, Review, Risk, SpecEffect
from compiler.review.fields import changes, opened
from compiler.review.judge import judge
from compiler.review.restarts import minimums, restarts
from compiler.source import Source
from compiler.span import Span
from compiler.spec_key import SpecKey


def review(base: Compiled | None, head: Compiled | None) -> Review:
    """The review of one environment; None stands for a revision that does not have it. Both have compiled well."""
    sides = _Sides(base, head)
    own = {key: sides.spec_fields(key) for key in sides.specs() if sides.spec_action(key) is not Action.NONE}
    objects = sides.objects(own)
    effects = [sides.effect(key, own, objects) for key in sorted(own.keys() | objects.keys())]
    return Review(
        environment=(head or base or _nothing()).name,
        action=_action(base, head, effects),
        effects=tuple(sorted(effects, key=lambda item: (-item.risk, item.spec))),
        unchanged=sides.unchanged(),
        agents=len(agents_among(sides.specs())),
        patches=_patches(sides.new_records),
    )


def _patches(records: Mapping[SpecKey, KubeObject]) -> Mapping[SpecKey, int]:
    counts = {key: len(record.data["spec"].get("patches", ())) for key, record in records.items()}
    return {key: count for key, count in counts.items() if count}


def _nothing() -> Compiled:
    raise ValueError("an environment that neither side has cannot be reviewed")


def _action(base: Compiled | None, head: Compiled | None, effects: list[SpecEffect]) -> Action:
    if base is None or head is None:
        return Action.CREATE if base is None else Action.DELETE
    return Action.UPDATE if effects else Action.NONE


def _records(compiled: Compiled | None) -> dict[SpecKey, KubeObject]:
    bundle = compiled.bundle if compiled else None
    return {record.spec: record for record in bundle.records} if bundle else {}


def _objects(compiled: Compiled | None) -> dict[ObjectKey, KubeObject]:
    bundle = compiled.bundle if compiled else None
    return {item.key: item for item in bundle.objects} if bundle else {}


class _Sides:
    """The two revisions of one environment, indexed."""

    def __init__(self, base: Compiled | None, head: Compiled | None) -> None:
        self.base, self.head = base, head
        self.old_records, self.new_records = _records(base), _records(head)
        self.old, self.new = _objects(base), _objects(head)
        self._blame = Blame(base, head, {}, {})
        self.scaled = minimums(self.new.values())

    def specs(self) -> Iterable[SpecKey]:
        """Every spec of either side, sorted."""
        return sorted(self.old_records.keys() | self.new_records.keys())

    def spec_action(self, key: SpecKey) -> Action:
        """What became of one spec itself."""
        old, new = self.old_records.get(key), self.new_records.get(key)
        if old is None or new is None:
            return Action.NONE if old is new else Action.CREATE if old is None else Action.DELETE
        return Action.UPDATE if old.body != new.body and changes(_declared(old), _declared(new)) else Action.NONE

    def spec_fields(self, key: SpecKey) -> tuple[FieldEffect, ...]:
        """The fields of one spec that changed, with their lines; none for a spec that is new or gone."""
        if self.spec_action(key) is not Action.UPDATE:
            return ()
        found = changes(_declared(self.old_records[key]), _declared(self.new_records[key]))
        return tuple(FieldEffect(change, self._blame.of_spec(key, change)) for change in found)

    def objects(self, own: Mapping[SpecKey, tuple[FieldEffect, ...]]) -> dict[SpecKey, tuple[ObjectEffect, ...]]:
        """The objects that change, by the spec they serve."""
        effects: dict[SpecKey, list[ObjectEffect]] = defaultdict(list)
        successors = self._successors()
        replaced = set(successors.values())
        renamed = {(old.name, new.name): self.new[new].spec for new, old in successors.items()}
        blame = Blame(self.base, self.head, own, renamed)
        for key in sorted(self.old.keys() | self.new.keys()):
            old, new = self.old.get(successors.get(key, key)), self.new.get(key)
            if (old and new and old.body == new.body) or (new is None and key in replaced):
                continue
            found = new or self.old[key]
            effects[found.spec].append(self._effect(key, old, new, blame))
        return {spec: tuple(items) for spec, items in effects.items()}

    def _effect(self, key: ObjectKey, old: KubeObject | None, new: KubeObject | None, blame: Blame) -> ObjectEffect:
        before, after = old.data if old else None, new.data if new else None
        fields: tuple[FieldEffect, ...] = ()
        if old is not None and new is not None:
            found = (inner for change in changes(before, after) for inner in opened(change))
            fields = blame.of_object(old.key, new.key, found)
        alone = new or old if new is None or old is None else None
        why = blame.of_whole(alone.key, alone.spec, is_gone=new is None) if alone else ((), "")
        replaces = old.key if old and new and old.key != new.key else None
        return ObjectEffect(
            key=key,
            action=Action.REPLACE if replaces else _object_action(old, new),
            before=before,
            after=after,
            fields=tuple(field for field in fields if not (replaces and field.change.path == "metadata.name")),
            causes=why[0],
            template=why[1],
            replaces=replaces,
            restarts=restarts(before, after, self.scaled),
        )

    def _successors(self) -> dict[ObjectKey, ObjectKey]:
        """New immutable object -> the one whose place it takes: of the same family and spec, gone from the head."""
        gone = _by_family(item for key, item in self.old.items() if key not in self.new)
        come = _by_family(item for key, item in self.new.items() if key not in self.old)
        pairs = (zip(come[family], gone[family], strict=False) for family in come)
        return {new: old for pair in pairs for new, old in pair}

    def effect(
        self,
        key: SpecKey,
        own: Mapping[SpecKey, tuple[FieldEffect, ...]],
        objects: Mapping[SpecKey, tuple[ObjectEffect, ...]],
    ) -> SpecEffect:
        """All about one spec."""
        reasons = judge(objects.get(key, ()))
        references = self._references(self.head or self.base)
        return SpecEffect(
            spec=key,
            action=self.spec_action(key),
            place=self._place(key),
            fields=own.get(key, ()),
            objects=objects.get(key, ()),
            through=tuple(sorted(spec for spec in _reached(key, references) if spec in own)),
            used_by=_users(key, references) if key in own else (),
            risk=max((reason.risk for reason in reasons), default=Risk.LOW),
            reasons=reasons,
            is_idle=bool(own.get(key)) and not _is_felt(key, own[key], objects),
        )

    def _references(self, compiled: Compiled | None) -> Mapping[SpecKey, tuple[SpecKey, ...]]:
        return compiled.bundle.references if compiled and compiled.bundle else {}

    def _place(self, key: SpecKey) -> Span | None:
        source = Source(key, ("metadata", "name"))
        sides = (side for side in (self.head, self.base) if side is not None and key in side.documents)
        return next((side.span_of(source) for side in sides), None)

    def unchanged(self) -> int:
        """How many objects are the same on both sides."""
        return sum(key in self.old and self.old[key].body == item.body for key, item in self.new.items())


def _declared(record: KubeObject) -> dict[str, Any]:
    """What of a record a person wrote: its name and namespace are the environment's affair."""
    data = record.data
    metadata = {key: value for key, value in data["metadata"].items() if key not in ("name", "namespace")}
    return {**data, "metadata": metadata}


def _object_action(old: KubeObject | None, new: KubeObject | None) -> Action:
    if old is None:
        return Action.CREATE
    if new is None:
        return Action.RETIRE if FAMILY in old.data["metadata"].get("labels", {}) else Action.DELETE
    return Action.UPDATE


def _is_felt(
    key: SpecKey, fields: tuple[FieldEffect, ...], objects: Mapping[SpecKey, tuple[ObjectEffect, ...]]
) -> bool:
    """Whether any object changes because of the spec's fields. New objects name no lines: they count as caused."""
    causes = {span for field in fields for span in field.causes}
    changed = [item for items in objects.values() for item in items]
    cited = {span for item in changed for field in item.fields for span in field.causes}
    made = any(item.before is None or item.after is None for item in changed) and key.kind == "Environment"
    return key in objects or made or bool(causes & cited)


def _by_family(objects: Iterable[KubeObject]) -> dict[tuple[SpecKey, str, str], list[ObjectKey]]:
    """Spec, namespace and family -> the immutable objects."""
    families: dict[tuple[SpecKey, str, str], list[ObjectKey]] = defaultdict(list)
    for item in objects:
        family = item.data["metadata"].get("labels", {}).get(FAMILY)
        if family:
            families[item.spec, item.key.namespace, family].append(item.key)
    return families


def _reached(key: SpecKey, references: Mapping[SpecKey, tuple[SpecKey, ...]]) -> set[SpecKey]:
    """Every spec that one refers to, directly or through others."""
    reached: set[SpecKey] = set()
    pending = [key]
    while pending:
        for target in references.get(pending.pop(), ()):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    return reached - {key}


def _users(key: SpecKey, references: Mapping[SpecKey, tuple[SpecKey, ...]]) -> tuple[SpecKey, ...]:
    return tuple(sorted(spec for spec in references if key in _reached(spec, references)))
