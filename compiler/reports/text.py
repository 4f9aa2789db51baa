"""Text: findings -> what a person reads on a terminal: the place, the line itself underlined, and how to mend it."""

from collections.abc import Callable, Iterator

from compiler.diagnostic import Diagnostic, Severity
from compiler.object_schemas.kubernetes_schemas import said
from compiler.reports.excerpt import Excerpt, excerpt, printable
from compiler.reports.findings import Findings
from compiler.reports.mistakes import Mistake, mistakes
from compiler.tree import Tree

FIRST = 10
"""How many mistakes are shown unless all are asked for."""
_Paint = Callable[[str, str], str]
"""Style and text -> what is printed."""
_CODES = {"error": "1;31", "warning": "1;33", "strong": "1", "faint": "34"}


def render(findings: Findings, tree: Tree, *, colour: bool = False, limit: int | None = FIRST) -> str:
    """The mistakes and one line that sums them up; `limit` mistakes at most, None for all of them."""
    paint = _painted if colour else _plain
    found = mistakes(findings.diagnostics)
    blocks = ["\n".join(_block(item, findings, tree, paint)) for item in found[:limit]]
    hidden = len(found) - len(blocks)
    if hidden:
        blocks.append(f"+{hidden} more; --all shows them")
    return "\n\n".join([*blocks, summary(findings)]) + "\n"


def summary(findings: Findings) -> str:
    """One line: how many errors and warnings, where, and what to do next."""
    return printable(_summary(findings))


def _summary(findings: Findings) -> str:
    checked = findings.environments
    allowed = f"{many(len(findings.allowed), 'warning')} allowed" if findings.allowed else ""
    if not findings.diagnostics:
        aside = f" ({allowed})" if allowed else ""
        return f"{_valid(findings)}: {', '.join(checked)}{aside}" if checked else _NOTHING
    found = mistakes(findings.diagnostics)
    counts = [count for severity in Severity if (count := _count(found, severity))]
    counts += [allowed] if allowed else []
    seen = {name for item in findings.diagnostics for name in item.environments}
    where = ("" if len(seen) == len(checked) else f"{len(seen)} of ") + many(len(checked), "environment")
    code = findings.diagnostics[0].code
    return f"{_and(counts)} in {where}. {_verdict(findings)} `roster explain {code}` says more."


def _count(found: tuple[Mistake, ...], severity: Severity) -> str:
    """`2 errors`, `2 errors (14 places)`; empty if there are none."""
    own = [item for item in found if item.severity is severity]
    places = sum(len(item.places) for item in own)
    more = "" if places == len(own) else f" ({places:,} places)"
    return f"{many(len(own), severity.value)}{more}" if own else ""


_NOTHING = "There is nothing to check: no folder below environments/ has an environment.yaml that is not abstract."


def _valid(findings: Findings) -> str:
    """`2 environments are valid`, `1 environment is valid for Kubernetes 1.33 to 1.36`."""
    count = len(findings.environments)
    return f"{many(count, 'environment')} {'is' if count == 1 else 'are'} valid{_judged(findings)}"


def _judged(findings: Findings) -> str:
    return f" for Kubernetes {said(findings.kubernetes)}" if findings.kubernetes else ""


def _verdict(findings: Findings) -> str:
    if not findings.failed:
        return f"Everything compiles{_judged(findings)}."
    well = [name for name in findings.environments if name not in findings.failed]
    return f"{', '.join(well)} compile{'s' if len(well) == 1 else ''}." if well else "Nothing was compiled."


def _and(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), parts[-1]])


def many(count: int, word: str) -> str:
    """`1 error`, `1,000 errors`."""
    return f"{count} {word}" if count == 1 else f"{count:,} {word}s"


def _block(mistake: Mistake, findings: Findings, tree: Tree, paint: _Paint) -> Iterator[str]:
    """The lines of one mistake."""
    item = mistake.first
    severity = item.severity.value
    yield paint(severity, f"{severity}[{item.code}]") + paint("strong", f": {printable(item.message)}")
    margin = " " * len(str(item.span.line if item.span else ""))
    source = excerpt(tree, item.span) if item.span is not None else None
    remarks = tuple(_remarks(mistake, findings))
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


def _remarks(mistake: Mistake, findings: Findings) -> Iterator[tuple[str, str]]:
    if mistake.first.help:
        yield "help", mistake.first.help
    if mistake.elsewhere:
        yield "also at", mistake.elsewhere
    if mistake.again:
        yield "also in", many(mistake.again, "more object")
    seen = mistake.environments
    if len(findings.environments) < 2 or not seen:
        return
    if not _says_where(mistake.first):
        yield "seen from", ", ".join(seen)
    elif len(seen) > 1:
        yield "also seen from", ", ".join(seen[1:])


def _says_where(item: Diagnostic) -> bool:
    """Whether the file's path or the words of the finding tell already which environment is meant."""
    first = item.environments[0]
    in_path = item.span is not None and item.span.path.startswith(f"environments/{first}/")
    return in_path or any(text.endswith(f" environment {first}") for text in (item.message, item.label))


def _plain(_style: str, text: str) -> str:
    return text


def _painted(style: str, text: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text
