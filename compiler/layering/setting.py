"""Setting: the text behind `--set` -> one field's value, as the highest layer over one spec."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.errors import UsageError
from compiler.field_name import steps
from compiler.layering.layered import Layered
from compiler.layering.placement import runs_elsewhere
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean, listed
from compiler.yaml_reader import load

_FORM = re.compile(r"(?P<kind>[^/]+)/(?P<name>[^:@]+)(@(?P<version>[^:]+))?:(?P<field>[^=]+)=(?P<value>.*)", re.DOTALL)
_ENVELOPE = frozenset(("apiVersion", "metadata"))
_HELP = "write KIND/NAME:FIELD=VALUE, such as Agent/support:runtime.scale.max=5"


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One field that is set for the moment."""

    kind: str
    """Kind of the spec."""
    name: str
    """Name of the spec."""
    version: str
    """Version of the spec; empty for any."""
    document: Document
    """The field and its value, as a layer."""

    def names(self, key: SpecKey) -> bool:
        """Whether it is this spec's field."""
        same = (self.kind.lower(), self.name) == (key.kind.lower(), key.name)
        return same and self.version in ("", key.version)


def setting(text: str) -> Setting:
    """The setting that a text says. Raises UsageError if it says none."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise UsageError(f"--set {text} cannot be read", _HELP)
    values, problems = load(match["value"].encode("utf-8", "surrogatepass") or b"''")
    path = steps(match["field"])
    if len(values) != 1 or problems:
        said = problems[0].message.replace("the file", "the value") if problems else _HELP
        raise UsageError(f"--set {text} cannot be read", said)
    if not all(isinstance(step, str) for step in path):
        raise UsageError(f"--set {text} names an item of a list", "set the whole list: Agent/support:field=[a, b]")
    if path[0] in _ENVELOPE:
        raise UsageError(f"--set {text} sets no field of spec", "--set changes what is in spec, and nothing beside it")
    data: Any = values[0]
    for step in reversed(path if path[0] == "spec" else ("spec", *path)):
        data = {step: data}
    document = Document(f"--set {text}", 0, data, json.dumps(data).encode(), role="--set")
    return Setting(match["kind"], match["name"], match["version"] or "", document)


def sets_nothing(wanted: Setting, known: Iterable[SpecKey], away: Layered | None) -> Diagnostic:
    """R0408: there is no such spec among the known ones; `away` is the one that runs elsewhere only, if it does."""
    keys = list(known)
    kinds = {key.kind.lower(): key.kind for key in keys}
    names = {key.name for key in keys if key.kind.lower() == wanted.kind.lower()}
    name = f"{wanted.name}@{wanted.version}" if wanted.version else wanted.name
    if away is not None:
        help = runs_elsewhere(away)
    elif wanted.kind.lower() == "environment":
        help = "--set sets fields of specs; an environment's own are set in its environment.yaml"
    elif wanted.name in names:
        versions = [key.version for key in keys if (key.kind.lower(), key.name) == (wanted.kind.lower(), wanted.name)]
        help = f"its versions here: {listed(versions)}" if any(versions) else f"write {wanted.kind}/{wanted.name}"
    elif wanted.kind.lower() not in kinds:
        help = did_you_mean(wanted.kind, kinds.values()) or f"kinds here: {listed(kinds.values())}"
    else:
        help = did_you_mean(wanted.name, names) or f"here there are {listed(names)}"
    return Diagnostic(
        code="R0408",
        severity=Severity.ERROR,
        message=f"--set names {wanted.kind} {name}, which {'does not exist' if away is None else 'does not run here'}",
        help=help,
    )
