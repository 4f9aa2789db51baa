"""A Provider is one endpoint of language models (or of embeddings, speech or images) and the models it offers.

Becomes an immutable ConfigMap with its settings, never with its key. Exports:
    config       {"name", "key"} of the ConfigMap
    role, type   as written
    models       name -> {"model", "capabilities", "pricing"}
    credential   {"env", "secret": {"name", "key"}}: the variable that is to hold the key; None if it needs none,
                 or if the pod has it by other means
    credentials  the platform's: {"env": {variable: {"name", "key"}}, "files": {variable: {"name", "key"}}}; a variable
                 in `files` is to hold the path of a file with the key's content
    payload      what the ConfigMap holds
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.kind import Column, Emit, Kind
from compiler.kinds.provider.rules import check
from compiler.kinds.provider.spec import KEYS_OF_AUTH, Auth, ProviderSpec
from compiler.kube_object import readable
from compiler.payload import VALUES, payload, written
from compiler.scope import Scope

KEY_VARIABLES: Mapping[str, str] = {
    "claude": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
}
GOOGLE_FILE, GOOGLE_KEY = "GOOGLE_APPLICATION_CREDENTIALS", "credentials.json"


def key_variable(type: str) -> str:
    """The variable in which runtimes of a provider type look for the key."""
    return KEY_VARIABLES.get(type) or f"{type.upper()}_API_KEY"


def _exports(provider: Declaration[ProviderSpec], _scope: Scope) -> Mapping[str, Any]:
    spec, data = provider.spec, provider.data["spec"]
    credential = _credential(spec)
    text = provider.derived(readable(_settings(provider.name, spec, data)), *written(_seen(data)))
    content = payload(provider, "provider", "provider.json", text)
    return {
        "config": content.config,
        "role": spec.role,
        "type": spec.type,
        "models": {name: {"capabilities": (), **model} for name, model in data["models"].items()},
        "credential": credential if credential and "secret" in credential else None,
        "credentials": _credentials(spec.auth),
        "payload": content,
    }


def _seen(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that runtimes see a trace of: not which Secret holds the key."""
    return {key: value for key, value in data.items() if key != "keyFrom" or "secretKeyRef" not in value}


def _settings(name: str, spec: ProviderSpec, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a runtime reads: everything but where the key lies in Secrets."""
    settings = {key: value for key, value in data.items() if key not in ("keyFrom", "keyEnv", "auth") and value != {}}
    credential = _credential(spec)
    if credential:
        settings["credential"] = {key: value for key, value in credential.items() if key != "secret"}
    settings["models"] = {key: {k: v for k, v in model.items() if v != ()} for key, model in data["models"].items()}
    if spec.auth:
        settings["auth"] = {key: value for key, value in data["auth"].items() if key != "credentialsFrom"}
    return {"name": name, **settings}


def _credential(spec: ProviderSpec) -> dict[str, Any] | None:
    source = spec.key_from
    if source is None:
        return None
    if source.file is not None:
        return {"file": source.file}
    if source.secret_key_ref is None:
        return {"env": source.env}
    secret = {"name": source.secret_key_ref.name, "key": source.secret_key_ref.key}
    return {"env": spec.key_env or key_variable(spec.type), "secret": secret}


def _credentials(auth: Auth | None) -> dict[str, dict[str, dict[str, str]]]:
    if auth is None or auth.credentials_from is None:
        return {"env": {}, "files": {}}
    secret = auth.credentials_from.secret_ref
    names = KEYS_OF_AUTH.get(auth.type, ())
    files = {GOOGLE_FILE: {"name": secret.name, "key": secret.key or GOOGLE_KEY}}
    return {
        "env": {name: {"name": secret.name, "key": name} for name in names},
        "files": files if auth.type == "serviceAccount" else {},
    }


def _lower(provider: Declaration[ProviderSpec], scope: Scope) -> Iterator[Emit]:
    yield scope.own.exports["payload"].emit("provider/config_map.yaml")


KIND = Kind(
    name="Provider",
    plural="providers",
    short_names=("rprov",),
    spec=ProviderSpec,
    title="An endpoint of models, and the models it offers.",
    lower=_lower,
    templates={"provider/config_map.yaml": VALUES},
    exports=_exports,
    check=check,
    columns=(
        Column("Type", ".spec.type"),
        Column("Role", ".spec.role"),
        Column("Health", ".status.health"),
    ),
)
