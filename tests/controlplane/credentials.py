"""Keys, tokens and kubeconfig files of a control plane."""

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ADMIN = "admin"
USERS = ("reader", "developer", "nobody")
CONTEXT = "roster-test"
# The order of the curve P-256, and the DER that surrounds a private key on it (RFC 5915).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BEFORE_KEY = bytes.fromhex("30310201010420")
AFTER_KEY = bytes.fromhex("a00a06082a8648ce3d030107")


def write_signing_key(path: Path) -> None:
    """A new key to sign ServiceAccount tokens with, made without openssl or another package."""
    number = secrets.randbelow(ORDER - 1) + 1
    der = BEFORE_KEY + number.to_bytes(32, "big") + AFTER_KEY
    text = base64.encodebytes(der).decode()
    _write(path, f"-----BEGIN EC PRIVATE KEY-----\n{text}-----END EC PRIVATE KEY-----\n")


def write_tokens(path: Path) -> dict[str, str]:
    """A token for the admin and for each of the ordinary users, who have no rights yet."""
    tokens = {user: secrets.token_hex(16) for user in (ADMIN, *USERS)}
    groups = {ADMIN: ",system:masters"}
    lines = [f"{token},{user},{user}{groups.get(user, '')}" for user, token in tokens.items()]
    _write(path, "\n".join(lines) + "\n")
    return tokens


def write_kubeconfigs(folder: Path, cluster: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]]) -> None:
    """One file per user, each with the contexts of all users and its own user's as the current."""
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CONTEXT, "cluster": cluster}],
        "users": [{"name": user, "user": how} for user, how in users.items()],
        "contexts": [{"name": context_of(user), "context": {"cluster": CONTEXT, "user": user}} for user in users],
    }
    for user in users:
        config["current-context"] = context_of(user)
        _write(kubeconfig_path(folder, user), json.dumps(config, indent=2))


def kubeconfig_path(folder: Path, user: str) -> Path:
    """Where a user's kubeconfig file is."""
    return folder / f"{user}.kubeconfig"


def context_of(user: str) -> str:
    """The name of a user's context."""
    return CONTEXT if user == ADMIN else f"{CONTEXT}-{user}"


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
