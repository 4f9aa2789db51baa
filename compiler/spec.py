"""Spec: what every kind's model is made of, and the field types that specs share."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from compiler.rule import RULES, Rule


def _with_rules(schema: dict[str, Any], shape: type["Shape"]) -> None:
    """Write a shape's rules beside its fields in its JSON Schema."""
    if shape.rules:
        schema[RULES] = [{"message": rule.message, "cel": rule.cel, "schema": rule.schema} for rule in shape.rules]


def _refuse_null(model: Any) -> None:
    """Let a field that may be left out be left out, but not be written as null, which says nothing."""
    while model["type"] != "model-fields":
        model = model["schema"]
    for field in model["fields"].values():
        default = field["schema"]
        if default["type"] == "default" and default["schema"]["type"] == "nullable":
            default["schema"] = default["schema"]["schema"]


class Shape(BaseModel):
    """A mapping in a spec: its fields are known, anything else is refused, nothing can be changed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_alias=True,
        json_schema_extra=_with_rules,
    )

    later: ClassVar[dict[str, str]] = {}
    """Fields of the language that this version does not know how to execute yet, with what they are for."""
    rules: ClassVar[tuple[Rule, ...]] = ()
    """What must hold between the fields; the only place where a shape says so."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _refuse_null(schema)
        return core_schema.no_info_after_validator_function(cls._obeying, schema) if cls.rules else schema

    def _obeying(self) -> Self:
        """This mapping. Raises ValueError with the message of the first rule that does not hold."""
        fields = type(self).model_fields.items()
        given = {field.alias or name for name, field in fields if getattr(self, name) is not None}
        for rule in self.rules:
            if not rule.holds(given):
                raise ValueError(rule.message)
        return self


class Spec(Shape):
    """The `spec` of one kind of document."""


class Ref:
    """Marks a text field as the name of another spec, which `link` looks up."""

    __slots__ = ("kind", "member")

    def __init__(self, kind: str, member: str = "") -> None:
        self.kind = kind
        """The kind that is meant."""
        self.member = member
        """If set, the text is `name/entry`, the entry being a key of this map in the other's spec."""


class KubernetesShape:
    """Marks a field that holds a Kubernetes type as it is; the check of the compiled objects judges it."""

    __slots__ = ("definition",)

    def __init__(self, definition: str) -> None:
        self.definition = definition
        """Name of the definition, `io.k8s.api.core.v1.Toleration`."""


class Keyed:
    """Marks a list whose items layers merge by one of their fields."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key
        """The field that names an item, `name`."""


class Variable:
    """Marks a field in which `${var.name}` stands for a variable of the environment; all that is inside it too."""


class Payload:
    """Marks a value that is opaque: what it holds belongs to the agent's run time, and nothing of ours touches it."""


class TextFile:
    """Marks a text that may lie in a file: the value is the text, or `{file: path}` beside the document."""


String = StrictStr
Integer = StrictInt
Boolean = StrictBool
Number = Annotated[float, Field(strict=True)]
Name = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
Port = Annotated[StrictInt, Field(ge=1, le=65535)]
Duration = Annotated[StrictStr, StringConstraints(pattern=r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$")]
"""A length of time as Go writes it: `30s`, `24h`, `1h30m`."""
Decimal = Annotated[StrictStr, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
"""A number kept as text, so that nothing is lost by rounding: "0.003"."""
SecretName = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", max_length=253)]
EnvironmentVariable = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
VariableName = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Json = Annotated[Any, Payload()]


class PlacedSpec(Spec):
    """The `spec` of a kind that may run in some environments only."""

    environments: tuple[Name, ...] | None = Field(
        default=None, description="Environments that it is part of, `[staging, prod]`; default: all.", min_length=1
    )


class FileText(Shape):
    """A text that lies in a file beside the document."""

    file: String = Field(description="Path of the file, relative to the document, `system.md`.")


Text = Annotated[String | FileText, TextFile()]
"""A text, in place or in a file; `link` replaces the file by its content."""


class SecretKey(Shape):
    """One key of a Secret in the environment's namespace."""

    name: SecretName = Field(description="Name of the Secret, `anthropic`.")
    key: String = Field(description="Key inside the Secret, `api-key`.", min_length=1)


class SecretSource(Shape):
    """A value that is taken from a Secret when the pod starts; Roster never reads it."""

    secret_key_ref: SecretKey = Field(description="The Secret and its key.")
