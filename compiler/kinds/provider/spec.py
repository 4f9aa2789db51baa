"""The spec of a Provider: what people write."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from compiler.rule import exactly_one
from compiler.spec import (
    Decimal,
    Duration,
    EnvironmentVariable,
    Integer,
    Number,
    PlacedSpec,
    SecretKey,
    SecretName,
    Shape,
    String,
    Variable,
)

ProviderType = Literal[
    "claude",
    "openai",
    "gemini",
    "ollama",
    "mock",
    "vllm",
    "voyageai",
    "cartesia",
    "elevenlabs",
    "imagen",
    "huggingface",
]
Role = Literal["llm", "embedding", "tts", "stt", "image", "inference"]
Capability = Literal["text", "streaming", "vision", "tools", "json", "audio", "video", "documents", "duplex"]
ModelName = Annotated[String, StringConstraints(pattern=r"^[a-z0-9]([-._a-z0-9]*[a-z0-9])?$", max_length=63)]
SampleRate = Annotated[Integer, Field(ge=8000, le=48000)]

KEYS_OF_AUTH: Mapping[str, tuple[str, ...]] = {
    "accessKey": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "servicePrincipal": ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
}
"""The names that a platform gives the keys of a Secret with credentials."""


class KeySource(Shape):
    """Where the key of the endpoint comes from: exactly one of the fields."""

    rules = (
        exactly_one(
            "secretKeyRef",
            "env",
            "file",
            message="a key comes from secretKeyRef, env or file; write exactly one of the three",
        ),
    )

    secret_key_ref: SecretKey | None = Field(default=None, description="The Secret and its key.")
    env: EnvironmentVariable | None = Field(
        default=None, description="Variable that the agent's pod has by other means, `ANTHROPIC_API_KEY`."
    )
    file: Annotated[String, StringConstraints(pattern=r"^/.*")] | None = Field(
        default=None, description="File that the agent's pod mounts by other means, `/var/run/keys/claude`."
    )


class Pricing(Shape):
    """What a model costs, in US dollars."""

    input_per_1k: Decimal | None = Field(
        default=None, alias="inputPer1K", description='Price of 1000 input tokens, "0.003".'
    )
    output_per_1k: Decimal | None = Field(
        default=None, alias="outputPer1K", description='Price of 1000 output tokens, "0.015".'
    )
    cached_per_1k: Decimal | None = Field(
        default=None, alias="cachedPer1K", description='Price of 1000 cached input tokens, "0.0003".'
    )


class Model(Shape):
    """One model of the endpoint."""

    model: Annotated[String, StringConstraints(min_length=1), Variable()] | None = Field(
        default=None, description="Name that the endpoint gives the model, `claude-sonnet-4`; only `mock` needs none."
    )
    capabilities: tuple[Capability, ...] = Field(
        default=(),
        description="What the model can do, `[text, streaming, tools]`; what agents require is checked here.",
    )
    pricing: Pricing | None = Field(default=None, description="What it costs; default: what the runtime knows.")


class Platform(Shape):
    """The cloud that hosts the models."""

    type: Literal["bedrock", "vertex", "azure"] = Field(description="Which cloud, `bedrock`.")
    region: Annotated[String, Variable()] | None = Field(
        default=None, description="Region, `eu-central-1`; Azure infers it."
    )
    project: Annotated[String, StringConstraints(min_length=1), Variable()] | None = Field(
        default=None, description="Google Cloud project, `my-project`; Vertex needs it."
    )
    endpoint: Annotated[String, StringConstraints(min_length=1), Variable()] | None = Field(
        default=None, description="Address of the endpoint, `https://my.openai.azure.com`; Azure needs it."
    )


class CredentialsSecret(Shape):
    """A Secret with a platform's credentials, under the names that the platform gives them."""

    name: SecretName = Field(description="Name of the Secret, `aws`.")
    key: Annotated[String, StringConstraints(min_length=1)] | None = Field(
        default=None, description="Key of the credentials file of a serviceAccount; default credentials.json."
    )


class CredentialsSource(Shape):
    """Where a platform's credentials come from."""

    secret_ref: CredentialsSecret = Field(
        description="The Secret: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or credentials.json; or AZURE_TENANT_ID, "
        "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."
    )


class Auth(Shape):
    """How the platform is told who is asking."""

    type: Literal["workloadIdentity", "accessKey", "serviceAccount", "servicePrincipal"] = Field(
        description="By the pod's own identity (workloadIdentity), or by credentials of AWS, Google or Azure."
    )
    role_arn: Annotated[String, Variable()] | None = Field(
        default=None, alias="roleARN", description="AWS role to take on, `arn:aws:iam::123456789012:role/agents`."
    )
    service_account_email: Annotated[String, Variable()] | None = Field(
        default=None, description="Google service account to take on, `agents@my-project.iam.gserviceaccount.com`."
    )
    credentials_from: CredentialsSource | None = Field(
        default=None, description="The Secret with the credentials; every type but workloadIdentity needs one."
    )


class Speech(Shape):
    """How a tts endpoint speaks."""

    voice: String | None = Field(default=None, description="The vendor's name of the voice, `alloy`.")
    sample_rate: SampleRate | None = Field(default=None, description="Samples per second of the output, 24000.")
    audio_files: tuple[String, ...] = Field(default=(), description="Files that a mock plays, `[hello.wav]`.")
    format: Literal["pcm", "mp3", "opus", "wav", "flac"] | None = Field(
        default=None, description="Container of the output, `mp3`."
    )


class Transcription(Shape):
    """How an stt endpoint listens."""

    sample_rate: SampleRate | None = Field(default=None, description="Samples per second of the input, 16000.")
    language: Annotated[String, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] | None = Field(
        default=None, description="Language of the speech, `en` or `en-GB`; default: the endpoint finds out."
    )


class Embedding(Shape):
    """What an embedding endpoint yields."""

    dimensions: Annotated[Integer, Field(ge=1, le=4096)] | None = Field(
        default=None, description="Length of a vector, 1536."
    )
    distance: Literal["cosine", "l2", "dot"] | None = Field(
        default=None, description="Distance that a store should use, `cosine`."
    )


class Defaults(Shape):
    """How models are called where an agent says nothing else."""

    temperature: Annotated[Number, Field(ge=0, le=2)] | None = Field(default=None, description="Randomness, 0 to 2.")
    top_p: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of the probability that is sampled from, 0 to 1."
    )
    max_tokens: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None, description="Longest answer in tokens, 4096."
    )
    context_window: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None, description="Longest conversation in tokens, 200000; default: nothing is cut."
    )
    truncation: Literal["sliding", "summarize", "custom"] | None = Field(
        default=None, description="What happens to a longer one: the oldest messages go, are summarized, or `custom`."
    )
    request_timeout: Duration | None = Field(default=None, description="Longest wait for a whole answer, `60s`.")
    stream_idle_timeout: Duration | None = Field(
        default=None, description="Longest silence inside a streamed answer, `30s`."
    )


class ProviderSpec(PlacedSpec):
    """One endpoint of models."""

    later: ClassVar[dict[str, str]] = {
        "healthCheck": "asking the endpoint whether it is well",
        "circuitBreaker": "a pause after failures",
        "rateLimits": "a bound on calls",
        "budget": "a bound on cost",
        "headersFrom": "headers from a Secret",
    }

    type: ProviderType = Field(description="The protocol it speaks, `claude`.")
    role: Role = Field(default="llm", description="What its models are for, `embedding`.")
    base_url: Annotated[String, StringConstraints(min_length=1), Variable()] | None = Field(
        default=None, alias="baseURL", description="Address of the endpoint, `https://openrouter.ai/api/v1`."
    )
    headers: dict[String, Annotated[String, Variable()]] = Field(
        default={}, description="HTTP headers of every request, `X-Title: Acme`."
    )
    key_from: KeySource | None = Field(default=None, description="Where its key comes from; a mock needs none.")
    key_env: EnvironmentVariable | None = Field(
        default=None, description="Variable that holds the key in the pod, `OPENROUTER_API_KEY`; default: by type."
    )
    models: dict[ModelName, Model] = Field(description="Its models, by the name that agents use.", min_length=1)
    defaults: Defaults | None = Field(default=None, description="How models are called, agents' parameters aside.")
    platform: Platform | None = Field(default=None, description="The cloud that hosts it; needs `auth`.")
    auth: Auth | None = Field(default=None, description="How the cloud is told who is asking; needs `platform`.")
    tts: Speech | None = Field(default=None, description="How it speaks; only with `role: tts`.")
    stt: Transcription | None = Field(default=None, description="How it listens; only with `role: stt`.")
    embedding: Embedding | None = Field(default=None, description="Its vectors; only with `role: embedding`.")
