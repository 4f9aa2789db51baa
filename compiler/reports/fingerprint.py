"""Fingerprint: a finding -> a name that stays the same while lines move, so that alerts survive edits."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from compiler.diagnostic import Diagnostic


def fingerprinted(findings: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding with its fingerprint: of code, file and field, and of equal ones their number, but of no line."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for item in findings:
        same = (item.code, item.span.path if item.span else "", item.field)
        text = "\0".join((*same, str(seen[same])))
        seen[same] += 1
        yield item, hashlib.sha256(text.encode()).hexdigest()[:32]
