"""Echo: a finding and those before it -> whether it only repeats one of them in other words."""

from collections.abc import Collection, Iterable

from compiler.diagnostic import Diagnostic, Severity
from compiler.kinds import KINDS
from compiler.spec_key import SpecKey

_INCOMPLETE = {"R0406": "", "R0415": "spec"}
"""Codes of things that are not complete, and the field that is not, where it is not the finding's own."""
_VALUES = frozenset(("R0401", "R0403", "R0412", "R0413", "R0414"))
"""Codes of values that cannot be where they are: what else is wrong with such a value follows from that."""


def is_echo(finding: Diagnostic, before: Iterable[Diagnostic]) -> bool:
    """Whether it was told, is a field missing in what was told to be incomplete, or about a value refused already."""
    if any(earlier.code in _VALUES and earlier.span == finding.span for earlier in before):
        return True
    # Of a layer alone a mend is certain that is none where what is meant stands in a lower layer too.
    if any(_said(earlier) == _said(finding) for earlier in before):
        return True
    if finding.code != "R0303" or finding.span is None:
        return False
    return any(
        earlier.code in _INCOMPLETE
        and earlier.span is not None
        and earlier.span.path == finding.span.path
        and f"{finding.field}.".startswith(f"{_INCOMPLETE[earlier.code] or earlier.field}.")
        for earlier in before
    )


def _said(finding: Diagnostic) -> tuple[object, ...]:
    return finding.code, finding.span, finding.message


def less_dropped(found: Collection[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings; of a list that two overrides set differently, not also what the later drops of the earlier."""
    clashing = {finding.span for finding in found if finding.code == "R0407"}
    return tuple(finding for finding in found if finding.code != "R0404" or finding.span not in clashing)


def are_of_shape(found: Iterable[Diagnostic]) -> bool:
    """Whether all errors are about the shape of single documents, which leaves the others to be looked at."""
    errors = (finding.code for finding in found if finding.severity is Severity.ERROR)
    return all(code.startswith("R03") or code == "R0202" for code in errors)


def names_one_of(finding: Diagnostic, broken: Iterable[SpecKey]) -> bool:
    """Whether it says that a spec does not exist which is only not well formed, or whose kind is misspelt."""
    kind, _, name = finding.root.partition(" ")[0].partition("/")
    return any(key.name == name and (key.kind == kind or key.kind not in KINDS) for key in broken)
