"""Metadata: the `metadata` of a spec."""

from pydantic import Field

from compiler.spec import Name, Shape, String


class Metadata(Shape):
    """Who a spec is. Its namespace is the environment's, so none is written here."""

    name: Name = Field(description="Name, unique for its kind in the environment, `support`.")
    labels: dict[str, String] = Field(default={}, description="Labels, to match and to find specs by, `team: care`.")
    annotations: dict[str, String] = Field(default={}, description="Notes for people and other tools.")
