"""A desired and a live object in -> the part of the live one that the desired one declares, and hashes of both.

A quiet pass compares this part only: what controllers and people add beside it (a revision annotation, an injected
sidecar, a status) is none of ours, and must not cost a dry run.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from compiler.kube_object import canonical
from reconciler.answer import Live

NOT_COMPARED = frozenset({"managedFields", "resourceVersion", "generation"})
LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "webhooks": ("name",),
}
"""Lists whose items the server merges by key, in MERGING_GROUPS; every other list is one value."""
PORT_KEYS = (("containerPort", "protocol"), ("port", "protocol"))
MERGING_GROUPS = frozenset({"", "apps", "batch", "admissionregistration.k8s.io"})
DEFAULTS = {"protocol": "TCP"}


def declared(desired: Mapping[str, Any], live: Live) -> dict[str, Any]:
    """The live object cut down to the fields that the desired one has; what is missing there is missing here."""
    group = str(desired.get("apiVersion", "")).rpartition("/")[0]
    return _cut_map(desired, live, group in MERGING_GROUPS)


def satisfied(desired: Mapping[str, Any], live: Live) -> bool:
    """True if every declared field has its desired value already, letter for letter."""
    return declared(desired, live) == desired


def declared_hash(desired: Mapping[str, Any], live: Live) -> str:
    """SHA-256 of the declared part of a live object: kept with the inventory, to know it again without a dry run."""
    return sha256(canonical(declared(desired, live))).hexdigest()


def body_hash(body: bytes) -> str:
    """SHA-256 of a desired body."""
    return sha256(body).hexdigest()


def fingerprint(live: Live) -> str:
    """SHA-256 of a live object less status, managedFields, resourceVersion and generation."""
    metadata = {name: value for name, value in live.get("metadata", {}).items() if name not in NOT_COMPARED}
    kept = {name: value for name, value in live.items() if name not in ("status", "metadata")}
    return sha256(canonical({**kept, "metadata": metadata})).hexdigest()


def _cut(desired: Any, live: Any, name: str, merging: bool) -> Any:
    if isinstance(desired, Mapping) and isinstance(live, Mapping):
        return _cut_map(desired, live, merging)
    if isinstance(desired, list) and isinstance(live, list):
        return _cut_list(desired, live, name, merging)
    return live


def _cut_map(desired: Mapping[str, Any], live: Mapping[str, Any], merging: bool) -> dict[str, Any]:
    return {name: _cut(value, live[name], name, merging) for name, value in desired.items() if name in live}


def _cut_list(desired: Sequence[Any], live: Sequence[Any], name: str, merging: bool) -> list[Any]:
    keys = merge_keys(name, desired) if merging else ()
    if keys:
        by_key = {_identity(item, keys): item for item in live if isinstance(item, Mapping)}
        pairs = [(item, by_key.get(_identity(item, keys))) for item in desired]
        return [_cut(item, found, "", merging) for item, found in pairs if found is not None]
    if len(desired) == len(live):
        return [_cut(item, found, "", merging) for item, found in zip(desired, live, strict=True)]
    return list(live)


def merge_keys(name: str, items: Sequence[Any]) -> tuple[str, ...]:
    """The keys by which items of a list of this name are told apart; none if the list is one value."""
    if not items or not all(isinstance(item, Mapping) for item in items):
        return ()
    if name == "ports":
        return next((keys for keys in PORT_KEYS if all(keys[0] in item for item in items)), ())
    return LIST_KEYS.get(name, ())


def _identity(item: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(item.get(key, DEFAULTS.get(key)) for key in keys)
