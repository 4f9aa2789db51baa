"""SARIF: findings -> a log in the Static Analysis Results Interchange Format 2.1.0, for code scanning and editors."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from compiler.catalogue import CATALOGUE
from compiler.catalogue.entry import Entry
from compiler.diagnostic import Diagnostic
from compiler.mending.edit import Edit
from compiler.reports.findings import Findings
from compiler.reports.fingerprint import fingerprinted
from compiler.reports.words import under, words
from compiler.span import Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(findings: Findings, version: str, folder: str = "") -> str:
    """The log; `version` is Roster's, `folder` the way from the repository's top to the fleet."""
    codes = sorted({item.code for item in findings.diagnostics})
    driver = {"name": "roster", "semanticVersion": version, "rules": [_rule(CATALOGUE[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The top of the repository."}}},
        "results": list(_results(findings, codes, folder)),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(entry: Entry) -> dict[str, Any]:
    text = f"{entry.explanation}\n\n{entry.remedy}"
    return {
        "id": entry.code,
        "name": "".join(word.capitalize() for word in entry.name.split("-")),
        "shortDescription": {"text": f"{entry.title}."},
        "fullDescription": {"text": entry.explanation},
        "help": {"text": text, "markdown": f"{text}\n\n`roster explain {entry.code}` shows an example."},
        "defaultConfiguration": {"level": entry.severity.value},
    }


def _results(findings: Findings, codes: list[str], folder: str) -> Iterator[dict[str, Any]]:
    for item, fingerprint in fingerprinted(findings.diagnostics):
        result: dict[str, Any] = {
            "ruleId": item.code,
            "ruleIndex": codes.index(item.code),
            "level": item.severity.value,
            "message": {"text": "\n".join(words(item))},
            "partialFingerprints": {"rosterCodePathField/v1": fingerprint},
            "properties": {"field": item.field, "environments": item.environments},
        }
        if item.span is not None:
            result["locations"] = [_location(item, item.span, folder)]
        if item.fix is not None:
            result["fixes"] = [_fix(item.fix, folder)]
        yield result


def _location(item: Diagnostic, span: Span, folder: str) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(span.path, folder), "region": _region(span)}
    return {"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": item.field or item.code}]}


def _artifact(path: str, folder: str) -> dict[str, str]:
    return {"uri": quote(under(folder, path)), "uriBaseId": "SRCROOT"}


def _region(span: Span) -> dict[str, int]:
    end = span.column + span.width
    return {"startLine": span.line, "startColumn": span.column, "endLine": span.line, "endColumn": end}


def _fix(edit: Edit, folder: str) -> dict[str, Any]:
    replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.new}}
    change = {"artifactLocation": _artifact(edit.span.path, folder), "replacements": [replacement]}
    return {"description": {"text": f"write {edit.new}"}, "artifactChanges": [change]}
