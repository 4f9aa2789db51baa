"""Who may import whom: laws 4, 5 and 6 of the house, and the islands."""

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.architecture.source_files import Module, module, modules

DOORS: dict[str, tuple[str, ...]] = {
    "click": ("compiler.cli", "compiler.commands.*", "reconciler.cli", "reconciler.commands.*"),
    "git": ("compiler.trees.git_command",),
    "jinja2": ("compiler.templating.sandbox", "compiler.templating.guard"),
    "jsonpatch": ("compiler.patching.json_patch",),
    "jsonpointer": ("compiler.patching.json_patch",),
    "jsonschema_rs": ("compiler.object_schemas.object_schema",),
    "kubernetes": ("reconciler.targets.kubernetes_client",),
    "packaging": ("compiler.requirement",),
    "prometheus_client": ("reconciler.metrics",),
    "rapidfuzz": ("compiler.suggestion",),
    "rich": ("reconciler.reports.progress",),
    "urllib3": ("reconciler.targets.kubernetes_client",),
    "watchfiles": ("compiler.trees.watch",),
    "yaml": ("compiler.yaml_nodes",),
    # The shape of specs is written with pydantic, so every kind speaks it; beside them only what reads that shape, and
    # what keeps results as text.
    "pydantic": (
        *("compiler.spec", "compiler.metadata", "compiler.misfits.model_faults", "compiler.shapes", "compiler.kinds.*"),
        *(
            "compiler.spec_schemas.model_schema",
            "compiler.patching.patches",
            "compiler.caching.kept",
            "compiler.caching.disk_cache",
        ),
    ),
    "pydantic_core": ("compiler.misfits.model_faults", "compiler.spec"),
    # A codec without state, as the standard library's json is one.
    "orjson": ("*",),
}
"""Library -> the modules that may import it."""

SIDE_EFFECTS = frozenset(
    (
        *("os", "sys", "io", "pathlib", "shutil", "tempfile", "glob", "socket", "ssl", "http", "urllib", "subprocess"),
        *("time", "datetime", "random", "secrets", "uuid", "threading", "concurrent", "multiprocessing", "asyncio"),
        *("signal", "logging", "getpass", "platform", "locale"),
    )
)
"""What reads or writes the world, or knows what time it is."""
PURE_PARTS = ("urllib.parse",)
"""Parts of these libraries that only compute."""
SIDE_CALLS = frozenset(("open", "print", "input", "breakpoint"))
SIDE_LIBRARIES = frozenset(("kubernetes", "urllib3", "git", "click", "rich", "prometheus_client", "watchfiles"))

IMPURE_COMPILER = {
    "compiler.cli": "what the commands share",
    "compiler.commands.*": "the commands",
    "compiler.trees.*": "where trees come from",
    "compiler.rendered.folder": "a folder of files of ours, written whole or not at all",
    "compiler.rendered.place": "the folder that `compile --output` names",
    "compiler.rendered.look": "what lies in that folder",
    "compiler.rendered.write": "writes the files of `compile --output`",
    "compiler.elsewhere.wheel": "unpacks another Roster for `diff --compiler`",
    "compiler.elsewhere.compile_elsewhere": "runs another Roster in a child process for `diff --compiler`",
    "compiler.assets": "the compiler's own templates and schemas, which are part of the program",
    "compiler.caching.disk_cache": "remembers results in the user's cache folder; the commands hand it in",
    "compiler.spread": "starts processes, one a core, where the commands have much to compile",
    "compiler.caching.identity": "reads the compiler's own files",
    "compiler.catalogue.example": "reads the examples of the codes, which are part of the program; no part of compiling",
    "compiler.object_schemas.kubernetes_schemas": "the schemas of Kubernetes, which are part of the program",
    "compiler.explaining.explain": "reads the docstrings of the kinds for `roster explain`; no part of compiling",
    "compiler.schema": "writes the generated files of schemas/, when a developer asks for it",
}
"""The compiler's modules that may do I/O, and why; all others are pure."""
DECIDING = ("reconciler.plan", "reconciler.deciding.*", "reconciler.report", "reconciler.records.report_spec")
"""The reconciler's modules that decide: no I/O and no clock, in them or in what they import."""

COMPILER_STAGES = (
    "read",
    "pin",
    "shadow",
    "translate",
    "translate",
    "overlay",
    "vet",
    "substitute",
    "parse",
    "link",
    "plain",
    "export",
    "check",
    "lower",
    "patch",
    "verify",
    "seal",
)
RECONCILER_STAGES = ("fetch", "look", "plan", "apply", "settle", "prune", "report", "publish")
STAGES = {
    **{f"compiler.{stage}": "compiler" for stage in COMPILER_STAGES},
    **{f"reconciler.{stage}": "reconciler" for stage in RECONCILER_STAGES},
}
SHARED_BY_READINESS = ("conditions", "observed", "pod_troubles", "surroundings")


def matches(name: str, patterns: tuple[str, ...] | dict[str, str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def third_party() -> Iterator[tuple[str, Module, int]]:
    for found in modules():
        for item in found.imports:
            if item.library not in sys.stdlib_module_names and item.library not in ("compiler", "reconciler"):
                yield item.library, found, item.line


def test_each_library_has_one_door() -> None:
    strangers = [
        f"{found.path}:{line} imports {library}"
        for library, found, line in third_party()
        if not matches(found.name, DOORS.get(library, ()))
    ]
    assert strangers == []


def test_no_door_is_listed_that_nobody_uses() -> None:
    used = {(library, found.name) for library, found, _ in third_party()}
    unused = [
        f"{library}: {pattern}"
        for library, patterns in DOORS.items()
        for pattern in patterns
        if not any(fnmatch(name, pattern) for of, name in used if of == library)
    ]
    assert unused == []


def test_the_compiler_never_imports_the_reconciler() -> None:
    found = [
        f"{item.path}:{entry.line}"
        for item in modules()
        for entry in item.imports
        if item.name.startswith("compiler") and entry.library == "reconciler"
    ]
    assert found == []


def test_the_reconciler_never_learns_the_word_agent() -> None:
    """Its code treats all specs alike; texts for people (docstrings, help) may speak of agents."""
    found = [
        f"{item.path}:{node.lineno}"
        for item in modules()
        if item.name.startswith("reconciler")
        for node in ast.walk(item.tree)
        if (isinstance(node, ast.Constant) and node.value in ("Agent", "agent", "agents"))
        or (isinstance(node, ast.Name) and node.id.lower() in ("agent", "agents"))
        or (isinstance(node, ast.Attribute) and node.attr.lower() in ("agent", "agents"))
    ]
    assert found == []


def side_effects(found: Module) -> list[str]:
    """The lines of a module that reach out of it."""
    imports = [
        f"{found.path}:{item.line} imports {item.module}"
        for item in found.imports
        if item.library in SIDE_EFFECTS | SIDE_LIBRARIES and not item.module.startswith(PURE_PARTS)
    ]
    calls = [
        f"{found.path}:{node.lineno} calls {node.func.id}"
        for node in ast.walk(found.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SIDE_CALLS
    ]
    return imports + calls


def test_the_compiler_is_a_pure_function() -> None:
    pure = (item for item in modules() if item.name.startswith("compiler") and not matches(item.name, IMPURE_COMPILER))
    assert [line for item in pure for line in side_effects(item)] == []


def reached(found: Module) -> set[Module]:
    """A module and every module of ours that it imports, directly or through others."""
    known, pending = {found}, [found]
    while pending:
        for item in pending.pop().imports:
            inner = module(item.module)
            if inner is not None and item.at_start and inner not in known:
                known.add(inner)
                pending.append(inner)
    return known


@pytest.mark.parametrize("found", [item for item in modules() if matches(item.name, DECIDING)], ids=repr)
def test_deciding_does_no_io_and_knows_no_clock(found: Module) -> None:
    assert [line for item in sorted(reached(found), key=repr) for line in side_effects(item)] == []


def test_stages_do_not_know_each_other() -> None:
    """A stage imports nouns and means; only the recipes `pipeline` and `reconcile` import several stages."""
    found = [
        f"{item.path}:{entry.line} imports {entry.module}"
        for item in modules()
        if item.name in STAGES
        for entry in item.imports
        if entry.module in STAGES and STAGES[entry.module] == STAGES[item.name]
    ]
    assert found == []


def test_kinds_are_islands() -> None:
    """No kind imports another: what it may see of it comes through the scope."""
    found = [
        f"{item.path}:{entry.line} imports {entry.module}"
        for item in modules()
        if item.name.startswith("compiler.kinds.")
        for entry in item.imports
        if entry.module.startswith("compiler.kinds") and entry.module.split(".")[:3] != item.name.split(".")[:3]
    ]
    assert found == []


def test_kinds_of_readiness_are_islands() -> None:
    found = [
        f"{item.path}:{entry.line} imports {entry.module}"
        for item in modules()
        if item.name.startswith("reconciler.readiness.")
        for entry in item.imports
        if entry.module.startswith("reconciler.readiness.")
        and entry.module != item.name
        and entry.module.split(".")[2] not in SHARED_BY_READINESS
    ]
    assert found == []


def test_dialects_are_islands() -> None:
    systems = {"omnia", "sympozium", "agentops", "astromesh"}
    found = [
        f"{item.path}:{entry.line} imports {entry.module}"
        for item in modules()
        if item.name.startswith("compiler.dialects.")
        for entry in item.imports
        if (parts := entry.module.split("."))[:2] == ["compiler", "dialects"]
        and len(parts) > 2
        and parts[2] in systems - {item.name.split(".")[2]}
    ]
    assert found == []


def test_no_module_imports_itself_through_others() -> None:
    graph = {
        item.name: {inner.name for entry in item.imports if entry.at_start and (inner := module(entry.module))}
        for item in modules()
    }
    circle = find_circle(graph)
    assert circle == ""


def find_circle(graph: dict[str, set[str]]) -> str:
    """The first circle in the graph, as `a -> b -> a`; empty if there is none."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> str:
        if name in path:
            return " -> ".join((*path[path.index(name) :], name))
        if name in done:
            return ""
        done.add(name)
        return next((found for inner in sorted(graph[name]) if (found := visit(inner, (*path, name)))), "")

    return next((found for name in sorted(graph) if (found := visit(name, ()))), "")
