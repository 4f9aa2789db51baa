"""Tools: the spec of a ToolRegistry -> the list of handlers that runtimes know as `tools.yaml`."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from compiler.kinds.tool_registry.spec import Auth, Grpc, Handler, Http, Mcp, OpenApi, Retry, ToolRegistrySpec

SECRETS = "/etc/omnia/tool-secrets"
"""Folder in which runtimes find one file for each handler with a credential from a Secret."""
TOKENS = "/var/run/secrets/omnia/tool-sa"
"""Folder in which runtimes find one folder for each handler with a token of the pod's own."""


def tools(spec: ToolRegistrySpec) -> dict[str, Any]:
    """The document; it names where credentials are mounted, and holds none."""
    return {"handlers": [_handler(name, handler) for name, handler in spec.handlers.items()]}


def _handler(name: str, handler: Handler) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "type": handler.type, "timeout": handler.timeout}
    settings = getattr(handler, handler.type)
    if settings is not None:
        key, make = _SETTINGS[handler.type]
        entry[key] = _given({**make(settings), **_auth(name, handler.auth)})
        entry["endpoint"] = getattr(settings, "endpoint", None) or getattr(settings, "spec_url", None)
    if handler.tool is not None:
        entry["tool"] = handler.tool.model_dump(by_alias=True, exclude_none=True)
    return _given(entry)


def _given(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None and value != {} and value != ()}


def _http(http: Http) -> dict[str, Any]:
    return {**http.model_dump(by_alias=True, exclude={"retry"}), "retryPolicy": _retry(http.retry)}


def _openapi(openapi: OpenApi) -> dict[str, Any]:
    return {
        "specURL": openapi.spec_url,
        "baseURL": openapi.base_url,
        "operationFilter": openapi.operation_filter,
        "headers": openapi.headers,
        "retryPolicy": _retry(openapi.retry),
    }


def _grpc(grpc: Grpc) -> dict[str, Any]:
    tls = grpc.tls
    return {
        "endpoint": grpc.endpoint,
        "tls": True if tls else None,
        "tlsCertPath": tls.cert_path if tls else None,
        "tlsKeyPath": tls.key_path if tls else None,
        "tlsCAPath": tls.ca_path if tls else None,
        "tlsInsecureSkipVerify": True if tls and tls.insecure_skip_verify else None,
        "retryPolicy": _retry(grpc.retry),
    }


def _mcp(mcp: Mcp) -> dict[str, Any]:
    data = mcp.model_dump(by_alias=True, exclude={"retry", "allow", "deny"})
    chosen = _given({"allowlist": mcp.allow, "blocklist": mcp.deny})
    return {**data, "toolFilter": chosen, "retryPolicy": _retry(mcp.retry)}


def _retry(retry: Retry | None) -> dict[str, Any] | None:
    """Its fields are called in Python as the runtime calls them."""
    if retry is None:
        return None
    return {to_camel(name): value for name, value in retry.model_dump().items()}


def _auth(name: str, auth: Auth | None) -> dict[str, Any]:
    if auth is None:
        return {}
    if auth.type == "serviceAccount":
        return {"authType": "bearer", "authTokenPath": f"{TOKENS}/{name}/token"}
    if auth.type == "workloadIdentity":
        header = auth.header or "Authorization"
        return {"authType": auth.type, "authCloud": auth.cloud, "authAudience": auth.audience, "authHeader": header}
    return {"authType": auth.type, "authTokenPath": f"{SECRETS}/{name}"}


_SETTINGS: Mapping[str, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    "http": ("httpConfig", _http),
    "openapi": ("openAPIConfig", _openapi),
    "grpc": ("grpcConfig", _grpc),
    "mcp": ("mcpConfig", _mcp),
    "client": ("clientConfig", lambda client: client.model_dump(by_alias=True)),
}
"""Handler type -> the key of its settings in `tools.yaml`, and what makes them."""
