"""Omnia's list of facades -> ours: a map by protocol, each with the port it really listens on."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from compiler.dialects.omnia.env import env
from compiler.dialects.omnia.neighbours import resolve
from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Call, Choose, Each, Inert, Into, Move, Rule, Table, mapping, named, walk
from compiler.source import FieldPath

TYPES = ("websocket", "a2a", "rest", "mcp", "custom")
FIRST, BESIDE_A2A, BESIDE_MCP = 8080, 9999, 9998
"""Ports where none is written: of a facade that is alone or first, and of two that stand beside another."""
_REF: Table = {"name": Move("")}


def _secret(to: str, key: str) -> Rule:
    """A Secret that Omnia knows by its name alone, with the key that it looks for."""

    def put(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
        name = mapping(rewrite, value, path).get("name")
        rewrite.put((*base, to, "secretKeyRef", "name"), name, path)
        rewrite.put((*base, to, "secretKeyRef", "key"), key, path)

    return Call(put, (_REF,))


def _agent(rewrite: Rewrite, value: Any, path: FieldPath, base: FieldPath) -> None:
    reference = mapping(rewrite, value, path)
    name, namespace = reference.get("name"), reference.get("namespace")
    rewrite.put((*base, "agent"), name, (*path, "name"))
    if isinstance(name, str):
        resolve(rewrite, "AgentRuntime", name, namespace, (*path, "name"))


def _task_store(value: Any) -> Rule:
    """A redis is named by a Secret or by an address; the Secret wins."""
    if not isinstance(value, Mapping) or value.get("type") != "redis":
        return _IN_MEMORY
    return _BY_SECRET if value.get("redisSecretRef") else _BY_URL


_IN_MEMORY = Into(
    "taskStore",
    {"type": Move("type"), **dict.fromkeys(("redisURL", "redisSecretRef"), Inert("tasks are not kept in redis"))},
)
_BY_SECRET = Into(
    "taskStore",
    {"type": Move("type"), "redisSecretRef": _secret("urlFrom", "url"), "redisURL": Inert("redisSecretRef wins")},
)
_BY_URL = Into("taskStore", {"type": Move("type"), "redisURL": Move("url"), "redisSecretRef": Inert("it is empty")})

_A2A: Table = {
    "agentCard": Into(
        "card",
        {
            "name": Move("name"),
            "description": Move("description"),
            "version": Move("version"),
            "organization": Move("organization"),
            "skills": Each(
                "skills",
                "id",
                {
                    "name": Move("name"),
                    "description": Move("description"),
                    "tags": Move("tags"),
                    "examples": Move("examples"),
                },
            ),
            "capabilities": Into(
                "capabilities",
                {"streaming": Move("streaming"), "pushNotifications": Move("pushNotifications")},
            ),
            "defaultInputModes": Move("defaultInputModes"),
            "defaultOutputModes": Move("defaultOutputModes"),
        },
    ),
    "taskTTL": Move("taskTTL"),
    "conversationTTL": Move("conversationTTL"),
    "taskStore": Choose(_task_store, (_IN_MEMORY, _BY_SECRET, _BY_URL)),
    "clients": Each(
        "clients",
        "name",
        {
            "agentRuntimeRef": Call(_agent, ({"name": Move(""), "namespace": Move("")},)),
            "url": Move("url"),
            "exposeAsTools": Move("exposeAsTools"),
            "authentication": Into("", {"secretRef": _secret("tokenFrom", "token")}),
        },
    ),
}
_ALONE: Table = {**_A2A, "port": Inert("a2a is the only facade, and has the facade's own port")}
_BESIDE: Table = {**_A2A, "port": Move("port")}


def _expose(value: Any) -> Rule:
    return _EXPOSED if isinstance(value, Mapping) and value.get("enabled") is True else _HIDDEN


_EXPOSED = Into("expose", {"enabled": Call(lambda *_: None), "host": Move("host")})
_HIDDEN = Into("", {"enabled": Call(lambda *_: None), "host": Inert("the facade is not exposed")})


@cache
def facade_table(type: str, alone: bool) -> Table:
    """What becomes of each field of a facade: the block of another protocol does nothing."""
    table: dict[str, Rule] = {
        "port": Move("port") if type in ("websocket", "rest", "custom") or alone else Inert(f"{type}.port is the port"),
        "handler": Move("handler"),
        "image": Move("image"),
        "extraEnv": env("env"),
        "drainTimeout": Move("drainTimeout"),
        "clientToolTimeout": Move("clientToolTimeout"),
        "expose": Choose(_expose, (_EXPOSED, _HIDDEN)),
        "managementPlane": Call(_management_plane),
        "a2a": Inert(f"the facade is of type {type}"),
        "mcp": Inert(f"the facade is of type {type}"),
        "media": Inert("it was removed from Omnia; spec.media has taken its place"),
    }
    if type == "a2a":
        enabled = {"enabled": Inert("the facade's type says that it is there")}
        table["a2a"] = Into("", {**(_ALONE if alone else _BESIDE), **enabled})
    if type == "mcp":
        table["mcp"] = Into("", {"enabled": Call(_mcp_enabled), "port": Move("port")})
    return table


def _management_plane(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    """Without one is what Roster makes; with one is what only Omnia's own dashboard can use."""
    if value is not False:
        rewrite.inert(path, "there is no dashboard of Omnia beside agents that Roster runs")


def _mcp_enabled(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    if value is not True:
        rewrite.later(path, "a facade that is declared and switched off", "remove the facade")


def facades(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    """The facades, each under its protocol."""
    _declare(rewrite, named(rewrite, value, path, "type", "websocket"))


def facade(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    """The one facade of the time before there could be several."""
    fields = mapping(rewrite, value, path)
    type = fields.get("type", "websocket")
    if fields and isinstance(type, str):
        _declare(rewrite, [(type, fields, path)])


def _declare(rewrite: Rewrite, items: list[tuple[str, Mapping[str, Any], FieldPath]]) -> None:
    types = [type for type, _, _ in items]
    for type, item, path in items:
        _facade(rewrite, type, item, path, alone=len(types) == 1 or type not in ("a2a", "mcp"))
    for type, item, path in items:
        a2a = item.get("a2a")
        if type != "a2a" and isinstance(a2a, Mapping) and a2a.get("enabled") is True:
            second_a2a(rewrite, a2a, (*path, "a2a"), ())


def _facade(rewrite: Rewrite, type: str, item: Mapping[str, Any], path: FieldPath, *, alone: bool) -> None:
    to = ("spec", "facades", type)
    fields = {field: entry for field, entry in item.items() if field != "type"}
    a2a = fields.get("a2a")
    if type != "a2a" and isinstance(a2a, Mapping) and a2a.get("enabled") is True:
        fields.pop("a2a")
    rewrite.put(to, {}, path)
    walk(rewrite, facade_table(type if type in TYPES else "websocket", alone), fields, path, to)
    if rewrite.at((*to, "port")) is None:
        beside = {"a2a": BESIDE_A2A, "mcp": BESIDE_MCP}
        rewrite.put((*to, "port"), FIRST if alone else beside.get(type, FIRST), path)


def second_a2a(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    """A2A beside another facade, of the time when it was no facade of its own."""
    block = mapping(rewrite, value, path)
    if block.get("enabled") is not True:
        rewrite.inert(path, "it is not enabled")
        return
    to = ("spec", "facades", "a2a")
    if rewrite.at(to) is not None:
        rewrite.inert(path, "there is a facade of type a2a")
        return
    rewrite.old(path, "a facade of type a2a")
    rewrite.put(to, {}, path)
    walk(rewrite, {**_BESIDE, "enabled": Call(lambda *_: None)}, block, path, to)
    if rewrite.at((*to, "port")) is None:
        rewrite.put((*to, "port"), BESIDE_A2A, path)


FACADES = Call(
    facades, tuple({**facade_table(type, alone), "type": Move("")} for type in TYPES for alone in (True, False))
)
OLD_FACADE = Call(facade, FACADES.inside)
