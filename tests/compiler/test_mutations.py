"""Two hundred broken or changed versions of the example fleet: what each must give, told before it is compiled.

A mutation that is a mistake names the code and the place that it must be told at: that of the mutated text, of the
parent where a field was dropped. One that is a change names the fields of objects that may follow from it, by the
source map of the fleet as it was; what really follows is listed in mutations.txt, which a person has read.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel

from compiler.compiled import Compiled
from compiler.diagnostic import Severity
from compiler.inside import at
from compiler.kinds import KINDS
from compiler.mending.revise import revise
from compiler.pipeline import compile_environment
from compiler.reports.gather import gather
from compiler.review.fields import changes
from compiler.shapes import fits, marked, model_at
from compiler.source import Source, SourceMap
from compiler.spec import Ref
from compiler.tree import Entry
from compiler.trees.folder import FolderTree

ROOT = Path(__file__).parents[2]
SEED, COUNT = 20, 200
ENVIRONMENTS = ("dev", "prod", "staging")
Path_ = tuple[str | int, ...]


class Operation(StrEnum):
    TYPO = "misspell the field"
    TYPE = "give another type to"
    ENUM = "misspell the value of"
    REFERENCE = "misspell the reference"
    DROP = "drop"
    CHANGE = "change"
    MOVE = "move the document"


@dataclass(frozen=True)
class Field:
    """One field of one document, and where its name and its value stand in the text."""

    file: str
    kind: str
    spec: str
    path: Path_
    key: tuple[int, int]
    value: tuple[int, int]
    places: tuple[str, str]
    """Of the name and of the value, as line:column."""
    scalar: str | None


@dataclass(frozen=True)
class Mutation:
    operation: Operation
    field: Field
    text: str
    """The whole file as it is now; empty if it is gone."""
    detail: str
    moved_to: str = ""


class Mutated:
    """The example fleet with one file replaced, moved or gone."""

    name = "mutated"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def entries(self, folder: str) -> tuple[Entry, ...]:
        prefix = f"{folder}/" if folder else ""
        return tuple(sorted(Entry(path, len(text)) for path, text in self.files.items() if path.startswith(prefix)))

    def read(self, path: str) -> bytes:
        return self.files[path]


@cache
def files() -> Mapping[str, bytes]:
    tree = FolderTree(ROOT)
    return {entry.path: tree.read(entry.path) for entry in tree.entries("environments")}


@cache
def before(environment: str) -> Compiled:
    compiled = compile_environment(Mutated(files()), environment)
    assert compiled.bundle is not None
    return compiled


# --- what there is to mutate


def fields() -> list[Field]:
    """Every field below `spec` of every spec of the fleet."""
    found: list[Field] = []
    for path, content in sorted(files().items()):
        if not path.endswith(".yaml") or "/objects/" in path:
            continue
        text = content.decode()
        (node,) = yaml.compose_all(text)
        data = yaml.safe_load(text)
        spec = next(value for key, value in node.value if key.value == "spec")
        for place, key, value in _walk(spec, ("spec",)):
            found.append(
                Field(
                    path,
                    data["kind"],
                    data["metadata"]["name"],
                    place,
                    (key.start_mark.index, key.end_mark.index),
                    (value.start_mark.index, value.end_mark.index),
                    tuple(f"{node.start_mark.line + 1}:{node.start_mark.column + 1}" for node in (key, value)),
                    value.value if isinstance(value, yaml.ScalarNode) else None,
                )
            )
    return found


def _walk(node: yaml.Node, path: Path_) -> Iterator[tuple[Path_, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not key.value.startswith("$"):
                yield (*path, key.value), key, value
                yield from _walk(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index))


def model_of(field: Field) -> type[BaseModel] | None:
    """The model of the map that the field stands in; None where names are a person's own."""
    above = model_at(KINDS[field.kind].spec, field.path[1:-1])
    known = {it.alias or name for name, it in above.model_fields.items()} if above is not None else set()
    return above if field.path[-1] in known else None


def annotation_of(field: Field):
    above = model_of(field)
    return (
        next((it for name, it in above.model_fields.items() if field.path[-1] in (name, it.alias)), None)
        if above
        else None
    )


def _parts(annotation) -> list:
    inner = [part for argument in get_args(annotation) for part in _parts(argument)]
    return [annotation, *inner] if get_origin(annotation) is not Literal else [annotation]


def is_plain(field: Field) -> bool:
    """Whether the model knows the value's type: not a Kubernetes type, not a payload."""
    info = annotation_of(field)
    if info is None or field.scalar is None:
        return False
    return not any("Payload" in type(it).__name__ or "Kubernetes" in type(it).__name__ for it in info.metadata)


# --- mutations


def misspelt(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word) - 1) if len(word) > 2 else 0
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return swapped if swapped != word else word + word[-1]


def replaced(field: Field, span: tuple[int, int], new: str) -> str:
    text = files()[field.file].decode()
    return text[: span[0]] + new + text[span[1] :]


def dropped(field: Field) -> str:
    """The file without the field; the comma before or after it goes along."""
    text = files()[field.file].decode()
    start, end = field.key[0], field.value[1]
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip():
        rest = text.find("\n", end)
        return text[:line] + text[rest + 1 :]
    after = len(text[end:]) - len(text[end:].lstrip(" ,"))
    if text[end:].startswith(","):
        return text[:start] + text[end + after :]
    return text[:start].rstrip(" ,") + text[end:]


def mutation(operation: Operation, field: Field, chance: random.Random) -> Mutation | None:
    """The field mutated so, if that can be done to it."""
    name = str(field.path[-1])
    if operation is Operation.TYPO and model_of(field) is not None and len(name) > 2:
        return Mutation(
            operation, field, replaced(field, field.key, misspelt(name, chance)), misspelt(name, random.Random(0))
        )
    # A base's `abstract` is its own affair: with another value it is an environment, and told of as one.
    if operation is Operation.TYPE and is_plain(field) and name != "abstract":
        return Mutation(operation, field, replaced(field, field.value, "[[]]"), "a list of lists")
    info = annotation_of(field)
    if (
        operation is Operation.ENUM
        and info is not None
        and field.scalar
        and any(get_origin(it) is Literal for it in _parts(info.annotation))
    ):
        word = misspelt(field.scalar, chance)
        return Mutation(operation, field, replaced(field, field.value, word), word)
    if operation is Operation.REFERENCE and info is not None and field.scalar and _refers(field):
        word = misspelt(field.scalar.partition("/")[0], chance) + "".join(field.scalar.partition("/")[1:])
        return Mutation(operation, field, replaced(field, field.value, word), word)
    if (
        operation is Operation.DROP
        and model_of(field) is not None
        and (field.scalar is not None or "\n" not in files()[field.file].decode()[slice(*field.value)])
    ):
        return Mutation(operation, field, dropped(field), "")
    if operation is Operation.CHANGE and field.scalar and is_plain(field) and field.scalar.isdigit():
        return Mutation(
            operation, field, replaced(field, field.value, str(int(field.scalar) + 1)), str(int(field.scalar) + 1)
        )
    if (
        operation is Operation.MOVE
        and field.path == ("spec", next(iter(yaml.safe_load(files()[field.file])["spec"])))
        and field.kind != "Environment"
    ):
        there = chance.choice(["environments/dev", "environments/prod", "environments/base/objects"])
        return Mutation(operation, field, "", there, f"{there}/moved.yaml")
    return None


def _refers(field: Field) -> bool:
    return any(fits(field.path[1:], pattern) for pattern, _ in marked(KINDS[field.kind].spec, Ref))


def mutations() -> list[Mutation]:
    """The operations in turn, each on a field of its own, as long as there is one that it can be done to."""
    chance = random.Random(SEED)
    waiting = {
        operation: chance.sample(ALL, len(ALL)) * (3 if operation is Operation.MOVE else 1) for operation in Operation
    }
    found: dict[tuple[Operation, str, str, str], Mutation] = {}
    while len(found) < COUNT:
        for operation, candidates in waiting.items():
            made = None
            while candidates and made is None:
                made = mutation(operation, candidates.pop(), chance)
            if made is not None and len(found) < COUNT:
                where = made.detail if operation is Operation.MOVE else ""
                found.setdefault((operation, made.field.file, made.field.places[0], where), made)
    return list(found.values())


# --- what becomes of them


def compiled(made: Mutation) -> dict[str, Compiled]:
    changed = dict(files())
    if made.moved_to:
        changed[made.moved_to] = changed.pop(made.field.file)
    else:
        changed[made.field.file] = made.text.encode()
    return {name: compile_environment(Mutated(changed), name) for name in ENVIRONMENTS}


def errors(results: Mapping[str, Compiled]) -> list[str]:
    """Each error once: code and place."""
    return sorted(
        {
            f"{it.code} {it.span}"
            for result in results.values()
            for it in result.diagnostics
            if it.severity is Severity.ERROR
        }
    )


def changed_fields(results: Mapping[str, Compiled]) -> list[tuple[str, str, Path_, str]]:
    """Environment, object, path and name of each field of an object that is not what it was."""
    found = []
    for name, result in results.items():
        if result.bundle is None:
            continue
        old, new = ({item.key: item for item in side.objects} for side in (before(name).bundle, result.bundle))
        for key in sorted(old.keys() | new.keys()):
            if key not in new or key not in old:
                found.append((name, f"{'-' if key in old else '+'} {key}", (), ""))
            elif old[key].body != new[key].body:
                found += [(name, str(key), it.place, it.path) for it in changes(old[key].data, new[key].data)]
    return found


ALL = fields()
MUTATIONS = mutations()


@pytest.mark.parametrize(
    "made", MUTATIONS, ids=[f"{it.operation} {it.field.file}:{it.field.places[0]}" for it in MUTATIONS]
)
def test_a_mutation_is_told_at_its_place_or_changes_what_follows_from_it(made):
    results = compiled(made)
    told = errors(results)
    key, value = (f"{made.field.file}:{place}" for place in made.field.places)
    if made.operation is Operation.TYPO:
        assert f"R0301 {key}" in told
    elif made.operation is Operation.TYPE:
        assert {f"{code} {place}" for code in ("R0302", "R0304", "R0401") for place in (key, value)} & set(told)
    elif made.operation is Operation.ENUM:
        assert f"R0304 {value}" in told
    elif made.operation is Operation.REFERENCE:
        assert f"R0203 {value}" in told
    elif made.operation is Operation.DROP and told:
        assert any(line.partition(" ")[2].rpartition(":")[0] in parents(made.field) for line in told) or not any(
            map(about_shape, told)
        )
    elif made.operation is Operation.CHANGE and not told:
        follows(made, results)


MISSPELT = [it for it in MUTATIONS if it.operation in (Operation.TYPO, Operation.ENUM, Operation.REFERENCE)]


def mended(made: Mutation) -> str:
    """What the file is once every edit that its findings carry is made, again and again."""
    changed = dict(files()) | {made.field.file: made.text.encode()}
    while True:
        findings = gather(compile_environment(Mutated(changed), name) for name in ENVIRONMENTS)
        edits = {item.fix for item in findings.diagnostics if item.fix is not None}
        assert {edit.span.path for edit in edits} <= {made.field.file}
        if not edits:
            return changed[made.field.file].decode()
        changed[made.field.file] = revise(changed[made.field.file], edits)


def test_a_misspelt_word_is_mended_to_what_it_was_or_left_as_it_is():
    texts = {made: mended(made) for made in MISSPELT}
    assert [made for made, text in texts.items() if text not in (made.text, files()[made.field.file].decode())] == []
    left = [made.detail for made, text in texts.items() if text == made.text]
    assert len(left) <= len(MISSPELT) // 10, left


def about_shape(line: str) -> bool:
    """Whether an error is about the specs alone, and not about what they refer to or become."""
    return line[:3] in ("R03", "R04")


def parents(field: Field) -> set[str]:
    """The lines of the fields around a field, in whatever layer; a map that lost its only field is null there."""
    above = [field.path[:length] for length in range(1, len(field.path))]
    named = {
        f"{it.file}:{place.partition(':')[0]}"
        for it in ALL
        if it.path in above and it.kind == field.kind
        for place in it.places
    }
    return named | {f"{it.file}:{line}" for it in ALL if it.kind == field.kind for line in _spec_lines(it.file)}


@cache
def _spec_lines(file: str) -> tuple[int, ...]:
    lines = files()[file].decode().split("\n")
    return tuple(number for number, line in enumerate(lines, 1) if line.startswith("spec:"))


def follows(made: Mutation, results: Mapping[str, Compiled]) -> None:
    """Every field of an object that changed has the mutated spec among its sources, or names an object that has."""
    found = changed_fields(results)
    for name, thing, path, _ in found:
        sides = [side.bundle for side in (before(name), results[name])]
        kept = [(side, item) for side in sides for item in side.objects if str(item.key) == thing] if path else []
        specs = {source.spec for side, item in kept for source in sources_of(side.source_maps[item.key], path)}
        renamed = any(it == f"- ConfigMap/{at(item.data, *path)}" for _, item in kept for _, it, _, _ in found)
        ours = any((spec.kind, spec.name) == (made.field.kind, made.field.spec) for spec in specs)
        assert not path or renamed or ours, (thing, path)


def sources_of(sources: SourceMap, path: Path_) -> Iterator[Source]:
    """The sources of a field and of the fields inside and around it."""
    for place, cause in sources.items():
        if place[: len(path)] == path or path[: len(place)] == place:
            yield from cause.sources


def test_the_list_of_what_they_gave_is_the_one_that_was_read(golden):
    lines = []
    for made in MUTATIONS:
        results = compiled(made)
        told = errors(results)
        effect = (
            "; ".join(told)
            or ", ".join(
                dict.fromkeys(f"{name} {thing} {path}".strip() for name, thing, _, path in changed_fields(results))
            )
            or "nothing"
        )
        name = ".".join(map(str, made.field.path))
        head = f"{made.operation} {made.detail}" if made.operation is Operation.MOVE else f"{made.operation} {name}"
        lines.append(f"{head} ({made.field.file}:{made.field.places[0]})\n    {effect}\n")
    golden(Path(__file__).parent, {"mutations.txt": "".join(lines)})
