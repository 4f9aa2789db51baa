"""Compare: the trees of two commits -> what changes in each environment, and what is wrong with the newer one."""

from collections.abc import Callable, Iterable

from compiler.compiled import Compiled
from compiler.fleet import environment_names
from compiler.pipeline import compile_environment
from compiler.reports.findings import Findings
from compiler.reports.gather import gather
from compiler.review.effect import Comparison
from compiler.review.review import review
from compiler.tree import Tree

Compile = Callable[[Tree, tuple[str, ...]], tuple[Compiled, ...]]


def _compile(tree: Tree, names: tuple[str, ...]) -> tuple[Compiled, ...]:
    return tuple(compile_environment(tree, name) for name in names)


def compare(
    base: Tree, head: Tree, environments: Iterable[str], compile: Compile = _compile
) -> tuple[Comparison, Findings]:
    """Compare these environments, of which each exists on at least one side. The findings are the head's."""
    before, after = _compiled(base, environments, compile), _compiled(head, environments, compile)
    comparable = [name for name in sorted(before.keys() | after.keys()) if not _fails(name, before, after)]
    comparison = Comparison(
        base=base.name,
        head=head.name,
        reviews=tuple(review(before.get(name), after.get(name)) for name in comparable),
        notes=tuple(_note(item, base) for item in before.values() if item.has_errors),
    )
    return comparison, gather(after.values())


def _compiled(tree: Tree, environments: Iterable[str], compile: Compile) -> dict[str, Compiled]:
    known = environment_names(tree)
    return {item.name: item for item in compile(tree, tuple(name for name in environments if name in known))}


def _fails(name: str, *sides: dict[str, Compiled]) -> bool:
    return any(side[name].has_errors for side in sides if name in side)


def _note(compiled: Compiled, base: Tree) -> str:
    first = gather([compiled]).diagnostics[0]
    where = f"{first.span}: " if first.span else ""
    return f"{compiled.name} cannot be compared: at {base.name} it does not compile ({where}{first.message})"
