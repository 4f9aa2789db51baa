"""The project's own modules, parsed: what the tests of this folder look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
WINGS = ("compiler", "reconciler")


@dataclass(frozen=True)
class Import:
    """One import of one module by another."""

    module: str
    """What is imported, `compiler.kinds.agent`, `yaml.nodes`."""
    line: int
    at_start: bool
    """False if it happens inside a function or for type checkers only."""

    @property
    def library(self) -> str:
        return self.module.partition(".")[0]


class Module:
    """One file of a wing."""

    def __init__(self, path: Path) -> None:
        self.path = path.relative_to(ROOT).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, self.path)
        parts = self.path.removesuffix(".py").split("/")
        self.name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import; `from package import module` names the module if there is such a one."""
        late = {id(inner) for node in ast.walk(self.tree) if _is_late(node) for inner in ast.walk(node)}
        return tuple(
            Import(module, node.lineno, id(node) not in late)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for module in _imported(node)
        )

    @cached_property
    def functions(self) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
        """Every function, methods and inner ones included."""
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    @cached_property
    def classes(self) -> tuple[ast.ClassDef, ...]:
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    @cached_property
    def public_functions(self) -> tuple[str, ...]:
        """Functions of the module that others may call."""
        own = (node.name for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return tuple(name for name in own if not name.startswith("_"))

    def __repr__(self) -> str:
        return self.path


@cache
def modules() -> tuple[Module, ...]:
    """Every module of both wings."""
    return tuple(Module(path) for wing in WINGS for path in sorted((ROOT / wing).rglob("*.py")))


@cache
def module(name: str) -> Module | None:
    """The module of this name, None if it is not ours."""
    return next((found for found in modules() if found.name == name), None)


def is_dataclass(node: ast.ClassDef) -> ast.expr | None:
    """The decorator that makes the class a dataclass, None if there is none."""
    for decorator in node.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(function, ast.Name) and function.id == "dataclass":
            return decorator
    return None


def _is_late(node: ast.AST) -> bool:
    checked = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return checked or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.module, "imports are absolute"
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        is_module = (ROOT / f"{inner.replace('.', '/')}.py").is_file() or (ROOT / inner.replace(".", "/")).is_dir()
        yield inner if node.module.partition(".")[0] in WINGS and is_module else node.module
