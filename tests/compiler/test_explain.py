"""What `roster explain` says of codes, kinds and fields, and of what is none of these."""

import pytest

from compiler.catalogue import CATALOGUE
from compiler.errors import UsageError
from compiler.explaining.explain import explain
from compiler.kinds import KINDS

SAID = {
    "R0203": ["R0203 unknown-reference (error)", "To mend it:", "cluade/sonnet-4"],
    "r0203": ["R0203 unknown-reference (error)"],
    "Agent": [
        "Becomes a Deployment",
        "kubectl get agents.roster.dev",
        "  prompts       required, map",
        "memory (long-term",
    ],
    "agents": ["Fields of spec:", "In a file: apiVersion: roster.dev/v1alpha1, kind: Agent, metadata.name and spec"],
    "Environment": ["it belongs to no namespace", "environments/NAME/environment.yaml"],
    "PromptPack.version": ["It must be a version of three numbers, 1.4.0."],
    "Agent.runtime.scale": ["Agent.runtime.scale: map", "pollingInterval", "whole number, at least 1, default 30"],
    "Agent.spec.runtime.scale": ["Fields:"],
    "Agent.mode": ['Agent.mode: daemon | function, default "daemon"'],
    "Agent.models": ["Agent.models: maps by name", "fallback"],
    "Agent.models.default.use": ["name of a Provider and one of its models, with / between"],
    "Agent.models.default.fallback": ["list of name of a Provider"],
    "Agent.models.default.fallback.0": ["name of a Provider"],
    "Agent.runtime.scale.triggers": ["list of maps", "metadata"],
    "Agent.runtime.scale.triggers.metadata": ["text by name"],
    "Agent.runtime.tolerations": ["list of Toleration of Kubernetes"],
    "Agent.metadata.name": ["characters at most: 63"],
    "Agent.inputSchema": ["Agent.inputSchema: anything"],
    "PromptPack.prompts.greeting.system": ["text, in place or as {file: path}"],
    "Environment.target": [
        "In a later version:",
        "git (a Git branch",
        "Rule: a target is either kubernetes or directory;",
    ],
}

UNKNOWN = {
    "R9999": ("there is no code R9999", f"R0101 to {list(CATALOGUE)[-1]}"),
    "Agnet": ("Agnet is no code, no kind and no field of a kind", "did you mean Agent?"),
    "agnet.mode": ("agnet.mode is no code", "did you mean Agent?"),
    "nonsense": ("nonsense is no code", "kinds: Environment, Provider"),
    "Agent.runtme": ("Agent has no field runtme", "did you mean runtime?"),
    "Agent.runtime.scale.mxa": ("Agent.runtime.scale has no field mxa", "did you mean max?"),
    "Agent.mode.x": ("Agent.mode has no field x", "Agent.mode has no fields"),
    "Agent.memory": ("Agent.memory (long-term memory) comes in a later version of Roster", ""),
    "Environment.sync.prune": ("Environment.sync.prune (a budget of deletions) comes in a later version", ""),
}


@pytest.mark.parametrize(("topic", "parts"), SAID.items(), ids=SAID)
def test_says(topic: str, parts: list[str]) -> None:
    said = explain(topic)
    assert [part for part in parts if part not in said] == [], said


@pytest.mark.parametrize(("topic", "expected"), UNKNOWN.items(), ids=UNKNOWN)
def test_says_what_was_probably_meant(topic: str, expected: tuple[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        explain(topic)
    message, help = expected
    assert caught.value.message.startswith(message)
    assert help in caught.value.help


@pytest.mark.parametrize("topic", [*CATALOGUE, *KINDS])
def test_is_plain_text_that_fits_a_terminal(topic: str) -> None:
    said = explain(topic)
    assert said.endswith("\n")
    assert not any("\x1b" in line or line != line.rstrip() for line in said.splitlines())
    assert all(len(line) <= 120 for line in said.splitlines()), max(said.splitlines(), key=len)
