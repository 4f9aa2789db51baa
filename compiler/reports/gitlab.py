"""GitLab: findings -> a code quality report, which GitLab shows in the merge request beside the lines."""

import json
from typing import Any

from compiler.diagnostic import Severity
from compiler.reports.findings import Findings
from compiler.reports.fingerprint import fingerprinted
from compiler.reports.words import under, words

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}
_NOWHERE = "environments"
"""The file that is named where no file is to blame: the report must name one."""


def render(findings: Findings, folder: str = "") -> str:
    """The report, a JSON list; `folder` is the way from the repository's top to the fleet."""
    rows: list[dict[str, Any]] = []
    for item, fingerprint in fingerprinted(findings.diagnostics):
        span = item.span
        rows.append(
            {
                "check_name": item.code,
                "description": "; ".join(words(item)),
                "severity": _SEVERITIES[item.severity],
                "fingerprint": fingerprint,
                "location": {
                    "path": under(folder, span.path if span else _NOWHERE),
                    "lines": {"begin": span.line if span else 1},
                },
            }
        )
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
