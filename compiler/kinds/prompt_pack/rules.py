"""Rules: a PromptPack -> what would make its runtime refuse it, each told at the field that is to blame."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.finding import error, warning
from compiler.kinds.prompt_pack.spec import Agents, PromptPackSpec, Workflow
from compiler.scope import Scope
from compiler.suggestion import did_you_mean, listed

Pack = Declaration[PromptPackSpec]


class NoPack(ValueError):
    """Why a text is no pack.json."""


def read_pack(text: str) -> dict[str, Any]:
    """The document in a text. Raises NoPack."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as reason:
        raise NoPack(f"it is not JSON: {reason.msg}, at line {reason.lineno} column {reason.colno}") from reason
    except (ValueError, RecursionError) as reason:
        raise NoPack("it is not JSON that can be read: a number or its nesting is too large") from reason
    if not isinstance(document, dict):
        raise NoPack("it is not a JSON object")
    if not isinstance(document.get("prompts"), dict) or not document["prompts"]:
        raise NoPack("it has no prompts")
    return document


def check(declaration: Pack, _scope: Scope) -> Iterator[Diagnostic]:
    """The findings on one PromptPack."""
    data = declaration.data["spec"]
    others = sorted(key for key, value in data.items() if key not in ("version", "compiled") and value != {})
    if "compiled" in data:
        if others:
            message = f"compiled is a whole pack.json, and {others[0]} would be lost beside it"
            yield error(declaration, "R0517", message, others[0], help=f"remove {', '.join(others)}, or compiled")
        yield from _compiled(declaration, data["compiled"])
    elif not declaration.spec.prompts:
        message = f"PromptPack {declaration.name} has no prompts"
        yield error(declaration, "R0517", message, "prompts", help="add prompts, or compiled with a whole pack.json")
    else:
        yield from _workflow(declaration, declaration.spec.workflow)
        yield from _agents(declaration, declaration.spec.agents)


def _compiled(declaration: Pack, text: str) -> Iterator[Diagnostic]:
    try:
        document = read_pack(text)
    except NoPack as reason:
        yield error(declaration, "R0518", f"compiled is no pack.json: {reason}", "compiled", help="compile it again")
        return
    version = document.get("version")
    if isinstance(version, str) and version.removeprefix("v") != declaration.spec.version.removeprefix("v"):
        message = f"the pack.json says that it is version {version[:64]}, and the spec {declaration.spec.version}"
        yield warning(declaration, "R0519", message, "version", help="agents follow the spec's; let both say the same")


def _workflow(declaration: Pack, workflow: Workflow | None) -> Iterator[Diagnostic]:
    if workflow is None:
        return
    states, spec = workflow.states, declaration.spec
    yield from _known(declaration, workflow.entry, states, "state", "workflow", "entry")
    for name, state in states.items():
        path = ("workflow", "states", name)
        if state.prompt_task is not None:
            yield from _known(declaration, state.prompt_task, spec.prompts, "prompt", *path, "prompt")
        if state.composition is not None:
            yield from _known(declaration, state.composition, spec.compositions, "composition", *path, "composition")
        if state.on_max_visits is not None:
            yield from _known(declaration, state.on_max_visits, states, "state", *path, "onMaxVisits")
        for event, target in state.on_event.items():
            yield from _known(declaration, target, states, "state", *path, "events", event)


def _agents(declaration: Pack, agents: Agents | None) -> Iterator[Diagnostic]:
    if agents is None:
        return
    yield from _known(declaration, agents.entry, agents.members, "member", "agents", "entry")
    for name, member in agents.members.items():
        yield from _known(declaration, name, declaration.spec.prompts, "prompt", "agents", "members", name)
        states = declaration.spec.workflow.states if declaration.spec.workflow else ()
        if member.state is not None:
            yield from _known(declaration, member.state, states, "state", "agents", "members", name, "state")


def _known(declaration: Pack, name: str, known: Iterable[str], what: str, *path: str) -> Iterator[Diagnostic]:
    if name not in known:
        help = did_you_mean(name, known) or f"it has {listed(known)}"
        yield error(declaration, "R0517", f"the pack has no {what} {name}", *path, help=help)
