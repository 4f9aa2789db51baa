"""Wishes of `roster init`: flags, a folder, and the answers of whoever is asked -> what is wanted there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.starter import Beginning, Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person wants to have."""

    fleet: str
    """Name of the fleet, `acme`."""
    places: "tuple[Place, ...]"
    """The environments to be written."""
    beginning: "Beginning | None"
    """None if the fleet has begun."""
    workflow: bool
    """Whether pull requests are to be reviewed on GitHub."""


@dataclass(frozen=True, slots=True)
class _Asker:
    """Knows what the flags say, and asks for the rest."""

    flags: Mapping[str, Any]
    """Flag -> its value; None, or nothing, if it was not given."""
    asks: bool
    """Whether there is somebody to ask."""

    def text(self, flag: str, question: str, default: str, checked: Callable[[str], str] = str) -> str:
        """What a flag says, or the person, or the default; `checked` raises UsageError for what will not do.

        A person is asked again then, and so where there is no default and nothing is answered.
        """
        if self.flags[flag] or not self.asks:
            return checked(self.flags[flag] or default)

        def answered(text: str) -> str:
            try:
                return checked(text)
            except UsageError as error:
                raise click.UsageError(error.help) from None  # it, and the question again, are click's to print

        answer: str = click.prompt(question, default=default or None, value_proc=answered)
        return answer

    def name(self, flag: str, question: str, default: str) -> str:
        """The same, for a name. Raises UsageError for a flag that is none."""
        return self.text(flag, question, default, partial(_name, flag))

    def choice(self, flag: str, question: str, choices: tuple[str, ...]) -> str:
        """The same, for one of several, the first being the default."""
        if self.flags[flag] or not self.asks:
            return self.flags[flag] or choices[0]
        answer: str = click.prompt(question, type=click.Choice(choices), default=choices[0])
        return answer


def wishes(root: Path, flags: Mapping[str, Any], *, ask: bool) -> Wanted:
    """What is wanted in a folder; what no flag says is asked for, or gets its default. Raises UsageError."""
    asker = _Asker(flags, ask)
    is_new = not any(root.glob("environments/*/environment.yaml"))
    if not (is_new or (root / "environments" / "base").is_dir()):
        help = "write environments/NAME/environment.yaml as the others are written"
        raise UsageError("this fleet has no environments/base for a new environment to build on", help)
    fleet = asker.name("fleet", "Name of the fleet", _fleet_of(root)) if is_new else _declared_fleet(root)
    places = _places(asker, fleet)
    beginning = _beginning(asker, fleet) if is_new or asker.flags["agent"] else None
    workflow = asker.choice("ci", "A workflow that reviews pull requests", ("none", "github")) == "github"
    if workflow and _is_inside_another(root):
        raise UsageError(
            "workflows lie at the top of a repository, and the fleet does not", "write it by hand: --ci none"
        )
    return Wanted(fleet, places, beginning, workflow)


def _is_inside_another(root: Path) -> bool:
    """Whether the fleet's folder is part of a repository, and not its top."""
    from compiler.trees.git import top_and_folder

    there = next(path for path in (root, *root.resolve().parents) if path.is_dir())
    try:
        return top_and_folder(there)[0].resolve() != root.resolve()
    except UsageError:
        return False


def _places(ask: _Asker, fleet: str) -> "tuple[Place, ...]":
    from compiler.starter import Place

    given = ask.flags["environment"]
    names = tuple(map(_environment, given)) or (ask.text("environment", "Environment", "dev", _environment),)
    cluster = ""
    if ask.choice("target", "Where its objects are applied", ("directory", "kubernetes")) == "kubernetes":
        cluster = ask.text("cluster", "The kubeconfig context", "", _cluster)
    elif ask.flags["cluster"]:
        raise UsageError("--cluster is for --target kubernetes", "add --target kubernetes")
    return tuple(
        Place(name, ask.name("namespace", "Its namespace", f"{fleet}-{name}"[:63].rstrip("-")), cluster)
        for name in names
    )


def _environment(text: str) -> str:
    """The text, the name of an environment. Raises UsageError if it is none."""
    if text == "base":
        raise UsageError("base is where all environments' specs lie, and cannot be one", "choose another name")
    return _name("environment", text)


def _cluster(text: str) -> str:
    """The text, the name of a cluster. Raises UsageError if it is empty."""
    if not text:
        raise UsageError("--target kubernetes needs a cluster", "name its kubeconfig context: --cluster CONTEXT")
    return text


def _beginning(ask: _Asker, fleet: str) -> "Beginning":
    from compiler.starter import Beginning

    agent = ask.name("agent", "Name of the first agent", "assistant")
    model = ask.text("model", "Its model, as provider/model", "claude/claude-sonnet-4", _model)
    provider, _, name = model.partition("/")
    image = ask.text("image", "The image of its container", f"registry.example.com/{fleet}/{agent}:0.1.0")
    return Beginning(agent, provider, name, image)


def _model(text: str) -> str:
    """The text, a provider and model. Raises UsageError if it is none."""
    from compiler.starter import TYPES

    provider, _, name = text.partition("/")
    if provider not in TYPES or not name:
        raise UsageError(f"{text} is no provider and model", f"write TYPE/MODEL; types: {', '.join(TYPES)}")
    return text


def _name(flag: str, text: str) -> str:
    """The text, a name. Raises UsageError if it is none."""
    from compiler.metadata import Metadata

    try:
        return Metadata(name=text).name
    except ValueError:
        wanted = "lower-case letters, digits and -, with a letter or digit at both ends, at most 63 of them"
        raise UsageError(f"{text!r} is no name for --{flag}", f"write {wanted}") from None


def _declared_fleet(root: Path) -> str:
    """The name that the base of a fleet gives it; if it gives none, what a new one would get."""
    from compiler.inside import text
    from compiler.yaml_reader import load

    base = root / "environments/base/environment.yaml"
    documents, _ = load(base.read_bytes()) if base.is_file() else ((), ())
    return (documents and text(documents[0], "spec", "fleet")) or _fleet_of(root)


def _fleet_of(root: Path) -> str:
    """The folder's name as a name."""
    return re.sub(r"[^a-z0-9]+", "-", root.resolve().name.lower())[:40].strip("-") or "fleet"
