"""Misfit: one value of a spec that does not fit its model, and of several that mean the same only one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compiler.source import FieldPath

NO_ALTERNATIVE = "no_alternative_type"
"""The kind of a misfit where the value is of none of the types that it may be of; the limit `nouns` names them."""
_NOUNS = {
    "bool_type": "true or false",
    "dict_type": "a map",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a map",
    "string_type": "text",
    "tuple_type": "a list",
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """One value, or one name in a map, that does not fit."""

    path: FieldPath
    """The field as it is written."""
    kind: str
    """The validator's code of what is wrong, `string_type`."""
    limits: Mapping[str, Any]
    """What the model allows, `{"pattern": "^/"}`."""
    message: str
    """The validator's own words, where we have none that are better."""
    is_name: bool = False
    """Whether the last step of the path, a name that a person chose, is to blame, and not what it names."""
    union: FieldPath | None = None
    """The value that may be of several types, if this is what one of them finds wrong with it."""
    branch: str | int = ""
    """Which of the types."""

    @property
    def noun(self) -> str:
        """What should stand there; empty if the type is right."""
        if self.limits.get("class_name") == "FileText":
            return "{file: path}"
        return _NOUNS.get(self.kind, "")


def told_once(misfits: Iterable[Misfit]) -> tuple[Misfit, ...]:
    """The same, but of what the types of a union find only what is about the type that was meant."""
    groups: dict[tuple[FieldPath | None, int], list[Misfit]] = {}
    for index, misfit in enumerate(misfits):
        groups.setdefault((misfit.union, index if misfit.union is None else 0), []).append(misfit)
    return tuple(told for (union, _), group in groups.items() for told in _meant(union, group))


def _meant(union: FieldPath | None, group: list[Misfit]) -> list[Misfit]:
    if union is None:
        return group
    inside = [misfit for misfit in group if misfit.path != union or not misfit.noun]
    if inside:
        return [misfit for misfit in inside if misfit.branch == inside[0].branch]
    nouns = tuple(dict.fromkeys(misfit.noun for misfit in group))
    return [replace(group[0], kind=NO_ALTERNATIVE, limits={"nouns": nouns})] if len(nouns) > 1 else group[:1]
