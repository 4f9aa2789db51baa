"""The spec of a ToolRegistry: what people write."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from compiler.spec import (
    Boolean,
    Duration,
    Integer,
    Json,
    Name,
    Number,
    PlacedSpec,
    SecretSource,
    Shape,
    String,
    Variable,
)

Address = Annotated[String, StringConstraints(min_length=1), Variable()]
HandlerType = Literal["http", "openapi", "grpc", "mcp", "client"]
GrpcStatus = Literal[
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
]
HttpStatus = Annotated[Integer, Field(ge=100, le=599)]


class Retry(Shape):
    """How often a call is tried, and how long is waited between."""

    max_attempts: Annotated[Integer, Field(ge=1, le=10)] = Field(description="Most attempts, the first included, 3.")
    initial_backoff: Duration = Field(default="100ms", description="Wait before the second attempt, `100ms`.")
    backoff_multiplier: Annotated[Number, Field(ge=1)] = Field(
        default=2.0, description="By how much each wait is longer than the one before, 2.0."
    )
    max_backoff: Duration = Field(default="30s", description="Longest wait, `30s`.")


class HttpRetry(Retry):
    """How often an HTTP call is tried."""

    retry_on: tuple[HttpStatus, ...] = Field(
        default=(408, 429, 500, 502, 503, 504),
        alias="statusCodes",
        description="Answers after which it is tried again, `[429, 503]`; `[]` for none.",
    )
    retry_on_network_error: Boolean = Field(
        default=True, alias="networkErrors", description="Whether it is tried again when no answer came."
    )
    respect_retry_after: Boolean = Field(
        default=True, alias="retryAfter", description="Whether the server's Retry-After header is obeyed."
    )


class GrpcRetry(Retry):
    """How often a gRPC call is tried."""

    retryable_status_codes: tuple[GrpcStatus, ...] = Field(
        default=("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"),
        alias="statusCodes",
        description="Answers after which it is tried again, `[UNAVAILABLE]`; `[]` for none.",
    )


class Http(Shape):
    """One HTTP endpoint as one tool."""

    endpoint: Address = Field(description="Address, `https://orders.backend:8443/api/v1/orders`.")
    method: Annotated[String, StringConstraints(pattern=r"^[A-Z]+$")] = Field(
        default="POST", description="HTTP method, `GET`."
    )
    headers: dict[String, Annotated[String, Variable()]] = Field(
        default={}, description="Headers of every call, `X-Client: roster`."
    )
    content_type: String = Field(default="application/json", description="Content-Type of the body.")
    query_params: tuple[String, ...] = Field(default=(), description="Arguments sent in the query, `[order_id]`.")
    header_params: dict[String, String] = Field(
        default={}, description="Arguments sent as headers, `customer_id: X-Customer-ID`."
    )
    static_query: dict[String, Annotated[String, Variable()]] = Field(
        default={}, description="Query parameters that the model does not see, `tenant: acme`."
    )
    static_body: Json | None = Field(
        default=None, description="Fields of the body that the model does not see, `{source: agent}`."
    )
    body_mapping: String | None = Field(default=None, description="JMESPath that shapes the body, `{id: order_id}`.")
    response_mapping: String | None = Field(default=None, description="JMESPath that shapes the answer, `items[0]`.")
    redact: tuple[String, ...] = Field(default=(), description="Fields of the answer that are blacked out, `[ssn]`.")
    url_template: String | None = Field(
        default=None, description="Address with arguments, `https://api/users/{user_id}`; takes the endpoint's place."
    )
    retry: HttpRetry | None = Field(default=None, description="How often a call is tried; default: once.")


class OpenApi(Shape):
    """Every operation of an OpenAPI document as a tool."""

    spec_url: Address = Field(alias="specURL", description="Address of the document, `https://crm/openapi.json`.")
    base_url: Address | None = Field(
        default=None, alias="baseURL", description="Address of the service; default: the document's first server."
    )
    operation_filter: tuple[String, ...] = Field(
        default=(), alias="operations", description="Operations that become tools, `[getOrder]`; default: all."
    )
    headers: dict[String, Annotated[String, Variable()]] = Field(
        default={}, description="Headers of every call, `X-Client: roster`."
    )
    retry: HttpRetry | None = Field(default=None, description="How often a call is tried; default: once.")


class GrpcTls(Shape):
    """TLS of a gRPC connection; its files are in the agent's pod."""

    cert_path: String | None = Field(default=None, description="File of the client's certificate.")
    key_path: String | None = Field(default=None, description="File of the client's key.")
    ca_path: String | None = Field(default=None, alias="caPath", description="File of the authority's certificate.")
    insecure_skip_verify: Boolean = Field(default=False, description="Whether any certificate is believed; do not.")


class Grpc(Shape):
    """One gRPC service as one tool."""

    endpoint: Address = Field(description="Host and port, `inventory.backend:9090`.")
    tls: GrpcTls | None = Field(default=None, description="TLS of the connection, `{}` for the system's authorities.")
    retry: GrpcRetry | None = Field(default=None, description="How often a call is tried; default: once.")


class Mcp(Shape):
    """The tools of an MCP server."""

    transport: Literal["sse", "stdio", "streamable-http"] = Field(description="How it is reached, `streamable-http`.")
    endpoint: Address | None = Field(default=None, description="Address, `https://mcp.backend/mcp`; not for stdio.")
    command: Address | None = Field(default=None, description="Program that stdio starts, `/usr/bin/mcp-files`.")
    args: tuple[String, ...] = Field(default=(), description="Its arguments, `[--root, /data]`.")
    work_dir: String | None = Field(default=None, description="Folder that it runs in, `/data`.")
    env: dict[String, Annotated[String, Variable()]] = Field(
        default={}, description="Its environment variables, `LOG: debug`."
    )
    allow: tuple[String, ...] = Field(default=(), description="Tools that may be used, `[search]`; default: all.")
    deny: tuple[String, ...] = Field(default=(), description="Tools that may not be used, `[delete_repo]`.")
    retry: Retry | None = Field(default=None, description="How often a call is tried; default: once.")


class Client(Shape):
    """A tool that the user's own program runs."""

    consent_message: String | None = Field(
        default=None, description="Question to the user before it runs, `May I see where you are?`"
    )
    categories: tuple[String, ...] = Field(default=(), description="What consent covers, `[location]`.")


class Tool(Shape):
    """What the model is told of a tool."""

    name: Annotated[String, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] = Field(
        description="Name that the model calls it by, `order_lookup`."
    )
    description: String = Field(description="What it does; the model reads this.")
    input_schema: dict[str, Json] | Boolean = Field(description="JSON Schema of its arguments, `{type: object}`.")
    output_schema: Json | None = Field(default=None, description="JSON Schema of its answer.")


class Auth(Shape):
    """How the runtime proves to a tool who it is."""

    type: Literal["bearer", "basic", "serviceAccount", "workloadIdentity"] = Field(
        description="By a token, by user and password, by the pod's own token, or by its identity in a cloud."
    )
    credential_from: SecretSource | None = Field(
        default=None, description="The Secret with the token, or with `user:password`, for bearer and basic."
    )
    audience: Address | None = Field(
        default=None, description="Who the token is for, `orders`; serviceAccount and workloadIdentity need it."
    )
    cloud: Literal["azure"] | None = Field(default=None, description="Cloud of a workloadIdentity, `azure`.")
    header: String | None = Field(
        default=None, description="Header of a workloadIdentity's token; default Authorization."
    )


class Handler(Shape):
    """One source of tools: its type, and the settings under the type's name."""

    type: HandlerType = Field(description="What it speaks, `http`.")
    http: Http | None = Field(default=None, description="One HTTP endpoint as one tool; needs `tool`.")
    openapi: OpenApi | None = Field(default=None, description="The operations of an OpenAPI document.")
    grpc: Grpc | None = Field(default=None, description="One gRPC service as one tool; needs `tool`.")
    mcp: Mcp | None = Field(default=None, description="The tools of an MCP server.")
    client: Client | None = Field(default=None, description="A tool that the user's own program runs; needs `tool`.")
    tool: Tool | None = Field(default=None, description="What the model is told; openapi and mcp tell it themselves.")
    auth: Auth | None = Field(default=None, description="How the runtime proves who it is; default: not at all.")
    timeout: Duration = Field(default="30s", description="Longest time of one call, `10s`.")


class ToolRegistrySpec(PlacedSpec):
    """Sources of tools."""

    later: ClassVar[dict[str, str]] = {"probe": "asking endpoints whether they are there"}

    handlers: dict[Name, Handler] = Field(description="Sources of tools by name.", min_length=1)
