"""Facades: how an agent is reached, as a person writes it."""

from typing import Annotated, Literal

from pydantic import Field

from compiler.kinds.agent.runtime import Env
from compiler.spec import Boolean, Duration, Name, Port, Ref, SecretSource, Shape, String, Variable


class Expose(Shape):
    """Reach a facade from outside the cluster, through the environment's gateway."""

    host: Annotated[String, Variable()] | None = Field(
        default=None, description="Host name; default: `<agent>.<domain of the gateway>`."
    )


class Facade(Shape):
    """What every facade has."""

    handler: Literal["runtime", "echo", "demo"] = Field(
        default="runtime", description="Who answers: the runtime, or the facade's own `echo` or `demo`."
    )
    image: Annotated[String, Variable()] | None = Field(
        default=None, description="Image of the facade container in place of the stock one."
    )
    env: Env = Field(default={}, description="Environment variables of the facade container, by name.")
    drain_timeout: Duration = Field(default="30s", description="How long open conversations may finish, at most 600s.")
    client_tool_timeout: Duration | None = Field(default=None, description="How long a client's tool may take, `60s`.")
    expose: Expose | None = Field(
        default=None, description="Reach it from outside the cluster; `{}` for the default host."
    )


class WebSocket(Facade):
    """Conversations over WebSocket."""

    port: Port = Field(default=8080, description="Port, 8080.")


class Rest(Facade):
    """A function called over HTTP."""

    port: Port = Field(default=8080, description="Port, 8080.")


class Custom(Facade):
    """A protocol of one's own; it needs an image."""

    port: Port = Field(default=8080, description="Port, 8080.")


class Mcp(Facade):
    """A function offered as a tool over MCP."""

    port: Port = Field(default=9998, description="Port, 9998.")


class Skill(Shape):
    """One thing an agent offers to other agents."""

    name: String = Field(description="Name for people, `Refunds`.", min_length=1)
    description: String | None = Field(default=None, description="What it does, in a sentence.")
    tags: tuple[String, ...] = Field(default=(), description="Words to find it by.")
    examples: tuple[String, ...] = Field(default=(), description="Sentences that call for it.")


class CardCapabilities(Shape):
    """What the agent's protocol can do."""

    streaming: Boolean = Field(default=False, description="Whether answers are streamed.")
    push_notifications: Boolean = Field(default=False, description="Whether it calls back.")


class Card(Shape):
    """How the agent introduces itself to other agents."""

    name: String | None = Field(default=None, description="Name for people; default: the agent's name.")
    description: String | None = Field(default=None, description="What the agent does, `Customer care`.")
    version: String | None = Field(default=None, description="Version that is shown; default: the pack's.")
    organization: String | None = Field(default=None, description="Who offers it.")
    skills: dict[Name, Skill] = Field(default={}, description="What it offers, by id.")
    capabilities: CardCapabilities | None = Field(default=None, description="What its protocol can do.")
    default_input_modes: tuple[String, ...] = Field(default=(), description="MIME types it takes, `[text/plain]`.")
    default_output_modes: tuple[String, ...] = Field(default=(), description="MIME types it gives, `[text/plain]`.")


class TaskStore(Shape):
    """Where the tasks of the A2A protocol are kept."""

    type: Literal["memory", "redis"] = Field(default="memory", description="`memory` is lost with the pod.")
    url: String | None = Field(default=None, description="Address of a redis without a password, `redis://redis:6379`.")
    url_from: SecretSource | None = Field(default=None, description="The Secret that holds the address.")


class Client(Shape):
    """Another agent that this one may call."""

    agent: Annotated[Name, Ref("Agent")] | None = Field(default=None, description="An Agent of the environment.")
    url: String | None = Field(default=None, description="Address of an agent elsewhere.")
    expose_as_tools: Boolean = Field(default=False, description="Whether its skills become tools of this agent.")
    token_from: SecretSource | None = Field(
        default=None, description="The Secret with the bearer token to call it with."
    )


class A2A(Facade):
    """Conversations with other agents over the A2A protocol."""

    port: Port = Field(default=9999, description="Port, 9999.")
    card: Card | None = Field(default=None, description="How the agent introduces itself.")
    task_ttl: Duration = Field(default="1h", description="How long a finished task is kept.", alias="taskTTL")
    conversation_ttl: Duration = Field(
        default="30m", description="How long an idle conversation is kept.", alias="conversationTTL"
    )
    task_store: TaskStore = Field(default=TaskStore(), description="Where tasks are kept.")
    clients: dict[Name, Client] = Field(default={}, description="Other agents it may call, by name.")


class Facades(Shape):
    """The facades of an agent, by protocol."""

    websocket: WebSocket | None = Field(default=None, description="Conversations over WebSocket.")
    rest: Rest | None = Field(default=None, description="A function called over HTTP.")
    a2a: A2A | None = Field(default=None, description="Conversations with other agents.", alias="a2a")
    mcp: Mcp | None = Field(default=None, description="A function offered as a tool over MCP.")
    custom: Custom | None = Field(default=None, description="A protocol of one's own.")

    def declared(self) -> dict[str, Facade]:
        """The facades that are there, the primary one first (Omnia's order: websocket, rest, a2a, custom, mcp)."""
        order = {
            "websocket": self.websocket,
            "rest": self.rest,
            "a2a": self.a2a,
            "custom": self.custom,
            "mcp": self.mcp,
        }
        return {name: facade for name, facade in order.items() if facade is not None}
