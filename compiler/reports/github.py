"""GitHub: findings -> workflow commands, which GitHub shows as annotations beside the lines of a pull request."""

from collections.abc import Iterator

from compiler.diagnostic import Diagnostic, Severity
from compiler.reports.findings import Findings
from compiler.reports.mistakes import mistakes
from compiler.reports.text import summary
from compiler.reports.words import under, words

MOST = 10
"""How many annotations of one severity GitHub shows a step; more are dropped by it without a word."""


def render(findings: Findings, folder: str = "") -> str:
    """The commands, one a line, and the summary; `folder` is the way from the repository's top to the fleet."""
    lines = [line for severity in Severity for line in _annotations(findings, severity, folder)]
    return "\n".join([*lines, summary(findings)]) + "\n"


def _annotations(findings: Findings, severity: Severity, folder: str) -> Iterator[str]:
    found = [item for item in mistakes(findings.diagnostics) if item.severity is severity]
    own = [
        *(item.first for item in found),
        *(other for item in found for other in item.others if other.span != item.first.span),
    ]
    shown = own if len(own) <= MOST else own[: MOST - 1]
    for item in shown:
        text = "\n".join(words(item))
        yield f"::{severity.value} {_properties(item, folder)}::{_data(text)}"
    if len(own) > len(shown):
        yield f"::{severity.value} title=Roster::+{len(own) - len(shown)} more; `roster validate --all` shows them"


def _properties(item: Diagnostic, folder: str) -> str:
    title = f"title={_property(f'{item.code}: {item.message}')}"
    if item.span is None:
        return title
    span = item.span
    end = span.column + span.width
    return f"file={_property(under(folder, span.path))},line={span.line},col={span.column},endColumn={end},{title}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
