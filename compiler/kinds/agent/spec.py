"""AgentSpec: what a person may say of an agent."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from compiler.kinds.agent.facades import Facades
from compiler.kinds.agent.media import Media
from compiler.kinds.agent.runtime import Runtime
from compiler.patching.patches import Patches
from compiler.spec import (
    Decimal,
    Duration,
    Integer,
    Json,
    Name,
    Number,
    PlacedSpec,
    Ref,
    SecretSource,
    Shape,
    String,
    Variable,
)

Role = Literal["llm", "embedding", "tts", "stt", "image", "inference"]
ModelCapability = Literal["text", "streaming", "vision", "tools", "json", "audio", "video", "documents", "duplex"]
ModelName = Annotated[
    String, StringConstraints(pattern=r"^[^/]+(/[^/]+)?$"), Ref("Provider", member="models"), Variable()
]


def _up_to(most: int) -> AfterValidator:
    """Refuse a number written as text that is not from 0 to `most`."""

    def check(value: str) -> str:
        if not 0 <= float(value) <= most:
            raise ValueError(f"{value} is not from 0 to {most}")
        return value

    return AfterValidator(check)


class Health(Shape):
    """How a container of one's own is asked whether it works."""

    path: Annotated[String, StringConstraints(pattern=r"^/")] = Field(
        description="HTTP path on the first facade's port that answers 200 when ready, `/healthz`."
    )


class Framework(Shape):
    """What runs the agent."""

    type: Name = Field(
        default="promptkit",
        description="The runtime contract: Omnia's `promptkit`, `custom` for an image of one's own, or the name of a "
        "contract of the fleet's, a file in templates/runtimes/.",
        examples=["promptkit", "custom"],
    )
    version: Annotated[String, Variable()] | None = Field(
        default=None, description="Tag of the runtime's stock image, `0.9.0`."
    )
    image: Annotated[String, Variable()] | None = Field(
        default=None,
        description="Image of the runtime container in place of the stock one; `custom` has none of its own.",
    )
    health: Health | None = Field(
        default=None, description="Health check, where the contract has none; default: the port opens."
    )


class Prompts(Shape):
    """Which prompts the agent speaks with."""

    pack: Annotated[Name, Ref("PromptPack")] = Field(description="Name of the PromptPack, `support`.")
    version: String | None = Field(default=None, description="Exact version, `1.4.0`; leave out to follow a track.")
    track: Literal["stable", "prerelease"] | None = Field(
        default=None, description="Follow the newest version of a track in the tree; default: stable."
    )
    prompt: String = Field(default="default", description="The pack's prompt that a conversation begins with.")


class ModelParameters(Shape):
    """Parameters for one slot; they win over the provider's defaults."""

    temperature: Annotated[Decimal, _up_to(2)] | Annotated[Number, Field(ge=0, le=2)] | None = Field(
        default=None, description="Randomness, 0 to 2, `0.7`."
    )
    top_p: Annotated[Decimal, _up_to(1)] | Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="Nucleus sampling, 0 to 1, `0.95`."
    )
    max_tokens: Integer | None = Field(default=None, ge=1, description="Longest answer, in tokens, 4096.")


class ModelSlot(Shape):
    """One model the agent calls by the slot's name."""

    use: ModelName = Field(description="Provider and model, `claude/sonnet-4`.")
    fallback: tuple[ModelName, ...] = Field(default=(), description="Models to try when the first fails, in order.")
    role: Role = Field(default="llm", description="What the slot is used for.")
    requires: tuple[ModelCapability, ...] = Field(
        default=(), description="What the model must be able to do, `[tools]`; checked against its capabilities."
    )
    parameters: ModelParameters | None = Field(default=None, description="Parameters for this slot.")


class ToolSource(Shape):
    """One source of tools."""

    later = {
        "mcp": "the tools of an MCPServer",
        "prefix": "a prefix for tool names",
        "allow": "which tools may be used",
        "deny": "which tools may not be used",
    }

    registry: Annotated[Name, Ref("ToolRegistry")] = Field(description="Name of the ToolRegistry, `care-tools`.")


class Session(Shape):
    """Where conversations are kept between turns."""

    store: Annotated[Name, Variable()] = Field(
        default="memory", description="`memory` (lost with the pod), or a store of the environment, `redis`."
    )
    url_from: SecretSource | None = Field(
        default=None, description="The Secret with the address of a redis of the agent's own, in place of `store`."
    )
    ttl: Annotated[Duration, Variable()] = Field(
        default="24h", description="How long an idle conversation is kept, `24h`."
    )


class AgentSpec(PlacedSpec):
    """One agent."""

    later = {
        "memory": "long-term memory",
        "duplex": "audio and video in both directions",
        "console": "a console for people",
        "auth": "authentication of callers",
        "evals": "evaluations",
        "candidate": "a candidate version",
        "rollout": "progressive delivery",
        "skills": "skills",
        "guardrails": "guardrails",
        "hooks": "hooks",
        "orchestration": "orchestration",
        "sandbox": "a sandbox",
        "concurrency": "limits of concurrency",
        "delegation": "delegation to other agents",
        "schedule": "a schedule",
        "integrations": "integrations",
    }

    description: String | None = Field(default=None, description="What the agent does, in a sentence.")
    mode: Literal["daemon", "function"] = Field(
        default="daemon", description="`daemon` holds conversations, `function` answers single requests."
    )
    framework: Framework = Field(default=Framework(), description="What runs the agent.")
    prompts: Prompts = Field(description="Which prompts it speaks with.")
    models: dict[Name, ModelSlot] = Field(default={}, description="Models by slot; `default` is the one it talks with.")
    tools: dict[Name, ToolSource] = Field(default={}, description="Sources of tools by name.")
    facades: Facades = Field(description="How it is reached, by protocol; at least one.")
    session: Session = Field(default=Session(), description="Where conversations are kept.")
    media: Media | None = Field(default=None, description="Where media of conversations are kept.")
    input_schema: Json | None = Field(default=None, description="JSON Schema of a function's request.")
    output_schema: Json | None = Field(default=None, description="JSON Schema of a function's answer.")
    output_format: Literal["text", "json", "json_schema"] | None = Field(
        default=None, description="Form of a function's answer."
    )
    runtime: Runtime = Field(default=Runtime(), description="How its pods run.")
    patches: Patches = Field(default=(), description="Changes to its objects, where no field says what is needed.")
