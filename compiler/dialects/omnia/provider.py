"""Omnia's Provider -> ours: its one model becomes the entry `default` of `models`."""

from collections.abc import Mapping
from typing import Any

from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import (
    BadValue,
    Call,
    Choose,
    Entries,
    Inert,
    Into,
    Move,
    Old,
    Rule,
    Table,
    mapping,
    number,
)
from compiler.kinds.provider import KEY_VARIABLES, key_variable
from compiler.source import FieldPath

OLD_TYPES: Mapping[str, str] = {"anthropic": "claude", "google": "gemini"}
KEYLESS = frozenset(("ollama", "mock"))
"""Types of endpoints that ask for no key."""


def _type(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    now = OLD_TYPES.get(value) if isinstance(value, str) else None
    if now is not None:
        rewrite.old(path, now)
    rewrite.put((*base, "type"), now or value, path)


def _key(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    """A Secret whose key may be left out: it is the variable's name then."""
    type, secret = _type_of(rewrite), mapping(rewrite, value, path)
    if secret and not secret.get("key") and type in KEYLESS:
        rewrite.inert(path, f"a Provider of type {type} needs no key")
        return
    to = (*base, "keyFrom", "secretKeyRef")
    Into("", {"name": Move("name"), "key": Move("key")}).apply(rewrite, value, path, to)
    if secret and not secret.get("key"):
        rewrite.put((*to, "key"), key_variable(type), path)
        if type not in KEY_VARIABLES:
            rewrite.partly(path, f"Omnia does not say which key is meant, and {key_variable(type)} is read; add key")


def _type_of(rewrite: Rewrite) -> str:
    type = rewrite.foreign("spec", "type")
    return OLD_TYPES.get(type, type) if isinstance(type, str) else ""


def _credentials(value: Any) -> Rule:
    """A key is read where the credentials are one file; elsewhere the platform names them."""
    return _FILE if isinstance(value, Mapping) and value.get("type") == "serviceAccount" else _VARIABLES


def _empty_is_none(value: Any) -> Any:
    if value == "":
        raise BadValue("it is empty; remove it, or write a value")
    return value


_SECRET: Table = {"name": Move(""), "key": Move("")}
_AUTH: Table = {
    "type": Move("type"),
    "roleArn": Move("roleARN"),
    "serviceAccountEmail": Move("serviceAccountEmail"),
}
_FILE = Into(
    "auth",
    {
        **_AUTH,
        "credentialsSecretRef": Into("credentialsFrom.secretRef", {"name": Move("name"), "key": Move("key")}),
    },
)
_VARIABLES = Into(
    "auth",
    {
        **_AUTH,
        "credentialsSecretRef": Into(
            "credentialsFrom.secretRef",
            {"name": Move("name"), "key": Inert("the platform says what the keys of the Secret are called")},
        ),
    },
)

_DEFAULTS = Into(
    "defaults",
    {
        "temperature": Move("temperature", number),
        "topP": Move("topP", number),
        "maxTokens": Move("maxTokens"),
        "contextWindow": Move("contextWindow"),
        "truncationStrategy": Move("truncation"),
        "requestTimeout": Move("requestTimeout"),
        "streamIdleTimeout": Move("streamIdleTimeout"),
    },
)

SPEC: Table = {
    "type": Call(_type),
    "role": Move("role"),
    "model": Move("models.default.model"),
    "capabilities": Move("models.default.capabilities"),
    "pricing": Into(
        "models.default.pricing",
        {
            "inputCostPer1K": Move("inputPer1K"),
            "outputCostPer1K": Move("outputPer1K"),
            "cachedCostPer1K": Move("cachedPer1K"),
        },
    ),
    "baseURL": Move("baseURL", _empty_is_none),
    "headers": Entries("headers"),
    "credential": Into(
        "",
        {
            "secretRef": Call(_key, (_SECRET,)),
            "envVar": Move("keyFrom.env"),
            "filePath": Move("keyFrom.file"),
        },
    ),
    "defaults": _DEFAULTS,
    "config": Old("defaults", _DEFAULTS),
    "platform": Into(
        "platform",
        {
            "type": Move("type"),
            "region": Move("region"),
            "project": Move("project"),
            "endpoint": Move("endpoint"),
        },
    ),
    "auth": Choose(_credentials, (_FILE, _VARIABLES)),
    "tts": Into(
        "tts",
        {
            "voice": Move("voice"),
            "sampleRate": Move("sampleRate"),
            "audioFiles": Move("audioFiles"),
            "format": Move("format"),
        },
    ),
    "stt": Into("stt", {"sampleRate": Move("sampleRate"), "language": Move("language")}),
    "embedding": Into("embedding", {"dimensions": Move("dimensions"), "distance": Move("distance")}),
    "secretRef": Old("credential.secretRef", Call(_key, (_SECRET,))),
    "validateCredentials": Inert("it was removed from Omnia"),
}
"""What becomes of each field of a Provider's `spec`."""


def finish(rewrite: Rewrite) -> None:
    """A Provider has one model even where nothing is said of it, as for a mock."""
    if rewrite.at(("spec", "models")) is None:
        rewrite.put(("spec", "models", "default"), {}, ("spec", "type"))
