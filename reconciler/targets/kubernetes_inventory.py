"""The inventory on a cluster: a head ConfigMap in roster-system, and more of them only when one is too small.

The head names a generation and holds the first shard; the others are written before the head and named by the
generation, so that writing the head, under its resourceVersion, swaps the whole inventory at once.
"""

from typing import Any

import orjson

from compiler.errors import TargetError
from reconciler.errors import Denied, ForeignInventory, StaleInventory
from reconciler.inventory import Inventory, checked, loaded, stored
from reconciler.targets.kubernetes_answers import missing_permission, sentence
from reconciler.targets.kubernetes_client import Client, Reply
from reconciler.unit import MANAGED_BY, MANAGER, Unit

HOME = "roster-system"
"""The namespace of inventories and leases."""
PATH = f"/api/v1/namespaces/{HOME}/configmaps"
INSTALL = "`roster install` makes namespace roster-system and the definitions on the cluster"


def load_inventory(client: Client, unit: Unit, identity: str) -> Inventory:
    """What is stored, or an empty inventory. Raises ForeignInventory, Denied or TargetError."""
    reply = client.request("GET", f"{PATH}/{head_name(unit)}")
    if reply.status == 404:
        return Inventory(unit=unit, identity=identity)
    head = _good(reply)
    data = head.get("data") or {}
    try:
        shards, generation = int(data["shards"]), data["generation"]
        text = [data["inventory"]]
    except (KeyError, ValueError) as error:
        raise ForeignInventory(f"ConfigMap {HOME}/{head_name(unit)} is not an inventory of Roster") from error
    for number in range(1, shards):
        shard = _good(client.request("GET", f"{PATH}/{head_name(unit)}.{generation}.{number}"))
        text.append(shard["data"]["inventory"])
    token = f"{head['metadata']['resourceVersion']}/{generation}/{shards}"
    return checked(loaded(text, token), unit, identity)


def store_inventory(client: Client, inventory: Inventory) -> Inventory:
    """The same inventory with its new token. Raises StaleInventory, Denied or TargetError."""
    version, generation, shards = (inventory.token or "/0/0").split("/")
    coming = str(int(generation) + 1)
    name = head_name(inventory.unit)
    text = stored(inventory)
    for number, shard in enumerate(text[1:], start=1):
        _put_shard(client, inventory.unit, f"{name}.{coming}.{number}", shard)
    head = _config_map(inventory.unit, name, {"generation": coming, "shards": str(len(text)), "inventory": text[0]})
    if version:
        head["metadata"]["resourceVersion"] = version
        reply = client.request("PUT", f"{PATH}/{name}", _manager(), orjson.dumps(head))
    else:
        reply = client.request("POST", PATH, _manager(), orjson.dumps(head))
    if reply.status == 409 or (version and reply.status == 404):
        message = f"the inventory of {inventory.unit} changed since it was read"
        raise StaleInventory(message, "another writer was at work: run the sync again")
    new = _good(reply)["metadata"]["resourceVersion"]
    for number in range(1, int(shards)):
        client.request("DELETE", f"{PATH}/{name}.{generation}.{number}")
    return Inventory(
        unit=inventory.unit,
        identity=inventory.identity,
        objects=inventory.objects,
        token=f"{new}/{coming}/{len(text)}",
    )


def head_name(unit: Unit) -> str:
    """The name of the head ConfigMap."""
    return f"inventory.{unit.fleet}.{unit.environment}"


def _put_shard(client: Client, unit: Unit, name: str, text: str) -> None:
    """A shard that a killed pass left under the same name is replaced."""
    body = orjson.dumps(_config_map(unit, name, {"inventory": text}))
    reply = client.request("POST", PATH, _manager(), body)
    if reply.status == 409:
        reply = client.request("PUT", f"{PATH}/{name}", _manager(), body)
    _good(reply)


def _config_map(unit: Unit, name: str, data: dict[str, str]) -> dict[str, Any]:
    labels = {MANAGED_BY: MANAGER, **unit.labels}
    metadata = {"name": name, "namespace": HOME, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _manager() -> dict[str, str]:
    return {"fieldManager": MANAGER}


def _good(reply: Reply) -> dict[str, Any]:
    if reply.status in (200, 201):
        return reply.json()
    permission = missing_permission(reply)
    if permission:
        raise Denied(permission, "the reconciler keeps its inventory in namespace roster-system")
    raise TargetError(f"the inventory cannot be kept: {sentence(reply)}", INSTALL if reply.status == 404 else "")
