"""Text: findings -> what a person reads on a terminal: the place, the line itself underlined, and how to mend it."""

from collections.abc import Callable, Iterator

from compiler.diagnostic import Diagnostic
from compiler.reports.excerpt import Excerpt, excerpt, printable
from compiler.reports.findings import Findings
from compiler.tree import Tree

FIRST = 10
"""How many findings are shown unless all are asked for."""
_Paint = Callable[[str, str], str]
"""Style and text -> what is printed."""
_CODES = {"error": "1;31", "warning": "1;33", "strong": "1", "faint": "34"}


def render(findings: Findings, tree: Tree, *, colour: bool = False, limit: int | None = FIRST) -> str:
    """The findings and one line that sums them up; `limit` findings at most, None for all of them."""
    paint = _painted if colour else _plain
    shown = findings.diagnostics[:limit]
    blocks = ["\n".join(_block(item, findings, tree, paint)) for item in shown]
    hidden = len(findings.diagnostics) - len(shown)
    if hidden:
        blocks.append(f"+{hidden} more; --all shows them")
    return "\n\n".join([*blocks, summary(findings)]) + "\n"


def summary(findings: Findings) -> str:
    """One line: how many errors and warnings, where, and what to do next."""
    return printable(_summary(findings))


def _summary(findings: Findings) -> str:
    checked, failed = findings.environments, findings.failed
    if not findings.diagnostics:
        verb = "is" if len(checked) == 1 else "are"
        return f"{_many(len(checked), 'environment')} {verb} valid: {', '.join(checked)}" if checked else _NOTHING
    counts = [_many(findings.errors, "error")] if findings.errors else []
    counts += [_many(findings.warnings, "warning")] if findings.warnings else []
    seen = {name for item in findings.diagnostics for name in item.environments}
    where = ("" if len(seen) == len(checked) else f"{len(seen)} of ") + _many(len(checked), "environment")
    code = findings.diagnostics[0].code
    return f"{' and '.join(counts)} in {where}. {_verdict(failed, checked)} `roster explain {code}` says more."


_NOTHING = "There is nothing to check: no folder below environments/ has an environment.yaml that is not abstract."


def _verdict(failed: tuple[str, ...], checked: tuple[str, ...]) -> str:
    if not failed:
        return "Everything compiles."
    well = [name for name in checked if name not in failed]
    return f"{', '.join(well)} compile{'s' if len(well) == 1 else ''}." if well else "Nothing was compiled."


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count:,} {word}s"


def _block(item: Diagnostic, findings: Findings, tree: Tree, paint: _Paint) -> Iterator[str]:
    """The lines of one finding."""
    severity = item.severity.value
    yield paint(severity, f"{severity}[{item.code}]") + paint("strong", f": {printable(item.message)}")
    margin = " " * len(str(item.span.line if item.span else ""))
    source = excerpt(tree, item.span) if item.span is not None else None
    remarks = tuple(_remarks(item, findings))
    if item.span is not None:
        yield paint("faint", f"{margin}--> ") + printable(str(item.span))
    if source is not None:
        yield from _source(item, source, margin, paint)
        yield from [paint("faint", f"{margin} |")] if remarks else []
    elif item.label:
        yield paint("faint", f"{margin} = ") + printable(item.label)
    for word, text in remarks:
        yield paint("faint", f"{margin} = ") + paint("strong", f"{word}: ") + printable(text)


def _source(item: Diagnostic, source: Excerpt, margin: str, paint: _Paint) -> Iterator[str]:
    severity = item.severity.value
    gutter = paint("faint", f"{margin} |")
    number = item.span.line if item.span else 0
    underline = f"{'^' * source.width} {printable(item.label)}".rstrip()
    yield gutter
    yield paint("faint", f"{number} |") + f" {source.text}".rstrip()
    yield f"{gutter} {' ' * source.offset}{paint(severity, underline)}"


def _remarks(item: Diagnostic, findings: Findings) -> Iterator[tuple[str, str]]:
    if item.help:
        yield "help", item.help
    if len(item.environments) > 1:
        yield "also seen from", ", ".join(item.environments[1:])
    elif len(findings.environments) > 1 and item.environments and not _says_where(item):
        yield "seen from", item.environments[0]


def _says_where(item: Diagnostic) -> bool:
    """Whether the file itself tells which environment it belongs to."""
    return item.span is not None and item.span.path.startswith(f"environments/{item.environments[0]}/")


def _plain(_style: str, text: str) -> str:
    return text


def _painted(style: str, text: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text
