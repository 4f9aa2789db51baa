"""Omnia's ToolRegistry -> ours: the list of handlers becomes a map, and the deprecated forms of auth one form."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Call, Choose, Entries, Inert, Into, Later, Move, Rule, Table, named, number, walk
from compiler.source import FieldPath

TYPES = ("http", "openapi", "grpc", "mcp", "client")
AUTHS = ("none", "bearer", "basic", "serviceAccount", "workloadIdentity")
CONFIGS: Mapping[str, str] = {
    "httpConfig": "http",
    "openAPIConfig": "openapi",
    "grpcConfig": "grpc",
    "mcpConfig": "mcp",
    "clientConfig": "client",
}
_SECRET: Table = {"name": Move("name"), "key": Move("key")}


def _auth_type(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    """`authType` inside a config, deprecated: the handler's `auth`."""
    if not _has_auth(rewrite, path):
        rewrite.old(path, "auth.type of the handler")
        rewrite.put((*base[:-1], "auth", "type"), value, path)


def _has_auth(rewrite: Rewrite, path: FieldPath) -> bool:
    """Whether the handler of a config has the new form too, which Omnia refuses."""
    if rewrite.foreign(*path[:-2], "auth") is None:
        return False
    rewrite.wrong(path, f"{path[-1]} stands beside the handler's auth", f"remove {path[-1]}; auth says the same")
    return True


def _auth_secret(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    """`authSecretRef` inside a config, deprecated: the handler's `auth`; for a bearer, if no type is said."""
    if _has_auth(rewrite, path):
        return
    rewrite.old(path, "auth.secretRef of the handler")
    auth = (*base[:-1], "auth")
    Into("", _SECRET).apply(rewrite, value, path, (*auth, "credentialFrom", "secretKeyRef"))
    if rewrite.at((*auth, "type")) is None:
        rewrite.put((*auth, "type"), "bearer", path)


def _tls(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    if value is False:
        return
    rewrite.put((*base, "tls"), {} if value is True else value, path)


_BACKOFF: Table = {
    "maxAttempts": Move("maxAttempts"),
    "initialBackoff": Move("initialBackoff"),
    "backoffMultiplier": Move("backoffMultiplier", number),
    "maxBackoff": Move("maxBackoff"),
}
_HTTP_RETRY: Table = {
    **_BACKOFF,
    "retryOn": Move("statusCodes"),
    "retryOnNetworkError": Move("networkErrors"),
    "respectRetryAfter": Move("retryAfter"),
}
_DEPRECATED: Table = {"authType": Call(_auth_type), "authSecretRef": Call(_auth_secret, (_SECRET,))}
_HTTP: Table = {
    **_DEPRECATED,
    "endpoint": Move("endpoint"),
    "method": Move("method"),
    "headers": Entries("headers"),
    "contentType": Move("contentType"),
    "queryParams": Move("queryParams"),
    "headerParams": Entries("headerParams"),
    "staticQuery": Entries("staticQuery"),
    "staticBody": Move("staticBody"),
    "bodyMapping": Move("bodyMapping"),
    "responseMapping": Move("responseMapping"),
    "redact": Move("redact"),
    "urlTemplate": Move("urlTemplate"),
    "retryPolicy": Into("retry", _HTTP_RETRY),
}
_OPENAPI: Table = {
    **_DEPRECATED,
    "specURL": Move("specURL"),
    "baseURL": Move("baseURL"),
    "operationFilter": Move("operations"),
    "headers": Entries("headers"),
    "retryPolicy": Into("retry", _HTTP_RETRY),
}
_GRPC_RETRY: Table = {**_BACKOFF, "retryableStatusCodes": Move("statusCodes")}
_TLS: Mapping[str, str] = {
    "tlsCertPath": "certPath",
    "tlsKeyPath": "keyPath",
    "tlsCAPath": "caPath",
    "tlsInsecureSkipVerify": "insecureSkipVerify",
}
_GRPC: Table = {
    "endpoint": Move("endpoint"),
    "tls": Call(_tls),
    **{theirs: Move(f"tls.{ours}") for theirs, ours in _TLS.items()},
    "retryPolicy": Into("retry", _GRPC_RETRY),
}
_PLAIN_GRPC: Table = {**_GRPC, **{theirs: Inert("tls is not set") for theirs in _TLS}}
_MCP: Table = {
    "transport": Move("transport"),
    "endpoint": Move("endpoint"),
    "command": Move("command"),
    "args": Move("args"),
    "workDir": Move("workDir"),
    "env": Entries("env"),
    "toolFilter": Into("", {"allowlist": Move("allow"), "blocklist": Move("deny")}),
    "retryPolicy": Into("retry", _BACKOFF),
}
_CLIENT: Table = {"consentMessage": Move("consentMessage"), "categories": Move("categories")}
_TOOL = Into(
    "tool",
    {
        "name": Move("name"),
        "description": Move("description"),
        "inputSchema": Move("inputSchema"),
        "outputSchema": Move("outputSchema"),
    },
)


def _grpc(value: Any) -> Rule:
    return _GRPC_TLS if isinstance(value, Mapping) and value.get("tls") else _GRPC_PLAIN


_GRPC_TLS, _GRPC_PLAIN = Into("grpc", _GRPC), Into("grpc", _PLAIN_GRPC)
_RULES: Mapping[str, Rule] = {
    "httpConfig": Into("http", _HTTP),
    "openAPIConfig": Into("openapi", _OPENAPI),
    "grpcConfig": Choose(_grpc, (_GRPC_TLS, _GRPC_PLAIN)),
    "mcpConfig": Into("mcp", _MCP),
    "clientConfig": Into("client", _CLIENT),
}


@cache
def _auth_rule(type: str) -> Rule:
    """What the auth of a type reads; the rest of it does nothing."""
    if type == "none":
        return Into(
            "",
            dict.fromkeys(("secretRef", "serviceAccount", "workloadIdentity"), Inert("its type is none"))
            | {"type": Call(lambda *_: None)},
        )
    unread = Inert(f"auth of type {type} does not read it")
    identity = {"cloud": Move("cloud"), "audience": Move("audience"), "header": Move("header")}
    return Into(
        "auth",
        {
            "type": Move("type"),
            "secretRef": Into("credentialFrom.secretKeyRef", _SECRET) if type in ("bearer", "basic") else unread,
            "serviceAccount": Into("", {"audience": Move("audience")}) if type == "serviceAccount" else unread,
            "workloadIdentity": Into("", identity) if type == "workloadIdentity" else unread,
        },
    )


def _auth(value: Any) -> Rule:
    type = value.get("type") if isinstance(value, Mapping) else None
    return _auth_rule(type if type in AUTHS else "none" if type is None else "bearer")


_AUTH = Choose(_auth, tuple(_auth_rule(type) for type in AUTHS))


@cache
def handler_table(type: str) -> Table:
    """What becomes of each field of a handler of a type: the configs of other types do nothing."""
    configs = {
        config: rule if CONFIGS[config] == type else Inert(f"the handler is of type {type}")
        for config, rule in _RULES.items()
    }
    described = type in ("http", "grpc", "client")
    return {
        "type": Move("type"),
        **configs,
        "tool": _TOOL if described else Inert(f"a handler of type {type} tells itself what its tools are"),
        "auth": _AUTH,
        "timeout": Move("timeout"),
        "retries": Inert("it was removed from Omnia; retryPolicy in the handler's config has taken its place"),
        "selector": Later("tools by a Service's labels, which Omnia has given up", "write the endpoint in its config"),
    }


def _handlers(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    for name, item, inner in named(rewrite, value, path, "name"):
        to = (*base, "handlers", name)
        rewrite.put(to, {}, inner)
        type = item.get("type")
        fields = {field: entry for field, entry in item.items() if field != "name"}
        walk(rewrite, handler_table(type if type in TYPES else "http"), fields, inner, to)


def _probe(value: Any) -> Rule:
    return _PROBED if isinstance(value, Mapping) and value.get("enabled") is True else _UNPROBED


_PROBED, _UNPROBED = Later("asking endpoints whether they are there"), Inert("it is not enabled")

SPEC: Table = {
    "handlers": Call(_handlers, tuple({**handler_table(type), "name": Move("")} for type in TYPES)),
    "probe": Choose(_probe, (_PROBED, _UNPROBED)),
    "tools": Later("tools outside of handlers, which Omnia has given up", "write a handler for each"),
}
"""What becomes of each field of a ToolRegistry's `spec`."""
