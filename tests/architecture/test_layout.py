"""The shape of the house: where things stand, what they are called, how long they are, what they say of themselves."""

import ast
import re
import statistics
from collections.abc import Iterator

import pytest

from tests.architecture.source_files import ROOT, Module, is_dataclass, modules
from tests.architecture.test_imports import COMPILER_STAGES, RECONCILER_STAGES

TOP = (
    "pyproject.toml",
    "compiler",
    "reconciler",
    "schemas",
    "templates",
    "environments",
    "tests",
    ".github",
    "README.md",
)
"""Everything at the top but dot-files and what tools leave behind."""
LEFT_BEHIND = ("build", "dist", "*.egg-info", "agent_roster.egg-info")

DRAWERS = frozenset(
    (
        *("util", "utils", "helper", "helpers", "common", "misc", "shared", "base", "core", "lib", "tools", "types"),
        *("constants", "models", "manager", "managers", "handler", "handlers", "stuff", "general", "functions"),
    )
)
DRAWERS_WITH_A_REASON = {
    "compiler/kinds/tool_registry/tools.py": "writes the file that Omnia calls tools.yaml",
}
WEAK_WORDS = re.compile(r"(Manager|Helper|Handler|Processor|Utils?|Common|Misc|Abstract|Impl|Info|Wrapper)$")
WEAK_WITH_A_REASON = {
    "compiler/kinds/tool_registry/spec.py: Handler": "Omnia's own word for a source of tools",
}
SECOND_VERSIONS = re.compile(r"(?<!^is)(_new|_old|_v\d+|_2|_copy|_final)$")

LONGEST_FILE = 300
LONGEST_FUNCTION = 50
LONG_FILES: dict[str, str] = {}
"""File -> why it is longer."""


@pytest.mark.parametrize("found", modules(), ids=repr)
def test_a_file_fits_in_the_head(found: Module) -> None:
    if found.path in LONG_FILES:
        assert found.lines > LONGEST_FILE, "it is short again: take it off the list"
        return
    assert found.lines <= LONGEST_FILE


def lengths() -> list[int]:
    """How many lines each function has, sorted."""
    return sorted((node.end_lineno or 0) - node.lineno + 1 for found in modules() for node in found.functions)


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{found.path}:{node.lineno} {node.name}"
        for found in modules()
        for node in found.functions
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
    assert statistics.median(lengths()) <= 10
    assert lengths()[int(len(lengths()) * 0.9)] <= 30


def test_there_is_no_drawer() -> None:
    found = [
        item.path
        for item in modules()
        if DRAWERS & set(item.path.removesuffix(".py").split("/")) and item.path not in DRAWERS_WITH_A_REASON
    ]
    assert found == []


def test_names_say_what_a_thing_is() -> None:
    classes = [
        f"{item.path}: {node.name}" for item in modules() for node in item.classes if WEAK_WORDS.search(node.name)
    ]
    assert [name for name in classes if name not in WEAK_WITH_A_REASON] == []
    second = [
        f"{item.path}: {name}"
        for item in modules()
        for name in (item.name, *(node.name for node in (*item.functions, *item.classes)))
        if SECOND_VERSIONS.search(name)
    ]
    assert second == []


@pytest.mark.parametrize("found", modules(), ids=repr)
def test_a_module_says_what_it_is_in_its_first_line(found: Module) -> None:
    docstring = ast.get_docstring(found.tree)
    if found.path.endswith("__init__.py") and not found.text.strip():
        return
    assert docstring, "it has no docstring"
    assert docstring.splitlines()[0].endswith((".", "?")), "the first line is no sentence"


def test_what_others_may_use_has_a_docstring() -> None:
    silent = [
        f"{found.path}:{node.lineno} {node.name}"
        for found in modules()
        for node in public(found)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def public(found: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions and classes of a module, and public methods of public classes; an override needs no words."""
    for node in found.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                plain = isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_")
                if plain and not is_obvious(inner):
                    yield inner


def is_obvious(node: ast.FunctionDef) -> bool:
    """Properties of one line say by their name what they are."""
    decorators = {item.id for item in node.decorator_list if isinstance(item, ast.Name)}
    return "property" in decorators and len(node.body) == 1


def test_every_field_that_crosses_a_seam_is_described() -> None:
    silent = [
        f"{found.path}:{field.lineno} {node.name}.{ast.unparse(field.target)}"
        for found in modules()
        for node in found.classes
        if is_dataclass(node) and not node.name.startswith("_")
        for field, after in zip(node.body, [*node.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and not is_text(after) and not is_named_for_itself(field)
    ]
    assert silent == []


SELF_EXPLAINING = frozenset(
    ("name", "kind", "path", "line", "column", "message", "key", "environment", "version", "spec")
)
"""Fields whose name and class say all there is to say."""


def is_named_for_itself(field: ast.AnnAssign) -> bool:
    return isinstance(field.target, ast.Name) and field.target.id in SELF_EXPLAINING


def is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@pytest.mark.parametrize(
    "path",
    [
        *(f"compiler/{stage}.py" for stage in COMPILER_STAGES),
        *(f"reconciler/{stage}.py" for stage in RECONCILER_STAGES),
    ],
)
def test_a_stage_is_one_public_function_with_its_files_name(path: str) -> None:
    (found,) = (item for item in modules() if item.path == path)
    extra = STAGE_EXTRAS.get(path, ())
    assert set(found.public_functions) - set(extra) == {path.rpartition("/")[2].removesuffix(".py")}


STAGE_EXTRAS: dict[str, tuple[str, ...]] = {}
"""Stage -> other functions that it offers, with a reason beside each."""


def test_the_top_level_is_fixed() -> None:
    found = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not any(path.match(pattern) for pattern in LEFT_BEHIND)
    }
    assert found <= {name for name in TOP if not name.startswith(".")}


def test_the_readmes_map_shows_every_folder_and_nothing_else() -> None:
    shown = set(mapped())
    folders = {
        path.relative_to(ROOT).as_posix()
        for wing in ("compiler", "reconciler")
        for path in (ROOT / wing, *(ROOT / wing).iterdir())
        if path.is_dir() and not path.name.startswith((".", "_"))
    }
    assert {path for path in shown if not (ROOT / path).exists()} == set()
    assert folders - shown == set()


def mapped() -> Iterator[str]:
    """The paths in the README's map: a block of lines `name  what it is`, indented below their folder."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.partition("## The house")[2].partition("```\n")[2].partition("```")[0]
    folder = ""
    for line in block.splitlines():
        found = re.match(r"( *)([\w./-]+(?:, [\w.]+)*)", line)
        if not found or not line.strip() or len(found[1]) > 2:
            continue
        for name in found[2].split(", "):
            path = name.rstrip("/") if not found[1] else f"{folder}/{name.rstrip('/')}"
            yield path
            if not found[1]:
                folder = path
