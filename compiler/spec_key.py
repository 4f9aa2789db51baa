"""SpecKey: the identity of one spec in an environment."""

from typing import NamedTuple


class SpecKey(NamedTuple):
    """Kind and name, and for versioned kinds (PromptPack) the version.

    A named tuple: keys are compared and looked up all the time, for which a frozen dataclass takes ten times as long.
    """

    kind: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}" + (f"@{self.version}" if self.version else "")
