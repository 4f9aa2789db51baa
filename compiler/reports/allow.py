"""Allow: findings, and comments in the files of the tree -> the findings without the warnings that they allow."""

from collections.abc import Iterator
from dataclasses import replace

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import is_document
from compiler.fleet import ENVIRONMENTS, environment_names
from compiler.fleet_assets import FOLDER
from compiler.reports.allowance import FORM, Allowance, allowances
from compiler.reports.findings import Findings
from compiler.reports.gather import in_order
from compiler.suggestion import did_you_mean
from compiler.tree import Tree
from compiler.yaml_reader import MAX_BYTES


def allow(findings: Findings, tree: Tree, today: str) -> Findings:
    """The same, what is allowed set apart, and each comment told that is wrong or of no use.

    `today` is a day such as 2026-11-21: comments whose day is past allow nothing. That a comment is of no use is said
    only if every environment was compiled, and compiles: a warning may wait behind an error.
    """
    found = [item for path in _files(tree) for item in allowances(path, tree.read(path))]
    holding = {(item.span.path, item.line, item.code): item for item in found if not _is_past(item, today)}
    allowed = [item for item in findings.diagnostics if _allowance_of(item, holding) is not None]
    used = {_allowance_of(item, holding) for item in allowed}
    whole = not findings.failed and set(environment_names(tree)) <= set(findings.environments)
    told = [_told(item, findings, today, whole) for item in found if item not in used]
    kept = (item for item in findings.diagnostics if item not in allowed)
    placed = (item.seen_in(_environments(item, findings)) for item in told if item is not None)
    return replace(
        findings,
        diagnostics=in_order((*kept, *placed)),
        allowed=tuple(allowed),
    )


def _files(tree: Tree) -> Iterator[str]:
    """The documents of the tree, and its templates."""
    for entry in (*tree.entries(ENVIRONMENTS), *tree.entries(FOLDER)):
        folder = "/".join(entry.path.split("/")[:2])
        is_template = entry.path.startswith(f"{FOLDER}/") and entry.path.endswith((".yaml", ".yml"))
        if entry.link is None and entry.size <= MAX_BYTES and (is_template or is_document(entry.path, folder)):
            yield entry.path


def _is_past(item: Allowance, today: str) -> bool:
    return item.until != "" and item.until < today


def _allowance_of(item: Diagnostic, holding: dict[tuple[str, int, str], Allowance]) -> Allowance | None:
    if item.severity is Severity.ERROR or item.span is None:
        return None
    return holding.get((item.span.path, item.span.line, item.code))


def _told(item: Allowance, findings: Findings, today: str, whole: bool) -> Diagnostic | None:
    """What is wrong with a comment that allows nothing; None if that cannot be known."""
    if not item.code:
        return _finding(
            item, "R0902", "this comment allows nothing", f"write {FORM}", "it has no such form, or no reason"
        )
    here = [other for other in findings.diagnostics if _is_about(item, other)]
    if any(other.severity is Severity.ERROR for other in here):
        return _finding(item, "R0902", f"{item.code} is an error here, and errors cannot be allowed", "mend it")
    if here and _is_past(item, today):
        message = f"what allows {item.code} here has ended on {item.until}"
        return _finding(item, "R0903", message, "mend what it allowed, or write a later day", item.reason)
    unknown = _unknown(item.code)
    if unknown is not None:
        return _finding(item, "R0902", f"there is no code {item.code}", unknown)
    return _finding(item, "R0901", f"nothing here is told as {item.code}", "remove the comment") if whole else None


def _is_about(item: Allowance, other: Diagnostic) -> bool:
    span = other.span
    return span is not None and (span.path, span.line, other.code) == (item.span.path, item.line, item.code)


def _unknown(code: str) -> str | None:
    """What to do about a code that does not exist; None if it does."""
    from compiler.catalogue import CATALOGUE  # only here: who allows nothing wrong need not wait for it

    return None if code in CATALOGUE else did_you_mean(code, CATALOGUE) or "`roster explain` lists the codes"


def _environments(item: Diagnostic, findings: Findings) -> tuple[str, ...]:
    """The environment that the file belongs to; all, if it is a base's."""
    path = item.span.path if item.span else ""
    own = tuple(name for name in findings.environments if path.startswith(f"{ENVIRONMENTS}/{name}/"))
    return own or findings.environments


def _finding(item: Allowance, code: str, message: str, help: str, label: str = "") -> Diagnostic:
    return Diagnostic(code=code, severity=Severity.WARNING, message=message, span=item.span, label=label, help=help)
