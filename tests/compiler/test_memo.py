"""The memo: a compile that remembers an earlier one says what a fresh one says, whatever was edited; and spares work."""

from collections.abc import Mapping
from weakref import WeakSet

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.caching.footprint import WatchedTree
from compiler.compiled import Compiled
from compiler.documents import documents
from compiler.layering.setting import setting
from compiler.memo import Memo
from compiler.pipeline import compile_environment
from compiler.spec_key import SpecKey
from compiler.yaml_reader import load
from tests.compiler.edited_fleet import MOVES, SWAPS, edited, start
from tests.compiler.facts import Files, differing

ENVIRONMENTS = ("prod", "staging")
TERMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "as it is": ((), ()),
    "in two versions of Kubernetes": ((), ("1.33", "1.36")),
    "with a field set": (("Agent/support:runtime.scale.max=5",), ()),
    "with a field set of nothing": (("Agent/suport:runtime.scale.max=5",), ()),
}
"""What is asked -> the fields set for the moment, and the versions to judge by."""


def worked_out(files: Mapping[str, str], name: str, terms: str, memo: Memo | None) -> tuple[Compiled, object]:
    """The environment compiled, and all that was read for it."""
    fields, kubernetes = TERMS[terms]
    tree = WatchedTree(Files(files))
    chosen = tuple(map(setting, fields))
    return compile_environment(tree, name, chosen, kubernetes=kubernetes, memo=memo), tree.footprint()


def agrees(files: Mapping[str, str], name: str, terms: str, memo: Memo) -> bool:
    """Hold a compile with a memo against one without; whether it gives a bundle."""
    compiled, read = worked_out(files, name, terms, memo)
    fresh, all_that_is_read = worked_out(files, name, terms, None)
    assert differing(compiled, fresh) == []
    # What was remembered must have been read all the same: by what was read, the cache knows when to ask again.
    assert read == all_that_is_read
    return fresh.bundle is not None


def changed(files: Mapping[str, str]) -> list[str]:
    """The files whose data are not what their bytes say: somebody changed what is shared, and so a fresh compile too."""
    return [path for path, text in files.items() if path.endswith(".yaml") and not as_written(path, text.encode())]


def as_written(path: str, content: bytes) -> bool:
    data, _ = load(content)
    return all(
        repr(item.data) == repr(data[item.index]) for item in documents(path, content).every if item.kind != "Secret"
    )


STEP = st.tuples(
    st.sampled_from([*SWAPS, *(name for name in MOVES for _ in range(3)), *["all as it was"] * 40]),
    st.integers(0, 999),
    st.permutations(ENVIRONMENTS).flatmap(lambda names: st.sampled_from([names, names[:1]])),
    st.sampled_from([*["as it is"] * 3, *TERMS]),
)
"""An edit, what it draws, the environments that are compiled after it, and how."""


@given(steps=st.lists(STEP, min_size=2, max_size=8))
@settings(max_examples=12, deadline=None)
def test_whatever_was_edited_a_compile_that_remembers_says_what_a_fresh_one_says(
    steps: list[tuple[str, int, list[str], str]],
) -> None:
    memos = {name: Memo() for name in ENVIRONMENTS}
    history = [start()]
    for edit, seed, names, terms in steps:
        history.append(edited(history[-1], edit, seed))
        for name in names:
            agrees(history[-1], name, terms, memos[name])
    for files in reversed(history):
        agrees(files, "prod", "as it is", memos["prod"])
    assert changed(history[-1]) == []


def test_every_edit_does_something_and_after_each_of_them_and_back_the_same_holds() -> None:
    first, memo = start(), Memo()
    assert agrees(first, "prod", "as it is", memo)
    told = {}
    for edit in SWAPS:
        files = edited(first, edit, 0)
        assert files != first
        told[edit] = agrees(files, "prod", "as it is", memo)
        assert changed(files) == []
    assert agrees(first, "prod", "as it is", memo)
    assert sum(told.values()) > len(told) / 3, "most edits are mistakes, and the last stages are seldom seen"


HISTORIES: tuple[tuple[str, ...], ...] = (
    ("a template whose metadata are a spec's", "a variable of the namespace", "a fleet"),
    ("a template that does too much", "a name of an agent", "a remark", "a template that does too much"),
    ("a template that fails for some", "a remark", "a name of an agent", "a template that fails for some"),
    ("true for 1", "1.0 for 1", "a quoted 1", "a number of pods"),
    ("1.0 for 1 in what nobody types", "true in what nobody types", "1.0 for 1 in what nobody types"),
    ("a definition", "a size that the definition forbids", "a definition", "a definition of nothing"),
    ("what an autoscaler scales", "a name of an agent", "what an autoscaler scales", "a selector of a Service"),
    ("an Omnia pack", "an Omnia ConfigMap", "an Omnia namespace", "an Omnia ConfigMap", "an Omnia field"),
    ("a version that no other has", "a track", "a version of a pack", "two versions alike", "a track"),
    ("a base", "one base less", "a base that can be compiled", "a circle of bases", "a base"),
    ("an override that is hidden", "the order of overrides", "two overrides that differ", "an override of nothing"),
    (
        "where an agent runs",
        "a reference to an agent",
        "where an agent runs, misspelt",
        "an agent that runs everywhere",
    ),
    ("a name of a text", "a text", "a name of a text", "a text in place", "a text"),
    ("a broken line", "an image", "a bracket", "an image", "a broken line", "a tab", "a bracket"),
    ("two files exchanged", "documents reordered", "two files joined", "one file as it was", "a file moved"),
)
"""Edits that follow each other, where what was remembered too well would show."""


@pytest.mark.parametrize("history", HISTORIES, ids=", ".join)
def test_what_is_remembered_too_well_would_show(history: tuple[str, ...]) -> None:
    files, memo = start(), Memo()
    for seed, edit in enumerate(("all as it was", *history, *history, "all as it was")):
        files = edited(files, edit, seed)
        agrees(files, "prod", "as it is", memo)


FOREIGN = ["Agent/echo", "PromptPack/echo@1.0.0", "Provider/local", "ToolRegistry/weather"]
OBJECTS = ["ConfigMap/banner", "HorizontalPodAutoscaler/greeter", "Service/front"]
PACKS = ["PromptPack/support@1.0.0", "PromptPack/support@1.2.0", "PromptPack/support@2.0.0-rc.1"]
ANEW = {
    "what nobody reads": ("staging", "docs/notes.md", "Nobody", [], []),
    "an agent that nobody calls": (
        "staging", "environments/shared/router.yaml", "2.1.0", ["Agent/router"], ["Agent/router"]
    ),
    "an agent that another calls": (
        "staging", "environments/base/agents/support.yaml", "1.4.0", ["Agent/support"], ["Agent/router", "Agent/support"]
    ),
    "a provider": (
        "staging", "environments/shared/gpt.yaml", "gpt-5-mini", ["Provider/gpt"], ["Agent/router", "Provider/gpt"]
    ),
    "a text": ("staging", "environments/base/texts/support-2.md", "brief", [], PACKS),
    "what lies beside another system's documents": (
        "prod", "environments/prod/objects/plain.yaml", "Welcome", sorted(FOREIGN + OBJECTS), sorted(FOREIGN + OBJECTS)
    ),
}  # fmt: skip
"""What is edited -> the environment, the file, a word of it, and which documents and whose objects are anew."""


@pytest.mark.parametrize(("name", "path", "word", "written", "made"), ANEW.values(), ids=ANEW)
def test_what_did_not_change_is_the_same_value_as_before(
    name: str, path: str, word: str, written: list[str], made: list[str]
) -> None:
    memo, first = Memo(), start()
    before = compile_environment(Files(first), name, memo=memo)
    after = compile_environment(Files({**first, path: first[path].replace(word, f"{word}x")}), name, memo=memo)
    assert before.bundle is not None
    assert after.bundle is not None
    known = set(map(id, (*before.documents.values(), *before.bundle.objects, *before.bundle.source_maps.values())))
    assert sorted(plainly(key) for key, item in after.documents.items() if id(item) not in known) == written
    new = [item for item in after.bundle.objects if id(item) not in known]
    assert sorted({plainly(item.spec) for item in new}) == made
    assert {key for key, sources in after.bundle.source_maps.items() if id(sources) not in known} == {
        item.key for item in new
    }


def plainly(key: SpecKey) -> str:
    return str(key._replace(kind=key.kind.partition(".")[0]))


class Value:
    """Something that is worked out."""


ALIVE: WeakSet[Value] = WeakSet()


def value(_number: int) -> Value:
    made = Value()
    ALIVE.add(made)
    return made


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "at mistakes"])
def test_what_each_round_asks_for_stays_and_of_what_one_asked_for_once_not_all(whole: bool) -> None:
    memo, asked = Memo(), range(100)
    first = [memo.of(value, number) for number in asked]
    memo.end_round(whole=True)
    again = asked if whole else asked[:5]
    for number in range(1, 6000):
        for item in (*again, -number):
            memo.of(value, item)
        memo.end_round(whole=whole)
    assert [memo.of(value, number) for number in again] == first[: len(again)]
    assert len(ALIVE) < 3000
