"""The spec of a PromptPack: what people write. Fields are called in Python as `pack.json` calls them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.kinds.prompt_pack.prompt import Eval, JsonMap, Key, Prompt, Version
from compiler.spec import Boolean, Integer, Json, Number, PlacedSpec, Shape, String, Text

Mode = Annotated[String, StringConstraints(min_length=1)]


class TemplateEngine(Shape):
    """What fills in the placeholders of the prompts when they are used; Roster never does."""

    version: String = Field(default="v1", description="Version of the engine, `v1`.")
    syntax: String = Field(default="{{variable}}", description="How a placeholder looks, `{{variable}}`.")
    features: tuple[String, ...] = Field(
        default=("basic_substitution",), description="What the engine must know, `[basic_substitution, fragments]`."
    )


class Tool(Shape):
    """One function that a prompt may call."""

    description: String = Field(description="What it does; the model reads this.")
    parameters: JsonMap | None = Field(default=None, description="JSON Schema of its arguments, an object.")


class Artifact(Shape):
    """One slot for results that a workflow carries along."""

    type: String = Field(description="MIME type, `text/plain`.")
    description: String | None = Field(default=None, description="What it holds.")
    mode: Literal["replace", "append"] | None = Field(default=None, description="What a second result does.")


class State(Shape):
    """One state of a workflow."""

    prompt_task: Key | None = Field(default=None, alias="prompt", description="The prompt that speaks in it, `triage`.")
    description: String | None = Field(default=None, description="What happens in it.")
    on_event: dict[Key, Key] = Field(default={}, alias="events", description="Event -> the next state.")
    persistence: Literal["persistent", "transient"] | None = Field(
        default=None, description="Whether the conversation is kept on entry."
    )
    orchestration: Literal["internal", "external", "hybrid", "composition"] | None = Field(
        default=None, description="Who moves on: the agent, the system, both, or a composition."
    )
    composition: Key | None = Field(default=None, description="The composition that does the work.")
    skills: String | None = Field(default=None, description="Folder of the skills in it, or `none`.")
    terminal: Boolean | None = Field(default=None, description="Whether the workflow ends here.")
    max_visits: Annotated[Integer, Field(ge=1)] | None = Field(default=None, description="Most visits, 3.")
    on_max_visits: Key | None = Field(default=None, description="The state after the last visit.")
    artifacts: dict[Key, Artifact] = Field(default={}, description="Results it carries along, by name.")


class Workflow(Shape):
    """States that a conversation moves through."""

    version: Integer = Field(default=1, description="Version of the workflow's form, 1.")
    entry: Key = Field(description="The first state, `triage`.")
    states: dict[Key, State] = Field(description="The states by name.", min_length=1)
    engine: JsonMap | None = Field(default=None, description="Settings such as `{budget: {max_total_visits: 20}}`.")


class Member(Shape):
    """One prompt as an agent that others can call."""

    description: String | None = Field(default=None, description="What it does; default: the prompt's.")
    input_modes: tuple[Mode, ...] = Field(default=(), description="MIME types it takes, `[text/plain]`.")
    output_modes: tuple[Mode, ...] = Field(default=(), description="MIME types it gives, `[text/plain]`.")
    state: Key | None = Field(default=None, description="State of the workflow that it begins in.")
    tags: tuple[String, ...] = Field(default=(), description="Words to find it by, `[billing]`.")


class Agents(Shape):
    """The prompts of a pack as agents that call each other."""

    entry: Key = Field(description="The prompt that takes requests, `triage`.")
    members: dict[Key, Member] = Field(description="The agents by the prompt they speak with.")


class Skill(Shape):
    """One piece of knowledge that is loaded when it is needed."""

    description: String | None = Field(default=None, description="What it holds, in a sentence.")
    instructions: Text | None = Field(default=None, description="The text, or `{file: refunds.md}`.")
    path: String | None = Field(default=None, description="Folder of the skill in the image, `./skills/refunds`.")
    preload: Boolean | None = Field(default=None, description="Whether a folder is loaded at the start.")


class CostEstimate(Shape):
    """What a call costs, in US dollars."""

    min_cost_usd: Number | None = Field(default=None, alias="minUSD", description="Least, 0.001.")
    max_cost_usd: Number | None = Field(default=None, alias="maxUSD", description="Most, 0.02.")
    avg_cost_usd: Number | None = Field(default=None, alias="avgUSD", description="Mean, 0.004.")


class PackMetadata(Shape):
    """What the pack is about."""

    domain: String | None = Field(default=None, description="Domain, `customer-service`.")
    language: String | None = Field(default=None, description="Language, `en`.")
    tags: tuple[String, ...] = Field(default=(), description="Words to find it by, `[support]`.")
    cost_estimate: CostEstimate | None = Field(default=None, description="What a call costs.")


class Requires(Shape):
    """What a pack needs to run."""

    providers: tuple[Json, ...] = Field(default=(), description="Models it needs, `[judge]`, as in pack.json.")


class PromptPackSpec(PlacedSpec):
    """One version of a pack of prompts: written out here, or compiled already."""

    version: Version = Field(description="Version of the pack, `1.4.0`; it is part of the pack's identity.")
    compiled: Text | None = Field(
        default=None, description="A whole pack.json, or `{file: pack.json}`; its bytes are left as they are."
    )
    name: String | None = Field(
        default=None, alias="title", description="Name for people, `Support`; default: its name."
    )
    description: String | None = Field(default=None, description="What it is for, in a sentence.")
    prompts: dict[Key, Prompt] = Field(default={}, description="Prompts by task; agents begin with `default`.")
    fragments: dict[Key, Text] = Field(default={}, description="Texts that prompts share, by name.")
    tools: dict[Key, Tool] = Field(default={}, description="Functions that prompts may call, by name.")
    evals: dict[Key, Eval] = Field(default={}, description="Measures that hold for all prompts, by id.")
    workflow: Workflow | None = Field(default=None, description="States that a conversation moves through.")
    agents: Agents | None = Field(default=None, description="The prompts as agents that call each other.")
    compositions: dict[Key, JsonMap] = Field(default={}, description="Step graphs by name, as in pack.json.")
    skills: dict[Key, Skill] = Field(default={}, description="Knowledge that is loaded when it is needed, by name.")
    metadata: PackMetadata | None = Field(default=None, description="What the pack is about.")
    requires: Requires | None = Field(default=None, description="What it needs to run.")
    template_engine: TemplateEngine | None = Field(
        default=None, description="What fills in the placeholders; default: v1, `{{variable}}`."
    )
