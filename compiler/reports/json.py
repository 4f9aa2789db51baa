"""JSON: findings -> one JSON document for machines; its `version` grows when a field changes its meaning.

Its schema is schemas/reports/diagnostics.json.
"""

import json
from typing import Any

from compiler.diagnostic import Diagnostic
from compiler.reports.findings import Findings
from compiler.span import Span

VERSION = 1


def render(findings: Findings) -> str:
    """The document, indented, keys in a fixed order."""
    document = {
        "version": VERSION,
        "diagnostics": [_plain(item) for item in findings.diagnostics],
        "allowed": [_plain(item) for item in findings.allowed],
        "summary": {
            "errors": findings.errors,
            "warnings": findings.warnings,
            "allowed": len(findings.allowed),
            "environments": findings.environments,
            "failed": findings.failed,
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(item: Diagnostic) -> dict[str, Any]:
    fix = item.fix
    return {
        "code": item.code,
        "severity": item.severity.value,
        "message": item.message,
        "place": None if item.span is None else _place(item.span),
        "field": item.field,
        "label": item.label,
        "help": item.help,
        "fix": None if fix is None else {**_place(fix.span), "old": fix.old, "new": fix.new},
        "root": item.root,
        "kubernetes": item.kubernetes,
        "environments": item.environments,
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.path, "line": span.line, "column": span.column, "width": span.width}
