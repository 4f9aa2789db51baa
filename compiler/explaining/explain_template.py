"""Explain template: the path of a template -> what it is, what it may use and how it is written, as plain text."""

import re
import textwrap
from collections.abc import Iterator, Mapping

from compiler.errors import UsageError
from compiler.explaining.explain import fields
from compiler.fleet_assets import FOLDER, FleetAssets
from compiler.kind import DataFile
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.shadow import shadow
from compiler.spec_schemas.model_schema import Schema, model_schema
from compiler.suggestion import did_you_mean
from compiler.templating.filters import FILTERS
from compiler.templating.guard import TESTS
from compiler.templating.offer import leading, offer
from compiler.tree import Tree

_WIDTH = 100
_HEAD = re.compile(r"(?:#[^\n]*\n)+")
_SYNTAX: Mapping[str, str] = {
    '"{{ agent.runtime.env }}"': "in quotes: the value itself, of whatever type",
    '"{{ name }}-more"': "a text with text or numbers in it",
    "| default(omit)": "behind what may be missing: the field is then left out, and so is what is empty",
    '$if: "{{ x }}"': "in a map or item: leaves it out unless x holds; at the top, the whole object",
    '$merge: "{{ map }}"': "in a map: the keys of another one beside those that are written",
    "$for: x, $in:, $do:": 'an item of a list: one for each element; $for: "key, value" walks a map',
    "$text: agent/files/x": "in place of a text: that file below templates/, filled in with the same values; in it "
    "{% if %} and {% for %} stand for themselves. Never for prompts",
}
_ELSE = f"Behind `|`: {', '.join(FILTERS)}; `roster explain template` says what each does."
_SOMETIMES = "; not always there"
_MORE: Mapping[str, str] = {
    "KIND/extra/NAME.yaml": "one more object for every spec of the kind, with the values of the kind's first template",
    "KIND/files/NAME": "a text that templates name with $text",
    "runtimes/NAME.yaml": "the contract of one more runtime, for `framework: {type: NAME}`",
}


def explain_templates(tree: Tree) -> str:
    """Every template, with a sentence on each; those that the fleet wrote are marked."""
    assets, _ = shadow(tree, Memo())
    names = {_short(path): _about(path, assets) for path in assets.names()}
    return "\n".join(
        (
            "Templates:",
            *_table(names),
            "",
            *_wrapped(
                f"They lie in {FOLDER}/ of Roster. A file of the same path below {FOLDER}/ of the fleet is used in "
                "place of one; and it may have there:"
            ),
            *_table(_MORE),
            "",
            *_syntax(),
            *_filters(),
            "",
            f"`roster explain template {_short(assets.names()[0])}` shows what one may use.",
            "",
        )
    )


def explain_template(tree: Tree, name: str) -> str:
    """One template. Raises UsageError for a name that none has."""
    assets, _ = shadow(tree, Memo())
    by_name = {_short(path): path for path in assets.names()}
    wanted = _short(name.removeprefix(f"{FOLDER}/"))
    if wanted not in by_name:
        help = did_you_mean(wanted, by_name) or "`roster explain template` lists them"
        raise UsageError(f"there is no template {wanted}", help)
    path = by_name[wanted]
    files = {folder: data for kind in KINDS.values() for folder, data in kind.data.items()}
    data = files.get(path.partition("/")[0])
    inner = _data(data) if data is not None else (*_offer(path), "", *_syntax(), "", *_wrapped(_ELSE))
    return "\n".join((wanted, *_wrapped(_about(path, assets)), "", *_wrapped(_where(path, assets)), "", *inner, ""))


def _short(path: str) -> str:
    return path.removesuffix(".yaml")


def _about(path: str, assets: FleetAssets) -> str:
    """What the comment at the head of a file says of it."""
    found = _HEAD.match(assets.read(path))
    words = " ".join(line.lstrip("# ") for line in found[0].splitlines()) if found else ""
    own = "The fleet's own. " if assets.is_own(path) else ""
    return f"{own}{words}".strip()


def _where(path: str, assets: FleetAssets) -> str:
    shipped = path in super(FleetAssets, assets).names()
    if not shipped:
        return f"It is {FOLDER}/{path} of this fleet."
    if assets.is_own(path):
        return f"It is {FOLDER}/{path} of this fleet, used in place of Roster's own."
    return f"It is {FOLDER}/{path} of Roster. A file of this path in the fleet's repository is used in its place."


def _offer(path: str) -> Iterator[str]:
    names = offer(path)
    first = leading(path.partition("/")[0])
    yield "What it may use:" if path in _all() or not first else f"What it may use, as {_short(first)} does:"
    yield from _table({name.rstrip("?"): f"{what}{_SOMETIMES * name.endswith('?')}" for name, what in names.items()})


def _all() -> frozenset[str]:
    return frozenset(path for kind in KINDS.values() for path in kind.templates)


def _data(data: DataFile) -> Iterator[str]:
    schema = model_schema(data.model)
    yield "Its fields:"
    yield from fields(schema, schema)
    for names, inner in _maps(schema):
        yield from ("", f"Those of {' and of '.join(names)}:", *fields(inner, schema))
    yield from ("", "Facts that it may name:", *_table(data.words))


def _maps(schema: Schema) -> Iterator[tuple[list[str], Schema]]:
    """The fields that are maps themselves, those of one shape together."""
    found: dict[str, list[str]] = {}
    for name, field in schema["properties"].items():
        if "$ref" in field:
            found.setdefault(field["$ref"].rpartition("/")[2], []).append(name)
    for shape, names in found.items():
        yield names, schema["$defs"][shape]


def _syntax() -> Iterator[str]:
    yield "How templates are written:"
    yield from _table(_SYNTAX)


def _filters() -> Iterator[str]:
    yield ""
    yield "Behind `|` may stand:"
    filters = {name: (filter.__doc__ or "").rstrip(".") for name, filter in FILTERS.items()}
    yield from _table({"default(x)": "x, where there is nothing", **filters})
    yield ""
    sums = "There are + - * / // % ~, comparisons, and, or, not, in, if else."
    yield from _wrapped(f"Behind `is` may stand {', '.join(TESTS)}. {sums}")


def _table(rows: Mapping[str, str]) -> Iterator[str]:
    width = min(26, max(map(len, rows), default=0))
    for name, what in rows.items():
        head, *more = _wrapped(what, " " * (width + 4)) or [""]
        if len(name) > width:
            yield f"  {name}"
            yield head
        else:
            yield f"  {name:<{width}}  {head.lstrip()}".rstrip()
        yield from more


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
