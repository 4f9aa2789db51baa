"""Notice: a kind that uses every way in which a field can be declared, for tests of what is made from models."""

from typing import Literal

from pydantic import Field

from compiler.kind import Column, Kind
from compiler.spec import Json, Name, Shape, Spec, String, Text


class Step(Shape):
    """One step."""

    do: String = Field(description="What is done, `wait`.", min_length=1)


class Pause(Shape):
    """A pause."""

    type: Literal["pause"] = Field(description="Always `pause`.")
    seconds: int = Field(description="How long, in seconds, 3.", gt=0)


class Call(Shape):
    """A call."""

    type: Literal["call"] = Field(description="Always `call`.")
    url: String = Field(description="Where, `http://a`.")


class NoticeSpec(Spec):
    """A notice."""

    text: Text = Field(description="The text, or a file.")
    to: dict[Name, Step] = Field(default={}, description="Steps by name.", min_length=1)
    agent: Name | None = Field(default=None, description="An agent.", json_schema_extra={})
    settings: Json = Field(default=None, description="Anything at all.")
    action: Pause | Call | None = Field(default=None, description="What then.", discriminator="type")
    amount: int | str = Field(default=1, description="How much, 1 or `1Gi`.")


NOTICE = Kind(
    name="Notice",
    plural="notices",
    short_names=("no",),
    spec=NoticeSpec,
    title="A notice.",
    lower=lambda _declaration, _scope: (),
    columns=(Column("Text", ".spec.text", wide=True),),
)
