"""Patches: the escape hatch that a spec may carry, changes to the objects it becomes, each with its reason."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from compiler.rule import exactly_one
from compiler.spec import Json, Shape, String

_NEEDS_VALUE = ("add", "replace", "test")
_NEEDS_FROM = ("move", "copy")


class PatchTarget(Shape):
    """Which of the objects that the spec becomes."""

    kind: String = Field(description="Kind of the objects, `Deployment`.")
    name: String | None = Field(default=None, description="Name of the one that is meant, `support`; default: all.")


class JsonOperation(Shape):
    """One operation of RFC 6902."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"] = Field(description="What is done, `replace`.")
    path: Annotated[String, StringConstraints(pattern=r"^/")] = Field(
        description="Pointer to the field, `/spec/template/spec/dnsPolicy`; `~1` stands for a slash in a name."
    )
    from_: Annotated[String, StringConstraints(pattern=r"^/")] | None = Field(
        default=None, alias="from", description="Pointer to the field that is moved or copied, `/metadata/labels/tier`."
    )
    value: Json = Field(default=None, description="The value to add, put or expect, `ClusterFirst`.")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "JsonOperation":
        if self.op in _NEEDS_VALUE and "value" not in self.model_fields_set:
            raise ValueError(f"{self.op} lacks value; write what is to stand there")
        if self.op in _NEEDS_FROM and self.from_ is None:
            raise ValueError(f"{self.op} lacks from; write where the value is taken from")
        return self


def _some(operations: tuple[JsonOperation, ...]) -> tuple[JsonOperation, ...]:
    """The operations. Raises ValueError if there are none; a least length would be told of a wrong one as well."""
    if not operations:
        raise ValueError("json holds no operation; write one, or remove the patch")
    return operations


class Patch(Shape):
    """One change to objects that Roster made, for what it has no word for: `merge` or `json`, and why."""

    rules = (exactly_one("merge", "json", message="a patch is either merge or json; write exactly one of the two"),)

    target: PatchTarget = Field(description="Which objects are changed.")
    merge: dict[String, Json] | None = Field(
        default=None,
        description="Fields laid over the object as `kubectl patch` does, `{spec: {template: {spec: {runtimeClassName: "
        "gvisor}}}}`: lists merge by Kubernetes' own keys, null removes.",
    )
    json_: Annotated[tuple[JsonOperation, ...], AfterValidator(_some)] | None = Field(
        default=None, alias="json", description="Operations of RFC 6902, in order.", json_schema_extra={"minItems": 1}
    )
    reason: Annotated[String, StringConstraints(pattern=r"\S")] = Field(
        description="Why it is needed, for whoever reads it in a year, `PLAT-812, untrusted tools`."
    )


Patches = tuple[Patch, ...]
"""The type of a kind's field `patches`; the stage `patch` looks for a field of that name in every spec."""
