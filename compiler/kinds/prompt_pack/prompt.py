"""One prompt of a PromptPack: what people write. Fields are called in Python as `pack.json` calls them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.spec import Boolean, Integer, Json, Number, Shape, String, Text
from compiler.version import PATTERN

Version = Annotated[String, StringConstraints(pattern=PATTERN)]
Key = Annotated[String, StringConstraints(min_length=1, max_length=253)]
"""A name inside a pack; what characters it may have is its runtime's affair."""
JsonMap = dict[str, Json]


class Binding(Shape):
    """A value that the runtime fills in without being told."""

    kind: String | None = Field(default=None, description="Kind of the source, `project`.")
    field: String | None = Field(default=None, description="Field of the source, `name`.")
    auto_populate: Boolean | None = Field(default=None, description="Whether it is filled in without being asked for.")
    filter: String | None = Field(default=None, description="Filter of the values, `active`.")


class Validation(Shape):
    """What a variable's value must be like."""

    pattern: String | None = Field(default=None, description="Regular expression of a text, `^[A-Z]{3}$`.")
    min_length: Integer | None = Field(default=None, description="Fewest characters, 1.")
    max_length: Integer | None = Field(default=None, description="Most characters, 280.")
    minimum: Number | None = Field(default=None, description="Least number, 0.")
    maximum: Number | None = Field(default=None, description="Greatest number, 100.")
    enum: tuple[Json, ...] | None = Field(default=None, description="The values that are allowed, `[gold, silver]`.")


class Variable(Shape):
    """One placeholder of a prompt."""

    type: Literal["string", "number", "boolean", "object", "array"] = Field(
        default="string", description="Type of the value, `string`."
    )
    required: Boolean = Field(default=False, description="Whether it must be given.")
    default: Json | None = Field(default=None, description="Value where none is given, `Acme`.")
    description: String | None = Field(default=None, description="What it stands for, in a sentence.")
    example: Json | None = Field(default=None, description="A value for people to see, `Acme`.")
    binding: Binding | None = Field(default=None, description="Where the runtime takes the value from.")
    validation: Validation | None = Field(default=None, description="What the value must be like.")


class Parameters(Shape):
    """How the model is called."""

    temperature: Annotated[Number, Field(ge=0, le=2)] | None = Field(default=None, description="Randomness, 0 to 2.")
    max_tokens: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None, description="Longest answer in tokens, 1024."
    )
    top_p: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of the probability that is sampled from, 0 to 1."
    )
    top_k: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None, description="How many tokens are sampled from, 40."
    )
    frequency_penalty: Annotated[Number, Field(ge=-2, le=2)] | None = Field(
        default=None, description="Penalty for repeating a word, -2 to 2."
    )
    presence_penalty: Annotated[Number, Field(ge=-2, le=2)] | None = Field(
        default=None, description="Penalty for staying with a topic, -2 to 2."
    )


class ToolPolicy(Shape):
    """When a prompt may call tools, and how often."""

    tool_choice: Literal["auto", "required", "none"] | None = Field(
        default=None, description="Whether the model decides, must call one, or may not."
    )
    max_rounds: Annotated[Integer, Field(ge=0)] | None = Field(
        default=None, description="Most rounds of calls and answers in a turn, 3."
    )
    max_tool_calls_per_turn: Annotated[Integer, Field(ge=0)] | None = Field(
        default=None, description="Most calls in a turn, 5."
    )
    blocklist: tuple[String, ...] = Field(default=(), description="Tools that may not be called, `[delete_order]`.")


class Validator(Shape):
    """One rule for answers, applied before they are sent."""

    type: String = Field(description="Which rule, `max_length`; the runtime knows them.", min_length=1)
    enabled: Boolean = Field(default=True, description="Whether it is applied.")
    fail_on_violation: Boolean | None = Field(default=None, description="Whether a breach is an error, or only noted.")
    message: String | None = Field(default=None, description="What the user is told, `That was too long.`")
    params: JsonMap | None = Field(default=None, description="Settings of the rule, `{max_characters: 2000}`.")


class Range(Shape):
    """The bounds of a metric."""

    min: Number | None = Field(default=None, description="Least value, 0.")
    max: Number | None = Field(default=None, description="Greatest value, 1.")


class Metric(Shape):
    """How the result of an eval is shown to Prometheus."""

    name: String = Field(description="Name of the metric, `triage_accuracy`.", min_length=1)
    type: Literal["gauge", "counter", "histogram", "boolean"] = Field(description="Its type, `boolean`.")
    range: Range | None = Field(default=None, description="Its bounds.")


class Threshold(Shape):
    """From which score an eval is passed."""

    operator: String | None = Field(default=None, description="How to compare, `>=`.")
    value: Number | None = Field(default=None, description="With what, 0.8.")


class Eval(Shape):
    """One measure of the quality of answers."""

    type: String = Field(description="Which measure, `llm_judge`; the runtime knows them.", min_length=1)
    trigger: String = Field(description="When it is taken, `every_turn`.", min_length=1)
    description: String | None = Field(default=None, description="What it measures, in a sentence.")
    enabled: Boolean | None = Field(default=None, description="Whether it is taken; default: it is.")
    groups: tuple[String, ...] = Field(default=(), description="Groups that it is in, `[fast-running]`.")
    message: String | None = Field(default=None, description="What is said when it fails.")
    metric: Metric | None = Field(default=None, description="How the result is shown to Prometheus.")
    params: JsonMap | None = Field(default=None, description="Settings of the measure, `{max_characters: 500}`.")
    sample_percentage: Annotated[Number, Field(ge=0, le=100)] | None = Field(
        default=None, description="Share of turns that is measured, in percent, 10."
    )
    threshold: Threshold | None = Field(default=None, description="From which score it is passed.")
    when: JsonMap | None = Field(default=None, description="When it is taken at all.")


class ModelOverride(Shape):
    """What is different for one model."""

    system_template: Text | None = Field(
        default=None, alias="system", description="System prompt in place of the other."
    )
    system_template_prefix: Text | None = Field(default=None, alias="systemPrefix", description="Text before it.")
    system_template_suffix: Text | None = Field(default=None, alias="systemSuffix", description="Text after it.")
    parameters: Parameters | None = Field(default=None, description="Parameters that are different.")


class TestedModel(Shape):
    """One model that the prompt was tried with."""

    provider: String = Field(description="Vendor, `anthropic`.")
    model: String = Field(description="Model, `claude-sonnet-4`.")
    date: String = Field(description="Day of the trial, `2026-10-01`.")
    success_rate: Number | None = Field(default=None, description="Share of good answers, 0 to 1.")
    avg_tokens: Number | None = Field(default=None, description="Mean length in tokens, 320.")
    avg_cost: Number | None = Field(default=None, description="Mean cost in US dollars, 0.002.")
    avg_latency_ms: Number | None = Field(default=None, description="Mean time in milliseconds, 900.")
    notes: String | None = Field(default=None, description="What was noticed.")


class Prompt(Shape):
    """One prompt, for one task."""

    system_template: Text = Field(
        alias="system", description="The system prompt, or `{file: system.md}`; left as it is."
    )
    user_template: Text | None = Field(default=None, alias="user", description="Frame of the user's message.")
    name: String | None = Field(default=None, alias="title", description="Name for people, `Triage`; default: its key.")
    version: Version | None = Field(default=None, description="Its own version, `1.0.0`; default: the pack's.")
    description: String | None = Field(default=None, description="What it is for, in a sentence.")
    variables: dict[Key, Variable] = Field(default={}, description="Its placeholders by name.")
    parameters: Parameters | None = Field(default=None, description="How the model is called.")
    tools: tuple[Key, ...] = Field(default=(), description="Tools it may call, `[lookup_order]`.")
    tool_policy: ToolPolicy | None = Field(default=None, description="When it may call them.")
    validators: dict[Key, Validator] = Field(default={}, description="Rules for answers, by a name of one's own.")
    evals: dict[Key, Eval] = Field(default={}, description="Measures of the quality of its answers, by id.")
    media: JsonMap | None = Field(default=None, description="Images, sound and documents it takes, as in pack.json.")
    pipeline: JsonMap | None = Field(default=None, description="Stages of its processing, as in pack.json.")
    model_overrides: dict[Key, ModelOverride] = Field(default={}, description="What is different, by model.")
    tested_models: tuple[TestedModel, ...] = Field(default=(), description="Models it was tried with.")
