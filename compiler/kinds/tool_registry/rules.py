"""Rules: a ToolRegistry -> what its handlers say that cannot work, each told at the field that is to blame."""

import re
from collections.abc import Iterator

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.finding import error, warning
from compiler.kinds.tool_registry.spec import Auth, Handler, Mcp, Retry, ToolRegistrySpec
from compiler.payload import CREDENTIAL_HEADERS
from compiler.scope import Scope

BLOCKS = ("http", "openapi", "grpc", "mcp", "client")
WITH_TOOL = frozenset(("http", "grpc", "client"))
"""Types that cannot say themselves what their tool is."""
WITH_IDENTITY = frozenset(("http", "grpc"))
"""Types whose calls the runtime can sign with an identity of the cloud."""
NEEDS = {
    "bearer": ("credentialFrom",),
    "basic": ("credentialFrom",),
    "serviceAccount": ("audience",),
    "workloadIdentity": ("cloud", "audience"),
}
MAY = {"workloadIdentity": ("header",)}
_PART = re.compile(r"([0-9.]+)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

Registry = Declaration[ToolRegistrySpec]


def check(registry: Registry, _scope: Scope) -> Iterator[Diagnostic]:
    """The findings on one ToolRegistry."""
    named: dict[str, str] = {}
    for name, handler in registry.spec.handlers.items():
        yield from _settings(registry, name, handler)
        yield from _tool(registry, name, handler, named)
        yield from _auth(registry, name, handler)
        yield from _headers(registry, name, handler)
        yield from _retry(registry, name, handler)
        if handler.mcp is not None:
            yield from _mcp(registry, name, handler.mcp)


def _settings(registry: Registry, name: str, handler: Handler) -> Iterator[Diagnostic]:
    if getattr(handler, handler.type) is None and handler.type != "client":
        message = f"the handler {name} is of type {handler.type}, and has no {handler.type}"
        yield error(registry, "R0540", message, "handlers", name, help=f"add {handler.type}:")
    for block in BLOCKS:
        if block != handler.type and getattr(handler, block) is not None:
            message = f"{block} is of no use to a handler of type {handler.type}"
            help = f"remove {block}, or write type: {block}"
            yield error(registry, "R0540", message, "handlers", name, block, help=help)


def _tool(registry: Registry, name: str, handler: Handler, named: dict[str, str]) -> Iterator[Diagnostic]:
    path = ("handlers", name)
    if handler.tool is None:
        if handler.type in WITH_TOOL:
            message = f"the handler {name} does not say what its tool is"
            yield error(registry, "R0541", message, *path, help="add tool: with name, description and inputSchema")
        return
    if handler.type not in WITH_TOOL:
        message = f"a handler of type {handler.type} tells itself what its tools are"
        yield error(registry, "R0541", message, *path, "tool", help="remove tool")
    elif handler.tool.name in named:
        message = f"the tool {handler.tool.name} is declared twice"
        first = registry.document.span_of(("spec", "handlers", named[handler.tool.name], "tool", "name"))
        yield error(registry, "R0541", message, *path, "tool", "name", help=f"rename it; the first is at {first}")
    named.setdefault(handler.tool.name, name)


def _mcp(registry: Registry, name: str, mcp: Mcp) -> Iterator[Diagnostic]:
    path = ("handlers", name, "mcp")
    needed, useless = ("command", "endpoint") if mcp.transport == "stdio" else ("endpoint", "command")
    if getattr(mcp, needed) is None:
        message = f"the transport {mcp.transport} needs {needed}"
        yield error(registry, "R0542", message, *path, "transport", help=f"add {needed}")
    fields = (useless,) if mcp.transport == "stdio" else (useless, "args", "workDir", "env")
    data = registry.data["spec"]["handlers"][name]["mcp"]
    for field in fields:
        if data.get(field):
            message = f"the transport {mcp.transport} has no use for {field}"
            yield error(registry, "R0542", message, *path, field, help=f"remove {field}")


def _auth(registry: Registry, name: str, handler: Handler) -> Iterator[Diagnostic]:
    auth, path = handler.auth, ("handlers", name, "auth")
    if auth is None:
        return
    stdio = handler.mcp is not None and handler.mcp.transport == "stdio"
    if handler.type == "client" or stdio:
        what = "a program that the pod starts itself" if stdio else "a tool that the user runs"
        yield error(registry, "R0543", f"{what} is not asked for a credential", *path, help="remove auth")
    elif auth.type == "workloadIdentity" and handler.type not in WITH_IDENTITY:
        message = f"runtimes know no workloadIdentity for handlers of type {handler.type}"
        yield error(registry, "R0543", message, *path, "type", help="use bearer, basic or serviceAccount")
    else:
        yield from _auth_fields(registry, path, auth)


def _auth_fields(registry: Registry, path: tuple[str, ...], auth: Auth) -> Iterator[Diagnostic]:
    needed = NEEDS[auth.type]
    given = auth.model_dump(by_alias=True, exclude_none=True).keys() - {"type"}
    for field in sorted(set(needed) - given):
        message = f"auth of type {auth.type} needs {field}"
        yield error(registry, "R0543", message, *path, "type", help=f"add {field}")
    for field in sorted(given - {*needed, *MAY.get(auth.type, ())}):
        message = f"auth of type {auth.type} has no use for {field}"
        yield error(registry, "R0543", message, *path, field, help=f"remove {field}")


def _headers(registry: Registry, name: str, handler: Handler) -> Iterator[Diagnostic]:
    settings = handler.http or handler.openapi
    block = "http" if handler.http else "openapi"
    for header in settings.headers if settings else ():
        if header.lower() in CREDENTIAL_HEADERS:
            message = f"the header {header} is a credential, and what is written here is readable by everyone"
            path = ("handlers", name, block, "headers", header)
            yield warning(registry, "R0514", message, *path, help="keep it in a Secret: auth.credentialFrom")


def _retry(registry: Registry, name: str, handler: Handler) -> Iterator[Diagnostic]:
    settings = getattr(handler, handler.type)
    retry: Retry | None = getattr(settings, "retry", None)
    if retry is not None and _seconds(retry.max_backoff) < _seconds(retry.initial_backoff):
        path = ("handlers", name, handler.type, "retry", "maxBackoff")
        message = f"the longest wait, {retry.max_backoff}, is shorter than the first, {retry.initial_backoff}"
        yield error(registry, "R0544", message, *path, help="raise maxBackoff, or lower initialBackoff")


def _seconds(duration: str) -> float:
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(duration))
