"""A ToolRegistry is a set of tools that agents may use: HTTP, OpenAPI, gRPC, MCP, or run by the user's own program.

Becomes an immutable ConfigMap with the `tools.yaml` that runtimes read; it names files with credentials, and holds
none. Exports:
    config     {"name", "key"} of the ConfigMap
    secrets    handler -> {"name", "key"} of the Secret that the runtime is to see as the file `<handler>`
    tokens     handler -> {"audience"} of the pod's own token that it is to see as `<handler>/token`
    folders    {"secrets", "tokens"}: the folders in which `tools.yaml` says that these files are
    handlers   their names
    payload    what the ConfigMap holds
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.kind import Column, Emit, Kind
from compiler.kinds.tool_registry.rules import check
from compiler.kinds.tool_registry.spec import ToolRegistrySpec
from compiler.kinds.tool_registry.tools import SECRETS, TOKENS, tools
from compiler.kube_object import readable
from compiler.payload import VALUES, Payload, payload, written
from compiler.scope import Scope

_BY_SECRET = frozenset(("bearer", "basic"))


def _exports(registry: Declaration[ToolRegistrySpec], _scope: Scope) -> Mapping[str, Any]:
    text = registry.derived(readable(tools(registry.spec)), *written(registry.data["spec"]))
    content = payload(registry, "tools", "tools.yaml", text)
    return {
        "config": content.config,
        "secrets": _secrets(registry.spec),
        "tokens": _tokens(registry.spec),
        "folders": {"secrets": SECRETS, "tokens": TOKENS},
        "handlers": sorted(registry.spec.handlers),
        "payload": content,
    }


def _secrets(spec: ToolRegistrySpec) -> dict[str, dict[str, str]]:
    auths = ((name, handler.auth) for name, handler in spec.handlers.items())
    return {
        name: auth.credential_from.secret_key_ref.model_dump()
        for name, auth in auths
        if auth and auth.type in _BY_SECRET and auth.credential_from
    }


def _tokens(spec: ToolRegistrySpec) -> dict[str, dict[str, str]]:
    auths = ((name, handler.auth) for name, handler in spec.handlers.items())
    return {
        name: {"audience": auth.audience}
        for name, auth in auths
        if auth and auth.type == "serviceAccount" and auth.audience
    }


def _lower(registry: Declaration[ToolRegistrySpec], scope: Scope) -> Iterator[Emit]:
    content: Payload = scope.own.exports["payload"]
    yield content.emit("tool_registry/config_map.yaml")


KIND = Kind(
    name="ToolRegistry",
    plural="toolregistries",
    short_names=("rtools",),
    spec=ToolRegistrySpec,
    title="A set of tools that agents may use.",
    lower=_lower,
    templates={"tool_registry/config_map.yaml": VALUES},
    exports=_exports,
    check=check,
    columns=(Column("Health", ".status.health"),),
)
