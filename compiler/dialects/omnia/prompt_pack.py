"""Omnia's PromptPack and its ConfigMap -> ours: the text of `pack.json` becomes `compiled`, byte for byte."""

from typing import Any

from compiler.dialects.omnia.neighbours import config_map, namespace_of
from compiler.dialects.rewrite import Rewrite
from compiler.dialects.rules import Call, Inert, Into, Later, Move, Table
from compiler.source import FieldPath

KEY = "pack.json"


def without_v(value: Any) -> Any:
    """A version without the `v` in front, which Omnia takes for the same version."""
    return value.removeprefix("v") if isinstance(value, str) else value


def _source_type(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    if value != "configmap":
        rewrite.later(path, "a PromptPack's text comes from a ConfigMap", "write type: configmap, and the ConfigMap")


def _config_map(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name:
        rewrite.wrong(path, "spec.source.configMapRef names no ConfigMap", "add name")
        return
    found = config_map(rewrite.beside, name, namespace_of(rewrite.document))
    if found is None:
        where = f"no ConfigMap {name} is among the documents of {rewrite.beside.folder}"
        rewrite.unresolved((*path, "name"), where, "put it beside the PromptPack")
        return
    data = found.data.get("data")
    text = data.get(KEY) if isinstance(data, dict) else None
    if not isinstance(text, str):
        rewrite.unresolved((*path, "name"), f"the ConfigMap {name} has no key {KEY}", f"add {KEY} to its data")
        return
    rewrite.put(("spec", "compiled"), text, path)
    rewrite.elsewhere[("spec", "compiled")] = (found, ("data", KEY))


def _pack_name(rewrite: Rewrite, value: Any, path: FieldPath, _base: FieldPath) -> None:
    """The name of the pack is the name of the spec: Omnia's objects are one a version, ours too."""
    rewrite.put(("metadata", "name"), value, path)


SPEC: Table = {
    "packName": Call(_pack_name),
    "version": Move("version", without_v),
    "source": Into(
        "",
        {"type": Call(_source_type), "configMapRef": Call(_config_map, ({"name": Move("")},))},
    ),
    "skills": Later("skills from a SkillSource"),
    "skillsConfig": Later("the selection of skills"),
    "rollout": Inert("it was removed from Omnia; an AgentRuntime's rollout has taken its place"),
}
"""What becomes of each field of a PromptPack's `spec`."""


def finish(rewrite: Rewrite) -> None:
    """A PromptPack of the time when its name was the pack's; and one that says nothing of its text."""
    name = rewrite.foreign("metadata", "name")
    if rewrite.foreign("spec", "packName") is None:
        rewrite.old(("metadata", "name"), f"packName: {name}")
    if rewrite.foreign("spec", "source", "configMapRef") is None:
        rewrite.wrong(("spec", "source"), "a PromptPack needs a ConfigMap", "add source.configMapRef.name")
