"""SpecKey: the identity of one spec in an environment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class SpecKey:
    """Kind and name, and for versioned kinds (PromptPack) the version."""

    kind: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}" + (f"@{self.version}" if self.version else "")
